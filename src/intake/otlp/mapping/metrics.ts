import { limits } from '#kernel/limits.ts';
import {
  checkTime,
  type DecodeContext,
  type Decoded,
  exceedsBytes,
  type RecordRefusal,
  shownField,
} from '../../decoding.ts';
import { RecordBuilder } from '../../record-builder.ts';
import type { SeriesKind } from '../../samples/batch.ts';
import {
  type OtlpExponentialPoint,
  type OtlpHistogramPoint,
  type OtlpMetric,
  type OtlpMetricData,
  type OtlpSource,
  temporalities,
} from '../wire/shape.ts';
import { type CumulativeBucket, explicitBuckets, exponentialBuckets } from './histograms.ts';
import { type Speaker, SpokenVersions, speakersOf } from './resource.ts';
import { SeriesTable } from './series-table.ts';

/**
 * Data points as samples. A cumulative sum that only grows is a counter, a delta sum one of increases, everything else a gauge; histograms
 * and summaries become the series that Prometheus has for them. Names are kept as they are sent, without a unit.
 */
export function mapMetrics(read: OtlpSource<OtlpMetric>, context: DecodeContext): Decoded {
  const mapper = new MetricMapper(context);
  const speakerOf = speakersOf();
  read((metric, resource) => mapper.metric(metric, speakerOf(resource)));
  return mapper.build();
}

class MetricMapper {
  readonly #context: DecodeContext;
  /** Counts what is refused, as it does for records. */
  readonly #refusals: RecordBuilder;
  readonly #table = new SeriesTable();
  readonly #versions = new SpokenVersions();

  constructor(context: DecodeContext) {
    this.#context = context;
    this.#refusals = new RecordBuilder(context);
  }

  build(): Decoded {
    return { ...this.#refusals.build(), samples: this.#table.build(), versions: this.#versions.all };
  }

  metric({ name, data }: OtlpMetric, speaker: Speaker): void {
    if (data === undefined) return;
    const kind = kindOf(data);
    for (const point of data.points) {
      const time = point.timeMs ?? this.#context.receivedAt;
      const problem = headProblem(name, kind) ?? checkTime(time, this.#context.receivedAt);
      if (problem !== undefined || kind === undefined) {
        this.#refusals.refuse(problem?.code ?? 'field-invalid', problem?.message ?? '');
        continue;
      }
      const set = this.#table.labelSet(speaker, point.attributes);
      if (!this.#table.hasRoom(valuesOf(point), set)) {
        this.#refusals.refuse('body-too-large', 'The series of the request have too many values, or too long labels.');
        continue;
      }
      this.#versions.add(speaker, time);
      const value = (one: number | undefined, suffix = '', as = kind, extra?: readonly [string, string]): void => {
        if (one === undefined && !point.hasNoValue) return;
        const series = { name: `${name}${suffix}`, kind: as, startedAt: point.startMs, extra };
        this.#table.add(set, series, time, point.hasNoValue ? undefined : one);
      };
      writePoint(point, value);
    }
  }
}

type WriteValue = (
  value: number | undefined,
  suffix?: string,
  kind?: SeriesKind,
  extra?: readonly [name: string, value: string],
) => void;

/** All values that a point becomes, in the kind of its metric where none is said. */
function writePoint(point: OtlpMetricData['points'][number], write: WriteValue): void {
  if ('value' in point) write(point.value);
  else if ('bounds' in point) writeHistogram(point, explicitBuckets(point), write);
  else if ('scale' in point) writeHistogram(point, exponentialBuckets(point), write);
  else {
    for (const [quantile, value] of point.quantiles) write(value, '', 'gauge', ['quantile', String(quantile)]);
    write(point.count, '_count', 'counter');
    write(point.sum, '_sum', 'counter');
  }
}

/** `NAME_bucket`, `NAME_count`, `NAME_sum`, and the least and greatest when they are known. */
function writeHistogram(
  point: OtlpHistogramPoint | OtlpExponentialPoint,
  buckets: readonly CumulativeBucket[],
  write: WriteValue,
): void {
  for (const { le, count } of buckets) write(count, '_bucket', undefined, ['le', le]);
  write(point.count, '_count');
  write(point.sum, '_sum');
  write(point.min, '_min', 'gauge');
  write(point.max, '_max', 'gauge');
}

/** What is wrong with a metric, and so with each of its points. */
function headProblem(name: string, kind: SeriesKind | undefined): RecordRefusal | undefined {
  if (name === '' || exceedsBytes(name, limits.nameBytes)) {
    return { code: 'name-invalid', message: `The name of a metric is text of 1 to ${limits.nameBytes} bytes.` };
  }
  if (kind !== undefined) return undefined;
  return { code: 'field-invalid', message: `${shownField(name)}: it is neither cumulative nor delta.` };
}

/** Undefined when it is not said whether the points add up. */
function kindOf(data: OtlpMetricData): SeriesKind | undefined {
  if (data.type === 'gauge' || data.type === 'summary') return 'gauge';
  if (data.temporality === temporalities.delta) return 'delta';
  if (data.temporality !== temporalities.cumulative) return undefined;
  return data.type === 'sum' && !data.isMonotonic ? 'gauge' : 'counter';
}

/** At most so many values a point becomes. */
function valuesOf(point: OtlpMetricData['points'][number]): number {
  if ('bounds' in point) return point.counts.length + 5;
  if ('scale' in point) return point.positive.counts.length + point.negative.counts.length + 6;
  return 'quantiles' in point ? point.quantiles.length + 2 : 1;
}
