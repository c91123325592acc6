import type { Instant } from '#kernel/instant.ts';
import type { CompiledPlan, Rule } from '#plan/model.ts';
import type { GroupKey } from '#plan/reading.ts';
import { evidenceOf } from './alerts.ts';
import { Draft } from './draft.ts';
import { silentAfter } from './due.ts';
import { groupsOf } from './groups.ts';
import type { DecisionReason, Evidence, Fact, Judgement, ResolveReason, World } from './model.ts';
import { inForce } from './phases.ts';
import { judgementKey } from './world.ts';

/** Why an alert fired and ended, who was told by what, who was not and why not: a look-up in its facts. */
export interface AlertExplanation {
  readonly kind: 'alert';
  readonly alert: string;
  readonly rule: string;
  readonly group: GroupKey;
  readonly severity: string;
  readonly planVersion: number;
  /** The rule's condition as written, if the plan still has it. */
  readonly condition?: string;
  readonly state: 'firing' | 'resolved';
  readonly openedAt: Instant;
  readonly evidence: readonly Evidence[];
  readonly resolved?: { readonly at: Instant; readonly because: ResolveReason; readonly evidence: readonly Evidence[] };
  readonly told: readonly Told[];
  readonly notTold: readonly NotTold[];
  /** Spells in which the condition could not be judged, and flapping: the facts that are neither of the above. */
  readonly notes: readonly { readonly at: Instant; readonly kind: Fact['kind']; readonly reason: DecisionReason }[];
}

export interface Told {
  readonly at: Instant;
  readonly step: string;
  readonly cycle: number;
  readonly recipient: string;
  readonly channel: string;
  readonly via?: string;
  readonly reason: DecisionReason;
  /** In order; none yet means that it waits in the queue. */
  readonly attempts: readonly DeliveryAttempt[];
}

export interface DeliveryAttempt {
  readonly at: Instant;
  readonly result: 'accepted' | 'retried' | 'failed' | 'unknown';
  readonly reason: DecisionReason;
  readonly problem?: string;
}

export interface NotTold {
  readonly at: Instant;
  readonly step: string;
  readonly reason: DecisionReason;
  /** The alerts or persons because of which. */
  readonly by: readonly string[];
}

const RESULTS: Partial<Record<Fact['kind'], DeliveryAttempt['result']>> = {
  'delivery-accepted': 'accepted',
  'delivery-retried': 'retried',
  'delivery-failed': 'failed',
  'delivery-unknown': 'unknown',
};

/**
 * Explains an alert from the facts about it, in the order of their sequence numbers (others are passed over). Undefined when there is
 * none that it fired.
 */
export function explainAlert(alert: string, facts: readonly Fact[], plan?: CompiledPlan): AlertExplanation | undefined {
  const own = facts.filter((fact) => fact.subject === alert || fact.body.alert === alert);
  const fired = own.find((fact) => fact.kind === 'alert-fired');
  if (fired === undefined) return undefined;
  const resolved = own.find((fact) => fact.kind === 'alert-resolved');
  const rule = fired.body.rule as string;
  const condition = plan?.rules.find(({ name }) => name === rule)?.text;
  const told = own
    .filter((fact) => fact.kind === 'notified')
    .map(
      (fact): Told => ({
        at: fact.at,
        step: fact.body.step as string,
        cycle: fact.body.cycle as number,
        recipient: fact.body.recipient as string,
        channel: fact.body.channel as string,
        ...(fact.body.via === undefined ? {} : { via: fact.body.via as string }),
        reason: fact.reason,
        attempts: own.filter((other) => isAttemptOf(other, fact)).map(attemptOf),
      }),
    );
  return {
    kind: 'alert',
    alert,
    rule,
    group: fired.body.group as GroupKey,
    severity: fired.body.severity as string,
    planVersion: fired.body.planVersion as number,
    ...(condition === undefined ? {} : { condition }),
    state: resolved === undefined ? 'firing' : 'resolved',
    openedAt: fired.at,
    evidence: fired.body.evidence as readonly Evidence[],
    ...(resolved === undefined
      ? {}
      : {
          resolved: {
            at: resolved.at,
            because: resolved.reason as ResolveReason,
            evidence: resolved.body.evidence as readonly Evidence[],
          },
        }),
    told,
    notTold: own
      .filter((fact) => fact.kind === 'not-notified')
      .map((fact) => ({
        at: fact.at,
        step: fact.body.step as string,
        reason: fact.reason,
        by: (fact.body.by as readonly string[] | undefined) ?? [],
      })),
    notes: own
      .filter(({ kind }) => kind === 'not-evaluated' || kind === 'evaluated-again' || kind === 'alert-flapping')
      .map(({ at, kind, reason }) => ({ at, kind, reason })),
  };
}

function isAttemptOf(fact: Fact, notified: Fact): boolean {
  if (RESULTS[fact.kind] === undefined) return false;
  return (['step', 'cycle', 'recipient', 'channel'] as const).every((name) => fact.body[name] === notified.body[name]);
}

function attemptOf(fact: Fact): DeliveryAttempt {
  const problem = fact.body.problem;
  return {
    at: fact.at,
    result: RESULTS[fact.kind] ?? 'unknown',
    reason: fact.reason,
    ...(typeof problem === 'string' ? { problem } : {}),
  };
}

/** How a rule stands, above all when it does not fire: each test with its reading in every group. */
export interface RuleExplanation {
  readonly kind: 'rule';
  readonly rule: string;
  readonly condition: string;
  readonly state: 'disabled' | 'asleep' | 'judged';
  readonly phase?: string;
  /** Since when nothing is judged, because the executors are silent. */
  readonly silentSince?: Instant;
  readonly groups: readonly GroupStanding[];
}

export interface GroupStanding {
  readonly group: GroupKey;
  readonly state: Judgement['state'] | 'inactive';
  readonly since?: Instant;
  /** When a duration will be complete if nothing changes. */
  readonly dueAt?: Instant;
  readonly alert?: string;
  readonly told?: boolean;
  readonly evidence: readonly Evidence[];
}

/** Explains a rule from the world as it stands; undefined when the plan has no such rule. */
export function explainRule(world: World, name: string, now: Instant): RuleExplanation | undefined {
  const rule = world.plan.rules.find((candidate) => candidate.name === name);
  if (rule === undefined) return undefined;
  const force = inForce(rule, world.line.phase);
  const state = !rule.enabled ? 'disabled' : force === undefined ? 'asleep' : 'judged';
  const { phase } = world.line;
  return {
    kind: 'rule',
    rule: name,
    condition: rule.text,
    state,
    ...(phase === undefined ? {} : { phase }),
    ...(now > silentAfter(world) ? { silentSince: world.watermark } : {}),
    groups: state === 'judged' ? standings(world, rule) : [],
  };
}

function standings(world: World, rule: Rule): readonly GroupStanding[] {
  const draft = new Draft(world);
  const force = inForce(rule, world.line.phase);
  if (force === undefined) return [];
  return groupsOf(draft, rule).map((group) => {
    const judgement = world.judgements.get(judgementKey(rule.name, group));
    const alert = judgement?.alert === undefined ? undefined : world.alerts.get(judgement.alert);
    return {
      group,
      state: judgement?.state ?? 'inactive',
      ...(judgement === undefined ? {} : { since: judgement.since }),
      ...(judgement?.dueAt === undefined ? {} : { dueAt: judgement.dueAt }),
      ...(alert === undefined ? {} : { alert: alert.key, told: alert.told }),
      evidence: evidenceOf(draft, force.when, group),
    };
  });
}
