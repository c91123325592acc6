/**
 * What the points of a series hold, as fields of a source of samples. `value` is the point's level: what stands there, also for a counter.
 * The increase since the series' last point, which counters and deltas have and gauges have not, cannot be written in a plan: `sum` and `rate`
 * are of it.
 */
export const INCREASE_FIELD = '#increase';
export const LEVEL_FIELD = 'value';

/**
 * Of a series `…_bucket` of a histogram, neither of which can be written either: how many observations since its last point, whatever unit its
 * source has, and the bound that they are up to, in that unit, which stands in the label `le`.
 */
export const OBSERVATIONS_FIELD = '#observations';
export const BOUND_FIELD = '#bound';
export const BOUND_LABEL = 'le';

/** Whether a series counts what is up to a bound. */
export function countsUpToBounds(series: string): boolean {
  return series.endsWith('_bucket');
}
