import type { Measure } from '#plan/model.ts';

/** What a measure makes of all the values in its window, as it is defined; they are in the order of event time, at least one. */
export function aggregate(measure: Measure, values: readonly (string | number | boolean)[]): number {
  const numbers = values as readonly number[];
  const sum = (): number => numbers.reduce((total, value) => total + value, 0);
  switch (measure.function) {
    case 'count':
      return values.length;
    case 'rate':
      return ((measure.field === undefined ? values.length : sum()) * 1_000) / measure.window.ms;
    case 'share':
      return values.filter((value) => value === true).length / values.length;
    case 'sum':
      return sum();
    case 'avg':
      return sum() / values.length;
    case 'min':
      return Math.min(...numbers);
    case 'max':
      return Math.max(...numbers);
    case 'last':
      return numbers.at(-1) ?? Number.NaN;
    case 'unique':
      return new Set(values).size;
    case 'duplicates':
    case 'missing':
    case 'bucket-percentile':
      throw new Error('Measures of keys and buckets have a definition of their own.');
    case 'percentile': {
      const sorted = numbers.toSorted((left, right) => left - right);
      return sorted[Math.max(1, Math.ceil((measure.quantile ?? 0.5) * sorted.length)) - 1] ?? Number.NaN;
    }
  }
}
