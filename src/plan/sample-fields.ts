/**
 * What the points of a series hold, as fields of a source of samples. `value` is the point's level: what stands there, also for a counter.
 * The increase since the series' last point, which counters and deltas have and gauges have not, cannot be written in a plan: `sum` and `rate`
 * are of it.
 */
export const INCREASE_FIELD = '#increase';
export const LEVEL_FIELD = 'value';
