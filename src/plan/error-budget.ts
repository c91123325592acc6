import { formatThreshold } from '#kernel/format-figure.ts';
import { DAY_MS, type DurationMs, formatDuration, type Instant, SECOND_MS } from '#kernel/instant.ts';
import type { AvailabilityWindow } from './availability-figure.ts';
import type { CompiledPlan } from './model.ts';
import { PhaseLine, type PlanCalendar, valueAt } from './phases.ts';
import type { Reading } from './reading.ts';

/** What an objective of an availability leaves room for, and how much of that is gone. */
export interface ErrorBudget {
  /** The share that is asked for, below 1. */
  readonly target: number;
  /** Of the whole window, known or not. */
  readonly allowedMs: DurationMs;
  readonly usedMs: DurationMs;
  /** Below zero when more was used than there is. */
  readonly leftMs: DurationMs;
  /** How many times as fast as allowed it is used within the window: 1 uses up all of it by the window's end. */
  readonly burn: number;
}

/** The window and target of a signal that has an error budget. */
export interface BudgetTerms {
  readonly target: number;
  readonly window: AvailabilityWindow;
}

/**
 * The budget of a window of which the share `value` of the known time was up. What is not known uses up nothing, and does not make the
 * budget smaller either. Source of the figures: the multi-window burn rates of Google's SRE workbook, chapter 5.
 */
export function errorBudget(
  target: number,
  { windowMs, knownMs, value }: { readonly windowMs: DurationMs; readonly knownMs: DurationMs; readonly value: number },
): ErrorBudget {
  const share = missable(target);
  const allowedMs = Math.round(share * windowMs);
  const usedMs = Math.round((1 - value) * knownMs);
  return { target, allowedMs, usedMs, leftMs: allowedMs - usedMs, burn: (1 - value) / share };
}

/** The share that a target leaves to be missed. Targets are decimal, so that 1 − 0.999 is meant to be 0.001. */
export function missable(target: number): number {
  return Number((1 - target).toPrecision(12));
}

/** Undefined for a signal that is no availability, and without a target below 100% in force. */
export function budgetTermsOf(plan: CompiledPlan, name: string, phase: string | undefined): BudgetTerms | undefined {
  const formula = plan.signals.find((signal) => signal.name === name)?.formula;
  const window = formula?.kind === 'availability' ? plan.availabilities?.[formula.figure]?.window : undefined;
  const bands = plan.objectives.find((objective) => objective.signal === name)?.bands;
  const target = bands === undefined ? undefined : valueAt(bands, phase)?.target;
  if (window === undefined || target === undefined || target === 'unset' || target.operator === 'between') {
    return undefined;
  }
  const asksForMore = target.operator === '>=' || target.operator === '>';
  return asksForMore && target.value < 1 ? { target: target.value, window } : undefined;
}

/** The budget as a reading says it; undefined while there is no value. */
export function budgetOf(
  { target, window }: BudgetTerms,
  reading: Reading,
  plan: PlanCalendar,
  launch: Instant | undefined,
): ErrorBudget | undefined {
  if (reading.state === 'no data' || reading.knownMs === undefined) return undefined;
  const windowMs = lengthOf(window, plan, launch, reading.at);
  if (windowMs <= 0) return undefined;
  return errorBudget(target, { windowMs, knownMs: reading.knownMs, value: reading.value });
}

/** What the whole window is; so far, where it has no end. */
function lengthOf(
  window: AvailabilityWindow,
  plan: PlanCalendar,
  launch: Instant | undefined,
  at: Instant,
): DurationMs {
  switch (window.kind) {
    case 'sliding':
      return window.ms;
    case 'today':
      return DAY_MS;
    case 'since launch':
      return at - (launch ?? at);
    case 'this phase': {
      const line = new PhaseLine(plan, launch);
      const from = line.beginAt(at);
      const to = line.changeAfter(at);
      return (Number.isFinite(to) ? to : at) - from;
    }
  }
}

/**
 * `12m of the 43m12s that a target of 99.9% allows used, 31m12s left, 0.28 times as fast as allowed`. Of whole seconds, so that what is left
 * is what people work out themselves.
 */
export function budgetText({ target, allowedMs, usedMs, burn }: ErrorBudget): string {
  const whole = (ms: DurationMs): DurationMs => Math.round(ms / SECOND_MS) * SECOND_MS;
  const text = (ms: DurationMs): string => (ms === 0 ? '0s' : formatDuration(ms));
  const [allowed, used] = [whole(allowedMs), whole(usedMs)];
  const left = used > allowed ? `${text(used - allowed)} more than there is` : `${text(allowed - used)} left`;
  const share = formatThreshold(target, '%');
  return `${text(used)} of the ${text(allowed)} that a target of ${share} allows used, ${left}, ${Number(burn.toPrecision(2))} times as fast as allowed`;
}
