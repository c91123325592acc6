import { assert } from '#kernel/assert.ts';
import type { Instant } from '#kernel/instant.ts';
import { isArithmetic } from '#plan/arithmetic.ts';
import type { Formula, MeasureId } from '#plan/model.ts';
import { type PhaseLine, valueAt } from '#plan/phases.ts';
import { type GroupKey, type NoDataReason, type Reading, UNGROUPED } from '#plan/reading.ts';
import type { AvailabilityWindow } from './availability/availability-window.ts';
import type { FigureWindow } from './figure-window.ts';
import { onlyGrows } from './totals.ts';

/** What formulas are evaluated against. One object an executor, changed in place. */
export interface EvaluationContext {
  now: Instant;
  /** Whether the plan has received anything within `limits.receivedWithinMs`. */
  received: boolean;
  /** Absent where nothing that is evaluated differs by phase. */
  readonly phases?: PhaseLine;
  /** True while a group that has vanished is judged for the last time: its measures are then empty, not missing. */
  gone: boolean;
  /** By the ids of the plan's availabilities; absent when it has none. */
  availabilities?: ReadonlyMap<string, AvailabilityWindow>;
}

/** The figure of a formula; each compiled formula returns one object of its own, which its next evaluation overwrites. */
export interface Outcome {
  /** Set when there is no figure. */
  reason: NoDataReason | undefined;
  value: number;
  /** When the windows of a value so far are full; 0 of others. */
  fullAt: Instant;
  /** With the reason `refilling`, and of a value so far: the least that it can be, as far as that is known. */
  least?: number | undefined;
  /** Infinity for constants, so that they never are the smallest part. */
  sampleSize: number;
}

export type Evaluate = (group: GroupKey) => Outcome;

/** Compiles a formula over windows to a closure that allocates nothing. */
export function compileFormula(
  formula: Formula,
  windows: ReadonlyMap<MeasureId, FigureWindow>,
  context: EvaluationContext,
): Evaluate {
  const outcome: Outcome = { reason: undefined, value: 0, fullAt: 0, sampleSize: Number.POSITIVE_INFINITY };
  switch (formula.kind) {
    case 'constant':
      outcome.value = formula.value;
      return () => outcome;
    case 'measure': {
      const window = windows.get(formula.measure);
      assert(window !== undefined, `the plan has no measure ${formula.measure}`);
      return compileMeasure(window, context, outcome);
    }
    case 'by-phase':
      return () => {
        const value = valueAt(formula.values, context.phases?.phaseAt(context.now));
        outcome.reason = typeof value === 'number' ? undefined : 'no-target';
        if (typeof value === 'number') outcome.value = value;
        return outcome;
      };
    case 'availability': {
      const window = context.availabilities?.get(formula.figure);
      assert(window !== undefined, `the plan has no availability ${formula.figure}`);
      return () => readAvailability(window, outcome);
    }
    default: {
      const left = compileFormula(formula.left, windows, context);
      const right = compileFormula(formula.right, windows, context);
      return (group) => combine(formula.kind, left(group), right(group), outcome);
    }
  }
}

/** All measures of a formula, each once. */
export function measuresOf(formula: Formula): ReadonlySet<MeasureId> {
  if (formula.kind === 'measure') return new Set([formula.measure]);
  if (!isArithmetic(formula)) return new Set();
  return new Set([...measuresOf(formula.left), ...measuresOf(formula.right)]);
}

/** All availabilities of a formula, each once. */
export function availabilitiesOf(formula: Formula): ReadonlySet<string> {
  if (formula.kind === 'availability') return new Set([formula.figure]);
  if (!isArithmetic(formula)) return new Set();
  return new Set([...availabilitiesOf(formula.left), ...availabilitiesOf(formula.right)]);
}

/** Whether a new phase may change it by itself. */
export function differsByPhase(formula: Formula): boolean {
  if (isArithmetic(formula)) return differsByPhase(formula.left) || differsByPhase(formula.right);
  return formula.kind === 'by-phase';
}

function readAvailability(window: AvailabilityWindow, outcome: Outcome): Outcome {
  const { value } = window;
  outcome.sampleSize = window.knownMinutes;
  outcome.reason = value === undefined ? window.reason : undefined;
  if (value !== undefined) outcome.value = value;
  return outcome;
}

function compileMeasure(window: FigureWindow, context: EvaluationContext, outcome: Outcome): Evaluate {
  const factor = window.measure.function === 'rate' ? 1_000 / window.measure.window.ms : 1;
  const grows = onlyGrows(window.measure);
  return (group) => {
    const aggregate = window.covered(window.grouped ? group : UNGROUPED);
    outcome.sampleSize = aggregate?.sampleSize ?? aggregate?.covered ?? 0;
    outcome.reason = undefined;
    outcome.fullAt = 0;
    outcome.least = undefined;
    if (context.now < window.refillingUntil) {
      outcome.reason = 'refilling';
      outcome.least = window.withheld === undefined ? window.least?.(group) : undefined;
    } else if (window.withheld !== undefined) {
      outcome.reason = window.withheld;
    } else if (aggregate !== undefined) {
      outcome.value = aggregate.value() * factor;
      if (!Number.isFinite(outcome.value)) outcome.reason = 'not-a-number';
      else if (window.fullAt !== undefined && context.now < window.fullAt) {
        outcome.fullAt = window.fullAt;
        outcome.least = grows ? outcome.value : undefined;
      }
    } else if (window.grouped && !context.gone) {
      outcome.reason = 'missing-partner';
    } else if (!window.zeroWhenEmpty) {
      outcome.reason = 'no-events';
    } else if (context.received) {
      outcome.value = 0;
      if (window.fullAt !== undefined && context.now < window.fullAt) {
        outcome.fullAt = window.fullAt;
        outcome.least = grows ? 0 : undefined;
      }
    } else {
      outcome.reason = 'nothing-received';
    }
    return outcome;
  };
}

/** Arithmetic on two outcomes, written into a third. The reason of the left side wins. */
export function combine(
  kind: 'add' | 'subtract' | 'multiply' | 'divide' | 'ratio',
  left: Outcome,
  right: Outcome,
  outcome: Outcome,
): Outcome {
  outcome.sampleSize = kind === 'ratio' ? right.sampleSize : Math.min(left.sampleSize, right.sampleSize);
  outcome.reason = left.reason ?? right.reason;
  outcome.fullAt = fullAtOf(kind, left, right);
  if (outcome.reason !== undefined) return outcome;
  switch (kind) {
    case 'add':
      outcome.value = left.value + right.value;
      break;
    case 'subtract':
      outcome.value = left.value - right.value;
      break;
    case 'multiply':
      outcome.value = left.value * right.value;
      break;
    default:
      if (right.value === 0) outcome.reason = 'zero-denominator';
      else outcome.value = left.value / right.value;
  }
  if (outcome.reason === undefined && !Number.isFinite(outcome.value)) outcome.reason = 'not-a-number';
  return outcome;
}

/** What two totals of one time are to each other is as good of a part of it; anything else is so far while one of its parts is. */
export function fullAtOf(
  kind: Parameters<typeof combine>[0],
  left: Pick<Outcome, 'fullAt'>,
  right: Pick<Outcome, 'fullAt'>,
): Instant {
  if ((kind === 'divide' || kind === 'ratio') && left.fullAt === right.fullAt) return 0;
  return Math.max(left.fullAt, right.fullAt);
}

/** The reading of a figure: no data before too few before a value. */
export function readingOf(outcome: Outcome, atLeast: number, at: Instant): Reading {
  const sampleSize = Number.isFinite(outcome.sampleSize) ? outcome.sampleSize : 0;
  if (outcome.reason !== undefined) return { state: 'no data', reason: outcome.reason, sampleSize, at };
  if (outcome.sampleSize < atLeast) return { state: 'too few', value: outcome.value, sampleSize, needed: atLeast, at };
  return {
    state: 'value',
    value: outcome.value,
    sampleSize,
    at,
    ...(outcome.fullAt > 0 && { fullAt: outcome.fullAt }),
    ...(outcome.fullAt > 0 && outcome.least !== undefined && { grows: true }),
  };
}
