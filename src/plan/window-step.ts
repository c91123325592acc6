import type { DurationMs } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Measure } from './model.ts';

/**
 * The step in which a window moves: g = max(100 ms, W/600), for percentiles and uniques W/60, rounded down to a divisor of W.
 * The checker admits only windows that have one near to that.
 */
export function windowStepMs(measure: Pick<Measure, 'function' | 'window'>): DurationMs {
  const windowMs = measure.window.ms;
  const coarse = measure.function === 'percentile' || measure.function === 'unique';
  const steps = coarse ? limits.coarseWindowSteps : limits.windowSteps;
  let stepMs = Math.min(windowMs, Math.max(limits.windowStepMs, Math.floor(windowMs / steps)));
  while (windowMs % stepMs !== 0) stepMs--;
  return stepMs;
}
