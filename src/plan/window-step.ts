import type { DurationMs } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Measure } from './model.ts';

/**
 * The step in which a window moves: g = max(100 ms, W/600), for percentiles and uniques W/60, for keys max(1 s, W/3600), rounded down to a
 * divisor of W. The checker admits only windows that have one near to that.
 */
export function windowStepMs(measure: Pick<Measure, 'function' | 'window'>): DurationMs {
  const windowMs = measure.window.ms;
  if (isOfKeys(measure)) return divisorOf(windowMs, limits.keyWindowStepMs, limits.keyWindowSteps);
  const coarse = ['percentile', 'bucket-percentile', 'unique'].includes(measure.function);
  const steps = coarse ? limits.coarseWindowSteps : limits.windowSteps;
  return divisorOf(windowMs, limits.windowStepMs, steps);
}

/** Whether a measure counts values of a field by what came of each: `duplicates` and `missing`. */
export function isOfKeys({ function: name }: Pick<Measure, 'function'>): boolean {
  return name === 'duplicates' || name === 'missing';
}

function divisorOf(windowMs: DurationMs, shortestMs: DurationMs, steps: number): DurationMs {
  let stepMs = Math.min(windowMs, Math.max(shortestMs, Math.floor(windowMs / steps)));
  while (windowMs % stepMs !== 0) stepMs--;
  return stepMs;
}
