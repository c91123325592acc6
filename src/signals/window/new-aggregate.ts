import type { Measure } from '#plan/model.ts';
import type { GroupKey } from '#plan/reading.ts';
import {
  type Aggregate,
  CountAggregate,
  ExtremeAggregate,
  LastAggregate,
  ShareAggregate,
  SumAggregate,
} from './aggregate.ts';
import { BucketPercentileAggregate } from './bucket-percentile.ts';
import { PercentileAggregate } from './percentile.ts';
import type { WindowShape } from './step.ts';
import { UniqueAggregate } from './unique.ts';

/** What is kept of one group of a measure, empty. */
export function newAggregate(measure: Measure, key: GroupKey, shape: WindowShape): Aggregate {
  switch (measure.function) {
    case 'count':
      return new CountAggregate(key, shape);
    case 'rate':
      return measure.field === undefined ? new CountAggregate(key, shape) : new SumAggregate(key, shape, false);
    case 'share':
      return new ShareAggregate(key, shape);
    case 'sum':
    case 'avg':
      return new SumAggregate(key, shape, measure.function === 'avg');
    case 'min':
    case 'max':
      return new ExtremeAggregate(key, shape, measure.function === 'max' ? 1 : -1);
    case 'last':
      return new LastAggregate(key, shape);
    case 'unique':
      return new UniqueAggregate(key, shape);
    case 'percentile':
      return new PercentileAggregate(key, shape, measure.quantile ?? 0.5);
    case 'bucket-percentile':
      return new BucketPercentileAggregate(key, shape, measure.quantile ?? 0.5);
    case 'duplicates':
    case 'missing':
      throw new Error('Measures of keys have windows of their own.');
  }
}
