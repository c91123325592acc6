import type {
  HeartbeatStandingAnswer,
  PartStandingAnswer,
  ProbeStandingAnswer,
  ServiceAnswer,
} from '#contract/services.ts';
import type { Alert, World } from '#core/model.ts';
import { collect, conditionsOf } from '#core/rule-index.ts';
import { formatInstant } from '#kernel/instant.ts';
import type { Rule, Service } from '#plan/model.ts';
import { neededServices } from '#plan/needs.ts';
import { groupValues } from '../group-values.ts';
import { instantField } from '../instant-field.ts';

/** What is known of the checks of a service, as the API says it. */
export interface ServiceChecks {
  readonly probes: readonly ProbeStandingAnswer[];
  readonly parts: readonly PartStandingAnswer[];
  readonly heartbeats: readonly HeartbeatStandingAnswer[];
}

/** How each service of a plan stands, and why, from the alerts of the core and what is known of the checks. */
export function judgeServices(
  world: Pick<World, 'plan' | 'alerts' | 'verdicts'>,
  checksOf: (service: string) => ServiceChecks,
): readonly ServiceAnswer[] {
  const { services, rules } = world.plan;
  const open = [...world.alerts.values()].filter(({ state }) => state === 'firing');
  const inForce = rules.filter(({ enabled }) => enabled);
  const own = services.map((service) => {
    const about = inForce.filter((rule) => rule.service === service.name);
    return judgeService(service, about, open, checksOf(service.name), world);
  });
  const isDown = new Set(own.filter(({ state }) => state === 'down').map(({ name }) => name));
  const needs = new Map(services.map((service) => [service.name, service.needs]));
  return own.map((service) => ({
    ...service,
    neededBy: services.filter((other) => other.needs.includes(service.name)).map(({ name }) => name),
    because: neededServices(service.name, needs).filter((name) => isDown.has(name)),
  }));
}

function judgeService(
  { name, importance, needs, down = [] }: Service,
  rules: readonly Rule[],
  open: readonly Alert[],
  { probes, parts, heartbeats }: ServiceChecks,
  world: Pick<World, 'verdicts'>,
): ServiceAnswer {
  const ofRule = new Map(rules.map((rule) => [rule.name, rule]));
  // A rule that says that it is down may be one of another service.
  const alerts = open
    .filter(({ rule }) => ofRule.has(rule) || down.includes(rule))
    .toSorted((left, right) => left.openedAt - right.openedAt);
  const breaking = alerts.filter(({ rule }) => down.includes(rule));
  const failing = probes.filter(({ state }) => state === 'failing');
  const isTroubled =
    alerts.length > 0 ||
    failing.length > 0 ||
    parts.some(({ state }) => state === 'failing') ||
    heartbeats.some(({ state }) => state === 'late' || state === 'failed');
  const checks: readonly string[] = [...probes, ...parts, ...heartbeats].map(({ state: standing }) => standing);
  // Where something looks at it, figures of events without a single event say nothing for it.
  const isMeasured =
    checks.length > 0
      ? checks.some((standing) => standing === 'passing' || standing === 'on time')
      : rules.some((rule) => isJudged(rule, world));
  const state = breaking.length > 0 ? 'down' : isTroubled ? 'trouble' : isMeasured ? 'fine' : 'unknown';
  const begun = [
    ...(breaking.length > 0 ? breaking : alerts).map(({ openedAt }) => openedAt),
    ...(breaking.length > 0 ? [] : failing.flatMap(({ since }) => (since === undefined ? [] : [Date.parse(since)]))),
  ];
  return {
    name,
    ...(importance === undefined ? {} : { importance }),
    needs: [...needs],
    neededBy: [],
    state,
    ...(checks.length > 0 ? { basis: 'checks' as const } : rules.length > 0 ? { basis: 'rules' as const } : {}),
    ...instantField('since', begun.length === 0 ? undefined : Math.min(...begun)),
    because: [],
    down: [...down],
    rules: [...ofRule.keys()],
    alerts: alerts.map((alert) => ({
      alert: alert.key,
      rule: alert.rule,
      group: groupValues(alert.group),
      severity: alert.severity,
      openedAt: formatInstant(alert.openedAt),
      acknowledged: alert.acknowledged !== undefined,
      meansDown: down.includes(alert.rule),
    })),
    probes: [...probes],
    parts: [...parts],
    heartbeats: [...heartbeats],
  };
}

/** Whether any test of a rule is known to be true or false. */
function isJudged(rule: Rule, { verdicts }: Pick<World, 'verdicts'>): boolean {
  const tests = new Set<string>();
  for (const condition of conditionsOf(rule)) collect(condition, tests, new Set());
  return [...tests].some((test) => [...(verdicts.get(test)?.values() ?? [])].some(({ truth }) => truth !== 'unknown'));
}
