import type { DurationMs, Instant } from '#kernel/instant.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';

/** The steps of an answer: equal, and on a grid that does not depend on who asks, so that lines of two pages agree. */
export interface Grid {
  readonly from: Instant;
  readonly to: Instant;
  readonly stepMs: DurationMs;
  readonly steps: number;
}

/** Readings come every 10 seconds, give or take a little: in the shortest step there is always one. */
const stepSizes: readonly DurationMs[] = [
  20 * SECOND_MS,
  MINUTE_MS,
  5 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  3 * HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
  DAY_MS,
];

/** The shortest step with which the range has not too many points, and which is not shorter than asked for. */
export function gridOf(
  from: Instant,
  to: Instant,
  wantedMs: DurationMs = 0,
  points: number = limits.seriesPoints,
): Grid {
  const enough = stepSizes.find((size) => size >= wantedMs && (to - from) / size <= points - 1);
  const stepMs = enough ?? DAY_MS;
  const start = Math.floor(from / stepMs) * stepMs;
  const end = Math.ceil(to / stepMs) * stepMs;
  return { from: start, to: end, stepMs, steps: Math.round((end - start) / stepMs) };
}
