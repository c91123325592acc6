import type { Instant } from '#kernel/instant.ts';
import type { Rule } from '#plan/model.ts';
import { Draft } from './draft.ts';
import { concerns, openOf } from './groups.ts';
import type { Alert, DecisionReason, World } from './model.ts';
import { targetsOf } from './recipients.ts';
import { silencesOf } from './silences.ts';
import { judgementKey } from './world.ts';

/** Why an alert is not told, and by which others. */
export interface Refusal {
  readonly reason: DecisionReason;
  readonly by?: readonly string[];
  /** Which of those that its own service needs is down. */
  readonly service?: string;
  /** Of what silences it longest: until when, who asked for it and why. */
  readonly silence?: { readonly until: Instant; readonly silencedBy: string; readonly why: string };
}

/** Why nobody is told of an alert now; undefined when nothing is in the way. */
export function refusalOf(draft: Draft, alert: Alert, rule: Rule): Refusal | undefined {
  if (alert.severity === 'none') return { reason: 'severity-none' };
  if (alert.recipients.length === 0) return { reason: 'no-recipient' };
  const { targets, unreachable } = targetsOf(alert.recipients);
  if (targets.length === 0) return { reason: 'recipient-has-no-channel', by: unreachable };
  if (alert.acknowledged !== undefined) return { reason: 'acknowledged', by: [alert.acknowledged.by] };
  const silences = silencesOf(draft, alert);
  const [longest] = silences;
  if (longest !== undefined) {
    const { until, by: silencedBy, reason: why } = longest;
    return { reason: 'silenced', by: silences.map(({ key }) => key), silence: { until, silencedBy, why } };
  }
  const known = new Map<string, Known>();
  const inhibiting = inhibitorsOf(draft, alert, rule, known);
  if (inhibiting.length > 0) return { reason: 'inhibited', by: inhibiting.map(({ key }) => key) };
  const down = downNeedOf(draft, alert, rule, known);
  if (down !== undefined) return { reason: 'needs-down', ...down };
  const told = tellersOf(draft, alert, rule);
  return told.length > 0 ? { reason: 'already-told-by-family', by: told.map(({ key }) => key) } : undefined;
}

/** A service that another one needs and that is down, and the alerts that say so. */
export interface DownNeed {
  readonly service: string;
  readonly by: readonly string[];
}

/** What keeps an alert quiet that is open and of which nobody was told. */
export function downNeedNow(world: World, alert: Alert): DownNeed | undefined {
  return downNeedsNow(world)(alert);
}

/** The same for all alerts of an instant: what is found out of one stands for the others. */
export function downNeedsNow(world: World): (alert: Alert) => DownNeed | undefined {
  const draft = new Draft(world);
  const known = new Map<string, Known>();
  return (alert) => {
    const rule = draft.index.rules.get(alert.rule);
    if (rule === undefined || alert.told || alert.state === 'resolved') return undefined;
    return downNeedOf(draft, alert, rule, known);
  };
}

/** How people know of an open alert. */
interface Known {
  readonly by: 'themselves' | 'through others' | 'nobody';
  /** How urgently they heard of it, as `rank` has it. */
  readonly rank: number;
}

const UNKNOWN: Known = { by: 'nobody', rank: Number.POSITIVE_INFINITY };

/**
 * What the service of a rule needs and is down, and the alerts that say so: those that people hear of themselves, rather than others that
 * are kept quiet by the same cause. An alert of which nobody knows keeps nothing quiet, so somebody always hears; nor does one that people
 * heard of less urgently than ours is, so whoever ours would wake is woken; nor does one of which nobody can say whether it still holds.
 * `known` may hold what was found out of alerts at the same instant.
 */
export function downNeedOf(
  draft: Draft,
  alert: Alert,
  rule: Rule,
  known: Map<string, Known> = new Map(),
): DownNeed | undefined {
  return needOf(draft, alert, rule, known, (cause) => !isUnknown(draft, cause));
}

/** What would keep an alert quiet if it could be judged whether it still holds. */
export function unknownNeedOf(draft: Draft, alert: Alert, rule: Rule): DownNeed | undefined {
  return needOf(draft, alert, rule, new Map(), (cause) => isUnknown(draft, cause));
}

function needOf(
  draft: Draft,
  alert: Alert,
  rule: Rule,
  known: Map<string, Known>,
  counts: (cause: Alert) => boolean,
): DownNeed | undefined {
  const own = rank(draft, alert);
  const down = (rule.needs ?? []).map(({ service, rules }) => ({
    service,
    alerts: rules
      .flatMap((name) => openAlertsOf(draft, name, alert, rule))
      .filter(counts)
      .map(({ key }) => ({ key, known: howKnown(draft, key, known) }))
      .filter((one) => one.known.rank <= own),
  }));
  for (const kind of ['themselves', 'through others'] as const) {
    const causes = down.map(({ service, alerts }) => ({
      service,
      by: alerts.filter((one) => one.known.by === kind).map(({ key }) => key),
    }));
    const nearest = causes.find(({ by }) => by.length > 0);
    if (nearest !== undefined) {
      return { service: nearest.service, by: [...new Set(causes.flatMap(({ by }) => by))] };
    }
  }
  return undefined;
}

/** How people know of an open alert, or will when this instant has been told. What was found out stands in `known`. */
function howKnown(draft: Draft, key: string, known: Map<string, Known>): Known {
  const before = known.get(key);
  if (before !== undefined) return before;
  // Rules that keep each other quiet are refused with their plan; should there be some, none of them counts.
  known.set(key, UNKNOWN);
  const found = knowledgeOf(draft, draft.alerts.get(key), known);
  known.set(key, found);
  return found;
}

function knowledgeOf(draft: Draft, alert: Alert | undefined, known: Map<string, Known>): Known {
  const rule = alert === undefined ? undefined : draft.index.rules.get(alert.rule);
  if (alert === undefined || rule === undefined || isMute(alert)) return UNKNOWN;
  const itself: Known = { by: 'themselves', rank: rank(draft, alert) };
  if (alert.told || alert.acknowledged !== undefined || silencesOf(draft, alert).length > 0) return itself;
  const through = (others: readonly string[]): Known => ({
    by: 'through others',
    rank: Math.min(...others.map((other) => howKnown(draft, other, known).rank)),
  });
  const inhibiting = inhibitorsOf(draft, alert, rule, known);
  if (inhibiting.length > 0) {
    return inhibiting.every(isMute) ? UNKNOWN : through(inhibiting.map(({ key }) => key));
  }
  const need = downNeedOf(draft, alert, rule, known);
  if (need !== undefined) return through(need.by);
  const tellers = tellersOf(draft, alert, rule);
  if (tellers.length > 0) return through(tellers.map(({ key }) => key));
  return isResolving(draft, alert) ? UNKNOWN : itself;
}

/** Whether its plan has nobody told of an alert. */
function isMute({ severity, recipients }: Alert): boolean {
  return severity === 'none' || targetsOf(recipients).targets.length === 0;
}

/**
 * The open alerts of the rule that `unless` names: those of which people know, and those that its plan has nobody told of, since then it
 * is there for this effect.
 */
function inhibitorsOf(draft: Draft, alert: Alert, rule: Rule, known: Map<string, Known>): readonly Alert[] {
  if (rule.unless === undefined) return [];
  return openAlertsOf(draft, rule.unless, alert, rule).filter(
    (other) => isMute(other) || howKnown(draft, other.key, known).by !== 'nobody',
  );
}

/** The open alerts of another rule that concern ours. */
function openAlertsOf(draft: Draft, name: string, alert: Alert, rule: Rule): readonly Alert[] {
  const other = draft.index.rules.get(name);
  if (other === undefined) return [];
  return openOf(draft, other, rule, alert.group).flatMap(({ alert: key = '' }) => draft.alerts.get(key) ?? []);
}

/** Those of its family that were told, and that this one does not outrank. */
function tellersOf(draft: Draft, alert: Alert, rule: Rule): readonly Alert[] {
  return family(draft, alert, rule).filter((other) => other.told && !outranks(draft, alert, other));
}

/** Whether an alert waits only for the end of its time to resolve. */
export function isResolving(draft: Draft, alert: Alert): boolean {
  return draft.judgements.get(judgementKey(alert.rule, alert.group))?.state === 'resolving';
}

/** Whether an alert is open of which it cannot be judged whether it is over. */
function isUnknown(draft: Draft, alert: Alert): boolean {
  return draft.judgements.get(judgementKey(alert.rule, alert.group))?.unknownSince !== undefined;
}

/** Of two alerts of a family the more severe one is told; of equals the one that opened first. */
function outranks(draft: Draft, alert: Alert, other: Alert): boolean {
  const difference = rank(draft, alert) - rank(draft, other);
  if (difference !== 0) return difference < 0;
  return alert.openedAt < other.openedAt || (alert.openedAt === other.openedAt && number(alert) < number(other));
}

function number(alert: Alert): number {
  return Number(alert.key.slice(2));
}

/** The other open alerts of the family that concern this one's group. */
export function family(draft: Draft, alert: Alert, rule: Rule): readonly Alert[] {
  if (rule.family === undefined) return [];
  return [...draft.alerts.values()].filter((other) => {
    if (other.state !== 'firing' || other.key === alert.key) return false;
    const otherRule = draft.index.rules.get(other.rule);
    return (
      otherRule !== undefined && otherRule.family === rule.family && concerns(otherRule, other.group, rule, alert.group)
    );
  });
}

/** A severity that the plan does not have (any more), and `none`, is below all others. */
export function rank(draft: Draft, alert: Alert): number {
  return draft.index.severityRank.get(alert.severity) ?? draft.index.severityRank.size;
}
