import type { DurationMs } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Measure } from '#plan/model.ts';

/** How a window is cut into buckets: bucket `b` holds the events with ⌊time/stepMs⌋ = b. */
export interface WindowShape {
  readonly stepMs: DurationMs;
  /** W/g. The window covers the `steps + 1` buckets ⌊now/g⌋ − W/g … ⌊now/g⌋. */
  readonly steps: number;
  /** Slots of the ring: what is covered, and what may come from the future. */
  readonly capacity: number;
}

/** The window algebra: g = max(100 ms, W/600), for percentiles and uniques W/60, rounded down to a divisor of W. */
export function windowShape(measure: Pick<Measure, 'function' | 'window'>): WindowShape {
  const windowMs = measure.window.ms;
  const coarse = measure.function === 'percentile' || measure.function === 'unique';
  const steps = coarse ? limits.coarseWindowSteps : limits.windowSteps;
  let stepMs = Math.min(windowMs, Math.max(limits.windowStepMs, Math.floor(windowMs / steps)));
  while (windowMs % stepMs !== 0) stepMs--;
  return {
    stepMs,
    steps: windowMs / stepMs,
    capacity: windowMs / stepMs + Math.ceil(limits.futureMs / stepMs) + 2,
  };
}
