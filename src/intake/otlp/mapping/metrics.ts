import { limits } from '#kernel/limits.ts';
import { checkTime, type DecodeContext, type Decoded } from '../../decoding.ts';
import { RecordBuilder } from '../../record-builder.ts';
import { SampleBatchBuilder, type Series, type SeriesKind } from '../../samples/batch.ts';
import {
  type OtlpAttributes,
  type OtlpExponentialPoint,
  type OtlpHistogramPoint,
  type OtlpMetric,
  type OtlpMetricData,
  type OtlpPoint,
  type OtlpSource,
  temporalities,
} from '../wire/shape.ts';
import { type CumulativeBucket, explicitBuckets, exponentialBuckets } from './histograms.ts';
import { type Speaker, SpokenVersions, speakersOf } from './resource.ts';
import { textOfValue } from './values.ts';

type Labels = Series['labels'];

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
  readonly #samples = new SampleBatchBuilder();
  readonly #versions = new SpokenVersions();
  /** The numbers of series by name and labels: those of one label set are told apart by its own key. */
  readonly #series = new Map<string, number>();

  constructor(context: DecodeContext) {
    this.#context = context;
    this.#refusals = new RecordBuilder(context);
  }

  build(): Decoded {
    return { ...this.#refusals.build(), samples: this.#samples.build(), versions: this.#versions.all };
  }

  metric({ name, data }: OtlpMetric, speaker: Speaker): void {
    if (data === undefined) return;
    const kind = kindOf(data);
    for (const point of data.points) {
      const time = point.timeMs ?? this.#context.receivedAt;
      const problem =
        kind === undefined
          ? ({ code: 'field-invalid', message: `${name.slice(0, 80)}: it is neither cumulative nor delta.` } as const)
          : checkTime(time, this.#context.receivedAt);
      if (kind === undefined || problem !== undefined) {
        this.#refusals.refuse(problem?.code ?? 'field-invalid', problem?.message ?? '');
        continue;
      }
      if (this.#samples.count + bucketsOf(data, point) > limits.samplesPerRequest) {
        const message = `The request has more than ${limits.samplesPerRequest} values with those of its buckets.`;
        this.#refusals.refuse('body-too-large', message);
        continue;
      }
      this.#versions.add(speaker, time);
      const write = new PointWriter(this.#samples, this.#series, labelsOf(speaker, point.attributes), time, point);
      writePoint(write, name, data, point, kind);
    }
  }
}

/** Adds the values of one point under its labels. */
class PointWriter {
  readonly #samples: SampleBatchBuilder;
  readonly #series: Map<string, number>;
  readonly #labels: Labels;
  readonly #key: string;
  readonly #time: number;
  readonly #hasNoValue: boolean;

  constructor(
    samples: SampleBatchBuilder,
    series: Map<string, number>,
    labels: Labels,
    time: number,
    { hasNoValue }: OtlpPoint,
  ) {
    this.#samples = samples;
    this.#series = series;
    this.#labels = labels;
    this.#key = JSON.stringify(labels);
    this.#time = time;
    this.#hasNoValue = hasNoValue;
  }

  add(name: string, kind: SeriesKind, value: number | undefined, extra?: readonly [name: string, value: string]): void {
    if (value === undefined && !this.#hasNoValue) return;
    const key = `${kind}\n${name}\n${extra === undefined ? '' : `${extra[0]}=${extra[1]}`}\n${this.#key}`;
    let series = this.#series.get(key);
    if (series === undefined) {
      series = this.#samples.series({ name, kind, labels: extra === undefined ? this.#labels : this.#with(extra) });
      this.#series.set(key, series);
    }
    if (this.#hasNoValue) this.#samples.end(series, this.#time);
    else this.#samples.add(series, this.#time, value ?? 0);
  }

  /** `NAME_bucket`, `NAME_count`, `NAME_sum`, and the least and greatest when they are known. */
  histogram(
    name: string,
    kind: SeriesKind,
    point: OtlpHistogramPoint | OtlpExponentialPoint,
    buckets: readonly CumulativeBucket[],
  ): void {
    for (const { le, count } of buckets) this.add(`${name}_bucket`, kind, count, ['le', le]);
    this.add(`${name}_count`, kind, point.count);
    this.add(`${name}_sum`, kind, point.sum);
    this.add(`${name}_min`, 'gauge', point.min);
    this.add(`${name}_max`, 'gauge', point.max);
  }

  #with(extra: readonly [name: string, value: string]): Labels {
    const others = this.#labels.filter(([name]) => name !== extra[0]);
    return [...others, extra].sort(byName);
  }
}

function writePoint(
  write: PointWriter,
  name: string,
  data: OtlpMetricData,
  point: OtlpMetricData['points'][number],
  kind: SeriesKind,
): void {
  if ('value' in point) write.add(name, kind, point.value);
  else if ('bounds' in point) write.histogram(name, kind, point, explicitBuckets(point));
  else if ('scale' in point) write.histogram(name, kind, point, exponentialBuckets(point));
  else if (data.type === 'summary') {
    for (const [quantile, value] of point.quantiles) write.add(name, 'gauge', value, ['quantile', String(quantile)]);
    write.add(`${name}_count`, 'counter', point.count);
    write.add(`${name}_sum`, 'counter', point.sum);
  }
}

/** Undefined when it is not said whether the points add up. */
function kindOf(data: OtlpMetricData): SeriesKind | undefined {
  if (data.type === 'gauge' || data.type === 'summary') return 'gauge';
  if (data.temporality === temporalities.delta) return 'delta';
  if (data.temporality !== temporalities.cumulative) return undefined;
  return data.type === 'sum' && !data.isMonotonic ? 'gauge' : 'counter';
}

/** At least as many values as the point becomes. */
function bucketsOf(data: OtlpMetricData, point: OtlpMetricData['points'][number]): number {
  if ('bounds' in point) return point.counts.length + 5;
  if ('scale' in point) return point.positive.counts.length + point.negative.counts.length + 7;
  return data.type === 'summary' && 'quantiles' in point ? point.quantiles.length + 2 : 1;
}

/**
 * Labels of a point: what names its speaker, instance and host among it, since two processes count apart, and its attributes. The speaker's
 * come first: an attribute of the same name is left out.
 */
function labelsOf(speaker: Speaker, attributes: OtlpAttributes): Labels {
  const labels = new Map<string, string>();
  const set = (name: string, value: string | undefined): void => {
    if (value !== undefined && value !== '' && !labels.has(name)) labels.set(name, value);
  };
  set('service', speaker.service);
  set('version', speaker.version);
  set('environment', speaker.environment);
  set('host', speaker.host);
  set('instance', speaker.instance);
  for (const [name, value] of attributes) set(name, textOfValue(value));
  return [...labels].sort(byName);
}

function byName([left]: readonly [string, string], [right]: readonly [string, string]): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
