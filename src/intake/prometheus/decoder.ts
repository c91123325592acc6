import type { Instant } from '#kernel/instant.ts';
import type { RecordRefusal, Trimmed } from '../decoding.ts';
import { isEndAt, type SampleBatch, type Series } from '../samples/batch.ts';
import type { MetricType } from '../samples/metric-kinds.ts';
import type { SeriesCache } from '../samples/series-cache.ts';
import { KnownSeries, type SeriesRegister } from '../samples/series-register.ts';
import { Columns, Refusals } from './columns.ts';
import { SectionHash } from './section-hash.ts';
import { WireError, WireReader } from './wire.ts';

export interface RemoteWriteContext {
  readonly series: SeriesRegister;
  readonly now: Instant;
  /** The text of these bytes; undefined when they are no UTF-8. */
  readonly text: (bytes: Uint8Array, start: number, end: number) => string | undefined;
}

export interface RemoteWrite {
  readonly samples: SampleBatch;
  /** What the request holds of each. */
  readonly sent: { readonly samples: number; readonly histograms: number; readonly exemplars: number };
  readonly trimmed: readonly Trimmed[];
}

/** By their numbers, which both versions share. */
export const metricTypes: readonly (MetricType | undefined)[] = [
  undefined,
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'summary',
  'info',
  'stateset',
];
const GAUGE_RESET_HINT = 3;
/** Told apart from the series itself, the figures of a native histogram are found under hashes of their own. */
const OF_COUNT = 0x51ed_270b;
const OF_SUM = 0x2545_f491;

/** What both versions have in common: series by hashes, points by columns. */
export abstract class Decoder {
  protected readonly wire: WireReader;
  protected readonly context: RemoteWriteContext;
  protected readonly cache: SeriesCache<KnownSeries>;
  protected readonly hash: SectionHash = new SectionHash();
  /** When the series that is being read began, as far as its message has said; 0 while it has not. */
  protected startedAt = 0;
  readonly #columns: Columns;
  readonly #refusals = new Refusals();
  readonly #trimmed = new Map<Trimmed['code'], { count: number; readonly message: string }>();
  #samples = 0;
  #histograms = 0;
  #exemplars = 0;

  constructor(body: Uint8Array, context: RemoteWriteContext, protocol: string) {
    this.wire = new WireReader(body);
    this.context = context;
    this.cache = context.series.cacheOf(protocol);
    this.#columns = new Columns(body.length);
  }

  protected result(): RemoteWrite {
    return {
      samples: { ...this.#columns.batch(), refused: this.#refusals.all },
      sent: { samples: this.#samples, histograms: this.#histograms, exemplars: this.#exemplars },
      trimmed: [...this.#trimmed].map(([code, { count, message }]) => ({ code, count, message })),
    };
  }

  protected trim(code: Trimmed['code'], message: string): void {
    const seen = this.#trimmed.get(code);
    if (seen === undefined) this.#trimmed.set(code, { count: 1, message });
    else seen.count += 1;
  }

  /** One `Sample`; the place of its series in the batch, or why it is refused. */
  protected sample(series: number | RecordRefusal, end: number): void {
    const { wire } = this;
    let valueAt = -1;
    let time = 0;
    while (wire.at < end) {
      const tag = wire.varint(end);
      if (tag === 0x09) {
        valueAt = wire.at;
        wire.at += 8;
        if (wire.at > end) throw new WireError('A number is cut off.');
      } else if (tag === 0x10) time = wire.int64(end);
      else if (tag === 0x18) this.startedAt = wire.int64(end);
      else wire.skip(tag, end);
    }
    this.#samples += 1;
    if (typeof series !== 'number') {
      this.#refusals.add(series);
      return;
    }
    if (valueAt < 0) this.#columns.add(series, time, 0);
    // A summary without an observation says so at every scrape: that is no point, and nothing that anybody did wrong.
    else if (!Number.isNaN(wire.view.getFloat64(valueAt, true)) || isEndAt(wire.view, valueAt))
      this.#columns.copy(series, time, wire.view, valueAt);
  }

  protected exemplar(): void {
    this.#exemplars += 1;
    this.trim('exemplars-left-out', 'Exemplars are not kept.');
  }

  /** A place in the batch for the points that follow. */
  protected place(series: KnownSeries): number {
    return this.#columns.place(series);
  }

  /** The object of a series that was not in the cache. */
  protected intern(series: Series, high: number, low: number): KnownSeries | RecordRefusal {
    const known = this.context.series.intern(series, this.context.now);
    if (known instanceof KnownSeries) this.cache.put(high, low, known);
    return known;
  }

  /** A native histogram stands as two counters, how many and how much; its buckets are left out. */
  protected histogram(series: KnownSeries | RecordRefusal, high: number, low: number, end: number): void {
    const { wire } = this;
    let count = 0;
    let sumAt = -1;
    let time = 0;
    let hint = 0;
    let hasBuckets = false;
    while (wire.at < end) {
      const tag = wire.varint(end);
      if (tag === 0x08) count = wire.varint(end);
      else if (tag === 0x11) count = wire.double(end);
      else if (tag === 0x19) {
        sumAt = wire.at;
        wire.double(end);
      } else if (tag === 0x70) hint = wire.varint(end);
      else if (tag === 0x78) time = wire.int64(end);
      else {
        hasBuckets ||= tag >>> 3 >= 8;
        wire.skip(tag, end);
      }
    }
    this.#histograms += 1;
    if (hasBuckets) this.trim('buckets-left-out', 'Of native histograms, count and sum are kept.');
    if (!(series instanceof KnownSeries)) {
      this.#refusals.add(series);
      this.#refusals.add(series);
      return;
    }
    const kind = hint === GAUGE_RESET_HINT ? 'gauge' : 'counter';
    const counts = this.#figure(series, '_count', kind, high ^ OF_COUNT, low);
    const sums = this.#figure(series, '_sum', kind, high ^ OF_SUM, low);
    // A histogram that has ended says so in its sum.
    const ended = sumAt >= 0 && Number.isNaN(wire.view.getFloat64(sumAt, true));
    if (!(counts instanceof KnownSeries)) this.#refusals.add(counts);
    else if (ended) this.#columns.copy(this.place(counts), time, wire.view, sumAt);
    else this.#columns.add(this.place(counts), time, count);
    if (!(sums instanceof KnownSeries)) this.#refusals.add(sums);
    else if (sumAt < 0) this.#columns.add(this.place(sums), time, 0);
    else this.#columns.copy(this.place(sums), time, wire.view, sumAt);
  }

  #figure(
    { name, labels }: Series,
    ending: string,
    kind: Series['kind'],
    high: number,
    low: number,
  ): KnownSeries | RecordRefusal {
    return this.cache.find(high, low) ?? this.intern({ name: name + ending, kind, labels }, high, low);
  }
}

/** The series of these labels, of which `__name__` is its name; those without a value are absent. */
export function seriesOf(
  pairs: readonly (readonly [name: string | undefined, value: string | undefined])[],
  kindOf: (name: string) => Series['kind'],
): Series | RecordRefusal {
  let name = '';
  const labels: (readonly [string, string])[] = [];
  for (const [label, value] of pairs) {
    if (label === undefined || value === undefined) {
      return { code: 'label-invalid', message: `${name}: a label is not valid UTF-8.` };
    }
    if (label === '__name__') name = value;
    else if (value !== '') labels.push([label, value]);
  }
  labels.sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
  for (let index = 1; index < labels.length; index += 1) {
    if (labels[index]?.[0] === labels[index - 1]?.[0]) {
      return { code: 'label-invalid', message: `${name}: the label ${labels[index]?.[0]} stands there twice.` };
    }
  }
  return { name, kind: kindOf(name), labels };
}
