import type { AlertAnswer, PlanStatusAnswer, ReadingAnswer } from '#contract/status.ts';
import type { Alert, Judgement, World } from '#core/model.ts';
import type { PlanStatus } from '#engine/core-process.ts';
import type { SignalReading } from '#intake/link.ts';
import { formatFigureText } from '#kernel/format-figure.ts';
import { formatInstant, type Instant } from '#kernel/instant.ts';
import { figureState } from '#plan/figure-state.ts';
import type { Objective, Signal } from '#plan/model.ts';
import type { GroupKey, Reading } from '#plan/reading.ts';
import { budgetSignalsOf, viewBudget } from './budget-view.ts';

/** A plan's status as the API shows it: what the core judges beside what the executors read. */
export function viewPlan(status: PlanStatus, now: Instant): PlanStatusAnswer {
  const { world } = status;
  const launchedAt = world?.plan.launch ?? world?.line.launchedAt;
  return {
    plan: status.plan,
    title: world?.plan.title ?? status.plan,
    version: world?.line.version ?? 0,
    ...(world?.line.phase === undefined ? {} : { phase: world.line.phase }),
    ...(launchedAt === undefined ? {} : { launchedAt: formatInstant(launchedAt) }),
    signals: world === undefined ? [] : viewSignals(world, status.readings, now),
    alerts: world === undefined ? [] : viewAlerts(world, now),
    notifications: { ...status.notifications },
    notices: [...status.notices],
    ...(status.watermarkAgeMs === undefined ? {} : { watermarkAgeMs: status.watermarkAgeMs }),
    coreLagMs: status.lagMs,
  };
}

/** Every signal appears: one that nobody has read for is shown as not read, never left out. */
function viewSignals(world: World, readings: readonly SignalReading[] | undefined, now: Instant): ReadingAnswer[] {
  const bySignal = Map.groupBy(readings ?? [], ({ signal }) => signal);
  const objectives = new Map(world.plan.objectives.map((objective) => [objective.signal, objective]));
  return world.plan.signals.flatMap((signal) => {
    const own = bySignal.get(signal.name);
    if (own === undefined) return [unread(signal, readings === undefined)];
    return own.map(({ group, reading }) => ({
      ...viewReading(signal, group, reading, objectives.get(signal.name), world.line.phase, now),
      ...budgetWithRules(world, signal.name, reading),
    }));
  });
}

/** The error budget with the rules that tell of it. */
function budgetWithRules(
  world: World,
  signal: string,
  reading: Reading,
): Pick<ReadingAnswer, 'budget' | 'budgetRules'> {
  const { budget } = viewBudget(world, signal, reading);
  if (budget === undefined) return {};
  const rules = world.plan.rules.filter((rule) => budgetSignalsOf(world.plan, rule).has(signal));
  return { budget, budgetRules: rules.map(({ name }) => name) };
}

function unread(signal: Signal, intakeAway: boolean): ReadingAnswer {
  return {
    signal: signal.name,
    group: [],
    state: intakeAway ? 'not evaluated' : 'no data',
    shown: '-',
    unit: signal.unit.shown,
    sampleSize: 0,
    ageMs: 0,
    reason: intakeAway ? 'intake-not-connected' : 'no-events',
  };
}

function viewReading(
  signal: Signal,
  group: GroupKey,
  reading: Reading,
  objective: Objective | undefined,
  phase: string | undefined,
  now: Instant,
): ReadingAnswer {
  const state =
    objective === undefined
      ? reading.state === 'value'
        ? 'no objective'
        : reading.state
      : figureState(reading, objective.bands, phase);
  const value = reading.state === 'no data' ? undefined : reading.value;
  return {
    signal: signal.name,
    group: groupValues(group),
    state,
    ...(value === undefined ? {} : { value }),
    shown: value === undefined ? '-' : formatFigureText(value, signal.unit.shown),
    unit: signal.unit.shown,
    sampleSize: reading.sampleSize,
    ageMs: Math.max(0, now - reading.at),
    ...(reading.state === 'no data' ? { reason: reading.reason } : {}),
    ...(reading.state === 'too few' ? { reason: `${reading.needed} needed` } : {}),
    ...(state === 'open' && reading.state === 'value' && reading.fullAt !== undefined
      ? { reason: `so far, its window is full at ${formatInstant(reading.fullAt)}` }
      : {}),
  };
}

function viewAlerts(world: World, now: Instant): AlertAnswer[] {
  const open = [...world.judgements.values()].map((judgement) => viewJudgement(world, judgement, now));
  const resolved = [...world.alerts.values()]
    .filter(({ state }) => state === 'resolved')
    .map((alert) => viewResolved(alert, now));
  const newest = (left: AlertAnswer, right: AlertAnswer): number => left.sinceMs - right.sinceMs;
  return [...open.sort(newest), ...resolved.sort(newest)];
}

function viewJudgement(world: World, judgement: Judgement, now: Instant): AlertAnswer {
  const alert = judgement.alert === undefined ? undefined : world.alerts.get(judgement.alert);
  const rule = world.plan.rules.find(({ name }) => name === judgement.rule);
  const severity =
    alert?.severity ?? rule?.severity.phases?.[world.line.phase ?? ''] ?? rule?.severity.otherwise ?? 'none';
  const reason = { pending: 'waiting-for', firing: 'condition-true', resolving: 'condition-false' }[judgement.state];
  return {
    ...(judgement.alert === undefined ? {} : { alert: judgement.alert }),
    rule: judgement.rule,
    group: groupValues(judgement.group),
    severity,
    state: judgement.state,
    since: formatInstant(judgement.since),
    sinceMs: Math.max(0, now - judgement.since),
    reason,
    flapping: alert?.flapping ?? false,
  };
}

function viewResolved(alert: Alert, now: Instant): AlertAnswer {
  const since = alert.resolvedAt ?? alert.openedAt;
  return {
    alert: alert.key,
    rule: alert.rule,
    group: groupValues(alert.group),
    severity: alert.severity,
    state: 'resolved',
    since: formatInstant(since),
    sinceMs: Math.max(0, now - since),
    reason: alert.resolvedBecause ?? 'condition-false',
    flapping: alert.flapping,
  };
}

function groupValues(group: GroupKey): string[] {
  return (JSON.parse(group) as readonly unknown[]).map(String);
}
