import type { LiveAlert, LiveChange, LivePlan, LiveReading, LiveSilence } from '#contract/live.ts';
import type { Alert, Judgement, World } from '#core/model.ts';
import { downNeedsNow } from '#core/refusal.ts';
import type { PlanStatus } from '#engine/core-process.ts';
import { formatInstant, type Instant } from '#kernel/instant.ts';
import { figureState } from '#plan/figure-state.ts';
import type { Objective } from '#plan/model.ts';
import type { Found, Reading } from '#plan/reading.ts';
import { keysField } from '../keys-field.ts';
import { unjudgedRules } from './unjudged-rules.ts';

/** A plan at one look. What has not changed since the look before is the same object as then. */
export interface LiveSnapshot {
  readonly watermark: string | undefined;
  readonly lagMs: number;
  readonly plan: LivePlan;
  /** By signal and group. */
  readonly readings: ReadonlyMap<string, LiveReading>;
  /** By key. */
  readonly alerts: ReadonlyMap<string, LiveAlert>;
}

/** What a look at a plan sees; `before` is the look before it. */
export function snapshotOf(status: PlanStatus, now: Instant, before?: LiveSnapshot): LiveSnapshot {
  const { world } = status;
  return {
    watermark: status.watermarkAgeMs === undefined ? undefined : formatInstant(now - status.watermarkAgeMs),
    lagMs: Math.round(status.lagMs),
    plan: kept(before?.plan, viewPlan(status, before?.plan)),
    // Of a plan that was lost for a moment the last is still worth seeing, marked as what nobody looks at.
    readings: world === undefined ? unread(before, 'plan-not-running', now) : viewReadings(world, status, now, before),
    alerts: world === undefined ? (before?.alerts ?? new Map()) : viewAlerts(world, before),
  };
}

/** What is other in the second look than in the first; undefined when nothing is, watermark and lag aside. */
export function changeBetween(
  before: LiveSnapshot,
  after: LiveSnapshot,
): Omit<LiveChange, 'at' | 'watermark' | 'lagMs'> | undefined {
  const readings = changed(before.readings, after.readings);
  const readingsGone = missing(before.readings, after.readings).map(({ signal, group }) => ({ signal, group }));
  const alerts = changed(before.alerts, after.alerts);
  const alertsGone = missing(before.alerts, after.alerts).map(({ key }) => key);
  const change = {
    ...(before.plan === after.plan ? {} : { plan: after.plan }),
    ...(readings.length === 0 ? {} : { readings }),
    ...(readingsGone.length === 0 ? {} : { readingsGone }),
    ...(alerts.length === 0 ? {} : { alerts }),
    ...(alertsGone.length === 0 ? {} : { alertsGone }),
  };
  return Object.keys(change).length === 0 ? undefined : change;
}

function changed<Value>(before: ReadonlyMap<string, Value>, after: ReadonlyMap<string, Value>): Value[] {
  if (before === after) return [];
  const found: Value[] = [];
  for (const [key, value] of after) if (before.get(key) !== value) found.push(value);
  return found;
}

function missing<Value>(before: ReadonlyMap<string, Value>, after: ReadonlyMap<string, Value>): Value[] {
  if (before === after) return [];
  const found: Value[] = [];
  for (const [key, value] of before) if (!after.has(key)) found.push(value);
  return found;
}

function viewPlan(status: PlanStatus, before: LivePlan | undefined): LivePlan {
  const { world } = status;
  const launchedAt = world?.plan.launch ?? world?.line.launchedAt;
  const shared = {
    running: world !== undefined,
    intakeConnected: status.intakeConnected,
    notifications: { ...status.notifications },
    notices: [...status.notices],
  };
  if (world === undefined) {
    return { version: 0, silences: [], ...before, ...shared, unjudged: [] };
  }
  return {
    version: world.line.version,
    ...(world.line.phase === undefined ? {} : { phase: world.line.phase }),
    ...(launchedAt === undefined ? {} : { launchedAt: formatInstant(launchedAt) }),
    ...shared,
    silences: viewSilences(world),
    unjudged: unjudgedRules(world, receives(status.readings)),
  };
}

/** Whether events came within the window of any figure. */
function receives(readings: PlanStatus['readings']): boolean {
  return readings?.some(({ reading }) => reading.sampleSize > 0) ?? false;
}

function viewSilences(world: World): LiveSilence[] {
  return [...world.silences.values()]
    .filter(({ ended }) => ended === undefined)
    .map(({ key, rule, group, from, until, reason, by, version }) => ({
      silence: key,
      ...(rule === undefined ? {} : { rule }),
      ...(group === undefined ? {} : { group: groupValues(group) }),
      from: formatInstant(from),
      until: formatInstant(until),
      reason,
      by,
      version,
    }));
}

function viewReadings(
  world: World,
  status: PlanStatus,
  now: Instant,
  before: LiveSnapshot | undefined,
): ReadonlyMap<string, LiveReading> {
  if (status.readings === undefined) return unreadSignals(world, before, now);
  const phase = world.line.phase;
  const objectives = new Map(world.plan.objectives.map((objective) => [objective.signal, objective]));
  const readings = new Map<string, LiveReading>();
  const seen = new Set<string>();
  for (const { signal, group, reading, found } of status.readings) {
    const key = `${signal} ${group}`;
    seen.add(signal);
    const last = before?.readings.get(key);
    const viewed = viewReading(signal, group, reading, objectives.get(signal), phase, last);
    readings.set(key, withKeys(viewed, last, found));
  }
  // A signal whose groups have all gone is shown as one without data, never left out.
  for (const { name, stream } of world.plan.signals) {
    if (stream || seen.has(name)) continue;
    const key = `${name} []`;
    readings.set(key, keptReading(before?.readings.get(key), { ...nothing(name, [], now), reason: 'no-events' }));
  }
  return readings;
}

function viewReading(
  signal: string,
  group: string,
  reading: Reading,
  objective: Objective | undefined,
  phase: string | undefined,
  before: LiveReading | undefined,
): LiveReading {
  const state = stateOf(reading, objective, phase);
  const value = reading.state === 'no data' ? undefined : reading.value;
  const needed = reading.state === 'too few' ? reading.needed : undefined;
  const reason = reading.state === 'no data' ? reading.reason : undefined;
  const fullAt = reading.state === 'value' && reading.fullAt !== undefined ? formatInstant(reading.fullAt) : undefined;
  if (
    before !== undefined &&
    before.state === state &&
    before.value === value &&
    before.sampleSize === reading.sampleSize &&
    before.needed === needed &&
    before.fullAt === fullAt &&
    before.reason === reason
  ) {
    return before;
  }
  return {
    signal,
    group: before?.group ?? groupValues(group),
    state,
    ...(value === undefined ? {} : { value }),
    sampleSize: reading.sampleSize,
    ...(needed === undefined ? {} : { needed }),
    ...(reason === undefined ? {} : { reason }),
    ...(fullAt === undefined ? {} : { fullAt }),
    since: formatInstant(reading.at),
  };
}

/** The same reading as before, when it counts the same keys. */
function withKeys(viewed: LiveReading, before: LiveReading | undefined, found: Found | undefined): LiveReading {
  const { keys } = keysField(found);
  if (viewed === before && JSON.stringify(before.keys) === JSON.stringify(keys)) return before;
  const { keys: _, ...rest } = viewed;
  return keys === undefined ? rest : { ...rest, keys };
}

/** How a reading stands in a phase; one without an objective is only there or not. */
export function stateOf(
  reading: Reading,
  objective: Objective | undefined,
  phase: string | undefined,
): LiveReading['state'] {
  if (objective !== undefined) return figureState(reading, objective.bands, phase);
  return reading.state === 'value' ? 'no objective' : reading.state;
}

function nothing(signal: string, group: string[], now: Instant): LiveReading {
  return { signal, group, state: 'no data', sampleSize: 0, since: formatInstant(now) };
}

/** Every signal, in the groups that were last seen. */
function unreadSignals(world: World, before: LiveSnapshot | undefined, now: Instant): ReadonlyMap<string, LiveReading> {
  const readings = new Map(unread(before, 'intake-not-connected', now));
  const seen = new Set([...readings.values()].map(({ signal }) => signal));
  for (const { name, stream } of world.plan.signals) {
    if (stream || seen.has(name)) continue;
    const reading = nothing(name, [], now);
    readings.set(`${name} []`, { ...reading, state: 'not evaluated', reason: 'intake-not-connected' });
  }
  return readings;
}

function unread(before: LiveSnapshot | undefined, reason: string, now: Instant): ReadonlyMap<string, LiveReading> {
  const readings = new Map<string, LiveReading>();
  for (const [key, last] of before?.readings ?? []) {
    const reading: LiveReading = { ...nothing(last.signal, last.group, now), state: 'not evaluated', reason };
    readings.set(key, keptReading(last, reading));
  }
  return readings;
}

/** The earlier one where nothing but its instant would be other. */
function keptReading(before: LiveReading | undefined, reading: LiveReading): LiveReading {
  const isSame = before?.state === reading.state && before.reason === reading.reason && before.value === undefined;
  return isSame ? before : reading;
}

function viewAlerts(world: World, before: LiveSnapshot | undefined): ReadonlyMap<string, LiveAlert> {
  const alerts = new Map<string, LiveAlert>();
  const put = (alert: LiveAlert): void => void alerts.set(alert.key, kept(before?.alerts.get(alert.key), alert));
  const needOf = downNeedsNow(world);
  for (const judgement of world.judgements.values()) put(viewJudgement(world, judgement, needOf));
  for (const alert of world.alerts.values()) if (alert.state === 'resolved') put(viewResolved(alert));
  return alerts;
}

function viewJudgement(world: World, judgement: Judgement, needOf: ReturnType<typeof downNeedsNow>): LiveAlert {
  const alert = judgement.alert === undefined ? undefined : world.alerts.get(judgement.alert);
  const rule = world.plan.rules.find(({ name }) => name === judgement.rule);
  const severity = alert?.severity ?? rule?.severity.phases?.[world.line.phase ?? ''] ?? rule?.severity.otherwise;
  const need = alert === undefined ? undefined : needOf(alert);
  const reason = { pending: 'waiting-for', firing: 'condition-true', resolving: 'condition-false' }[judgement.state];
  return {
    key: judgement.alert ?? judgement.key,
    ...(judgement.alert === undefined ? {} : { alert: judgement.alert }),
    rule: judgement.rule,
    group: groupValues(judgement.group),
    severity: severity ?? 'none',
    state: judgement.state,
    since: formatInstant(judgement.since),
    reason,
    flapping: alert?.flapping ?? false,
    ...(alert === undefined ? {} : episodeOf(alert)),
    ...(need === undefined ? {} : { needsDown: need.service }),
  };
}

function viewResolved(alert: Alert): LiveAlert {
  return {
    key: alert.key,
    alert: alert.key,
    rule: alert.rule,
    group: groupValues(alert.group),
    severity: alert.severity,
    state: 'resolved',
    since: formatInstant(alert.resolvedAt ?? alert.openedAt),
    reason: alert.resolvedBecause ?? 'condition-false',
    flapping: alert.flapping,
    ...episodeOf(alert),
  };
}

function episodeOf({
  openedAt,
  version,
  acknowledged,
}: Alert): Pick<LiveAlert, 'openedAt' | 'version' | 'acknowledged'> {
  return {
    openedAt: formatInstant(openedAt),
    version,
    ...(acknowledged === undefined ? {} : { acknowledged: { ...acknowledged, at: formatInstant(acknowledged.at) } }),
  };
}

/** The earlier value when both are written alike, so that what has not changed is the same object. */
function kept<Value extends object>(before: Value | undefined, value: Value): Value {
  return before !== undefined && JSON.stringify(before) === JSON.stringify(value) ? before : value;
}

/** The values of a group's fields. */
export function groupValues(group: string): string[] {
  return (JSON.parse(group) as readonly unknown[]).map(String);
}
