import type { Measure } from '#plan/model.ts';
import { INCREASE_FIELD } from '#plan/sample-fields.ts';

/**
 * A count, rate, sum or number of unique values over an empty window is 0 while the plan receives anything. Not so what a counter was increased
 * by: one that stands still says so by its points, and without these nothing is known of it.
 */
export function isZeroWhenEmpty(measure: Pick<Measure, 'function' | 'field'>): boolean {
  return (
    ['count', 'rate', 'sum', 'unique', 'duplicates', 'missing'].includes(measure.function) &&
    measure.field !== INCREASE_FIELD
  );
}

/**
 * What adds up what came in its window, in contrast to what describes what came, as a share or a percentile does: of half a window it is half.
 */
export function isTotal(measure: Pick<Measure, 'function'>): boolean {
  return ['count', 'rate', 'sum', 'unique'].includes(measure.function);
}

/** Whether more of it can only be more: what a total is so far is then the least that it can be. */
export function onlyGrows(measure: Pick<Measure, 'function' | 'field'>): boolean {
  return (
    isTotal(measure) &&
    (measure.field === undefined || measure.function === 'unique' || measure.field === INCREASE_FIELD)
  );
}
