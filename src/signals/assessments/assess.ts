import type { DurationMs, Instant } from '#kernel/instant.ts';
import type { Segment } from '#plan/availability.ts';
import { mergeStretches, type Stretch } from '#plan/maintenance.ts';
import { type PlanCalendar, phaseCourse } from '#plan/phases.ts';

/** So much of a phase has to be known of each check before nothing found in it means that nothing was there. */
export const KNOWN_SHARE = 0.99;

/** What is known of one check: *down* is a failure. In any order, also overlapping; what they leave open is unknown. */
export interface CheckCourse {
  readonly check: string;
  readonly segments: readonly Segment[];
}

/** When a phase is: half open, without an end when none comes. */
export interface AssessedSpan {
  readonly from: Instant;
  readonly to?: Instant;
}

/** From when to when a phase is in force; undefined when it never is, or without a launch. */
export function spanOf(calendar: PlanCalendar, launch: Instant | undefined, phase: string): AssessedSpan | undefined {
  if (launch === undefined) return undefined;
  const own = phaseCourse(calendar, launch, launch).filter((stretch) => stretch.phase === phase);
  const [first, last] = [own.at(0), own.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  return { from: first.from, ...(last.to === Number.POSITIVE_INFINITY ? {} : { to: last.to }) };
}

export type AssessmentState = 'not begun' | 'so far' | 'failed' | 'passed' | 'not proved';

/** One check over one phase. */
export interface CheckVerdict {
  readonly check: string;
  /** `held`: it is known, and nothing failed. `unknown`: too little of it is known to say so. */
  readonly state: 'failed' | 'held' | 'unknown' | 'not begun';
  /** Of the phase until now. */
  readonly knownMs: DurationMs;
  readonly unknownMs: DurationMs;
  /** When it failed, in the order of time; failures that follow one another without a break are one. */
  readonly failures: readonly Stretch[];
}

export interface PhaseVerdict {
  readonly state: AssessmentState;
  /** In the order of the courses. */
  readonly checks: readonly CheckVerdict[];
}

/**
 * The verdict of checks over a phase, as far as it has come: *failed* as soon as one of them failed at any time in it, *passed* only when it is
 * over and each was known for `KNOWN_SHARE` of it.
 */
export function assess(span: AssessedSpan | undefined, courses: readonly CheckCourse[], now: Instant): PhaseVerdict {
  if (span === undefined || now < span.from) {
    const none = { state: 'not begun', knownMs: 0, unknownMs: 0, failures: [] } as const;
    return { state: 'not begun', checks: courses.map(({ check }) => ({ check, ...none })) };
  }
  const isOver = span.to !== undefined && now >= span.to;
  const until = isOver && span.to !== undefined ? span.to : now;
  const checks = courses.map((course) => judge(course, { from: span.from, to: until }));
  const state = checks.some((check) => check.state === 'failed')
    ? 'failed'
    : !isOver
      ? 'so far'
      : checks.every((check) => check.state === 'held')
        ? 'passed'
        : 'not proved';
  return { state, checks };
}

function judge({ check, segments }: CheckCourse, range: Stretch): CheckVerdict {
  const known = lengthOf(
    segments.filter(({ state }) => state !== 'unknown'),
    range,
  );
  const failures = stretchesIn(
    segments.filter(({ state }) => state === 'down'),
    range,
  );
  const unknownMs = range.to - range.from - known;
  const isKnown = known >= KNOWN_SHARE * (range.to - range.from);
  return {
    check,
    state: failures.length > 0 ? 'failed' : isKnown ? 'held' : 'unknown',
    knownMs: known,
    unknownMs,
    failures,
  };
}

function lengthOf(segments: readonly Stretch[], range: Stretch): DurationMs {
  return stretchesIn(segments, range).reduce((sum, { from, to }) => sum + to - from, 0);
}

/** Cut to the range, in order, those that touch as one. A failure of no length is one all the same. */
function stretchesIn(segments: readonly Stretch[], { from, to }: Stretch): readonly Stretch[] {
  const within = segments
    .filter((one) => (one.from >= from ? one.from < to : one.to > from))
    .map((one) => ({ from: Math.max(one.from, from), to: Math.min(one.to, to) }));
  return mergeStretches(within);
}
