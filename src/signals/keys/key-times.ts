import type { DurationMs, Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Measure } from '#plan/model.ts';
import { windowStepMs } from '#plan/window-step.ts';

/**
 * When a key counts. Time moves in steps of g: at `now` it is `boundary` = ⌊now/g⌋ · g, so that what time alone changes changes at
 * boundaries. An event has the time that it says, but none later than its arrival.
 *
 * `duplicates`: a key counts while the two latest of its events are at most W before the boundary.
 *
 * `missing`: a key counts while its latest event is at most W before the boundary, its first one at least `graceMs`, and no partner is there
 * that came at most W + `limits.partnerBeforeMs` before the boundary. The first event is the earliest of those that came since the key was
 * last away for longer than W.
 */
export interface KeyTimes {
  readonly stepMs: DurationMs;
  readonly windowMs: DurationMs;
  readonly graceMs: DurationMs;
  /** For how long something that has come may matter. */
  readonly keptMs: DurationMs;
}

export function keyTimes(measure: Measure): KeyTimes {
  const windowMs = measure.window.ms;
  const isMissing = measure.function === 'missing';
  const graceMs = measure.graceMs ?? 0;
  return {
    stepMs: windowStepMs(measure),
    windowMs,
    graceMs,
    keptMs: windowMs + (isMissing ? Math.max(limits.partnerBeforeMs, graceMs) : 0),
  };
}

/** The boundary that `now` has reached. */
export function boundaryOf({ stepMs }: KeyTimes, now: Instant): Instant {
  return Math.floor(now / stepMs) * stepMs;
}

/** The first boundary at or after an instant. */
export function boundaryFrom({ stepMs }: KeyTimes, at: Instant): Instant {
  return Math.ceil(at / stepMs) * stepMs;
}

/** The first boundary after an instant. */
export function boundaryAfter({ stepMs }: KeyTimes, at: Instant): Instant {
  return (Math.floor(at / stepMs) + 1) * stepMs;
}
