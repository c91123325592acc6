import type { Instant } from '#kernel/instant.ts';
import { fail, ok, type Result } from '#kernel/result.ts';
import type { RecordRefusal, Trimmed } from '../decoding.ts';
import type { SampleBatch, Series } from '../samples/batch.ts';
import { type MetricType, seriesKind } from '../samples/metric-kinds.ts';
import type { SeriesCache } from '../samples/series-cache.ts';
import { KnownSeries, type SeriesRegister } from '../samples/series-register.ts';
import { Columns, Refusals } from './columns.ts';
import { hashBytes, hashReferences } from './section-hash.ts';
import { WireError, WireReader } from './wire.ts';

/**
 * Remote write (https://prometheus.io/docs/specs/prw/remote_write_spec/ and …_2_0/): `prometheus.WriteRequest` of 1.0, where each series
 * brings its labels as text, and `io.prometheus.write.v2.Request`, where they are places in a table of symbols.
 */
export type RemoteWriteVersion = '1.0' | '2.0';

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

/** Reads a whole request. A series that is no good is refused by itself; bytes that are no such message refuse all of it. Never throws. */
export function decodeRemoteWrite(
  body: Uint8Array,
  version: RemoteWriteVersion,
  context: RemoteWriteContext,
): Result<RemoteWrite, RecordRefusal> {
  try {
    return ok(version === '1.0' ? new FirstVersion(body, context).read() : new SecondVersion(body, context).read());
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return fail({
      code: 'malformed-body',
      message: `The body is no remote write ${version} message: ${error.message}`,
    });
  }
}

const TYPES: readonly (MetricType | undefined)[] = [
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
/** How a series' kind was concluded when it came with its type, as `kindsVersion`. */
const TYPED = -2;

abstract class Decoder {
  protected readonly wire: WireReader;
  protected readonly context: RemoteWriteContext;
  protected readonly cache: SeriesCache<KnownSeries>;
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
    else this.#columns.copy(series, time, wire.view, valueAt);
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

class FirstVersion extends Decoder {
  constructor(body: Uint8Array, context: RemoteWriteContext) {
    super(body, context, 'remote write 1.0');
  }

  read(): RemoteWrite {
    const { wire } = this;
    const end = wire.bytes.length;
    // What is said of the families comes first for the points beside it, though it stands behind them.
    this.#eachField(end, 0x1a, (fieldEnd) => this.#metadata(fieldEnd));
    this.#eachField(end, 0x0a, (fieldEnd) => this.#timeSeries(fieldEnd));
    return this.result();
  }

  #eachField(end: number, wanted: number, read: (end: number) => void): void {
    const { wire } = this;
    wire.at = 0;
    while (wire.at < end) {
      const tag = wire.varint(end);
      if (tag === wanted) {
        const fieldEnd = wire.length(end);
        read(fieldEnd);
        wire.at = fieldEnd;
      } else wire.skip(tag, end);
    }
  }

  #timeSeries(end: number): void {
    const { wire } = this;
    const { bytes } = wire;
    const start = wire.at;
    while (wire.at < end && bytes[wire.at] === 0x0a) {
      wire.at += 1;
      wire.at = wire.length(end);
    }
    const { high, low } = hashBytes(wire.view, start, wire.at);
    const known = this.cache.find(high, low) ?? this.#newSeries(start, wire.at, high, low);
    if (known instanceof KnownSeries) this.#bringKindUpToDate(known);
    let place: number | RecordRefusal | undefined;
    while (wire.at < end) {
      const tag = wire.varint(end);
      if (tag === 0x12) {
        place ??= known instanceof KnownSeries ? this.place(known) : known;
        const fieldEnd = wire.length(end);
        this.sample(place, fieldEnd);
      } else if (tag === 0x22) this.histogram(known, high, low, wire.length(end));
      else if (tag === 0x1a) {
        this.exemplar();
        wire.at = wire.length(end);
      } else if (tag === 0x0a) throw new WireError('Labels stand behind points.');
      else wire.skip(tag, end);
    }
  }

  #bringKindUpToDate(known: KnownSeries): void {
    const { kinds } = this.context.series;
    if (known.kindsVersion === kinds.version) return;
    known.kindsVersion = kinds.version;
    known.describe(kinds.kindOf(known.name), known.startedAt);
  }

  #newSeries(start: number, end: number, high: number, low: number): KnownSeries | RecordRefusal {
    const { wire, context } = this;
    const pairs: (readonly [string | undefined, string | undefined])[] = [];
    wire.at = start;
    while (wire.at < end) {
      wire.at += 1;
      const labelEnd = wire.length(end);
      let name: string | undefined = '';
      let value: string | undefined = '';
      while (wire.at < labelEnd) {
        const tag = wire.varint(labelEnd);
        if (tag !== 0x0a && tag !== 0x12) {
          wire.skip(tag, labelEnd);
          continue;
        }
        const textEnd = wire.length(labelEnd);
        const text = context.text(wire.bytes, wire.at, textEnd);
        if (tag === 0x0a) name = text;
        else value = text;
        wire.at = textEnd;
      }
      pairs.push([name, value]);
    }
    const series = seriesOf(pairs, (name) => context.series.kinds.kindOf(name));
    return 'code' in series ? series : this.intern(series, high, low);
  }

  #metadata(end: number): void {
    const { wire, context } = this;
    let type = 0;
    let family: string | undefined = '';
    while (wire.at < end) {
      const tag = wire.varint(end);
      if (tag === 0x08) type = wire.varint(end);
      else if (tag === 0x12) {
        const textEnd = wire.length(end);
        family = context.text(wire.bytes, wire.at, textEnd);
        wire.at = textEnd;
      } else wire.skip(tag, end);
    }
    const known = TYPES[type];
    if (known !== undefined && family !== undefined && family !== '') context.series.kinds.learn(family, known);
  }
}

class SecondVersion extends Decoder {
  /** Where each symbol begins and ends. */
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #highs: number[] = [];
  readonly #lows: number[] = [];
  readonly #texts: (string | undefined | null)[] = [];

  constructor(body: Uint8Array, context: RemoteWriteContext) {
    super(body, context, 'remote write 2.0');
  }

  read(): RemoteWrite {
    const { wire } = this;
    const end = wire.bytes.length;
    while (wire.at < end) {
      const tag = wire.varint(end);
      if (tag !== 0x22) {
        wire.skip(tag, end);
        continue;
      }
      const textEnd = wire.length(end);
      const { high, low } = hashBytes(wire.view, wire.at, textEnd);
      this.#starts.push(wire.at);
      this.#ends.push(textEnd);
      this.#highs.push(high);
      this.#lows.push(low);
      wire.at = textEnd;
    }
    wire.at = 0;
    while (wire.at < end) {
      const tag = wire.varint(end);
      if (tag === 0x2a) {
        const fieldEnd = wire.length(end);
        this.#timeSeries(fieldEnd);
        wire.at = fieldEnd;
      } else wire.skip(tag, end);
    }
    return this.result();
  }

  #timeSeries(end: number): void {
    const { wire } = this;
    const references: number[] = [];
    if (wire.at < end && wire.bytes[wire.at] === 0x0a) {
      wire.at += 1;
      const packedEnd = wire.length(end);
      while (wire.at < packedEnd) references.push(wire.varint(packedEnd));
    }
    const { high, low } = hashReferences(references, this.#highs, this.#lows);
    const known = this.cache.find(high, low) ?? this.#newSeries(references, high, low);
    let place: number | RecordRefusal | undefined;
    let type: number | undefined;
    this.startedAt = 0;
    while (wire.at < end) {
      const tag = wire.varint(end);
      if (tag === 0x12) {
        place ??= known instanceof KnownSeries ? this.place(known) : known;
        this.sample(place, wire.length(end));
      } else if (tag === 0x1a) this.histogram(known, high, low, wire.length(end));
      else if (tag === 0x22) {
        this.exemplar();
        wire.at = wire.length(end);
      } else if (tag === 0x2a) {
        const fieldEnd = wire.length(end);
        type = this.#metadataType(fieldEnd);
      } else if (tag === 0x30) this.startedAt = wire.int64(end);
      else if (tag === 0x0a || tag === 0x08) throw new WireError('Labels stand behind points, or unpacked.');
      else wire.skip(tag, end);
    }
    if (!(known instanceof KnownSeries)) return;
    if (type !== undefined && known.kindsVersion !== TYPED - type) {
      known.kindsVersion = TYPED - type;
      known.describe(seriesKind(known.name, TYPES[type]), known.startedAt);
    }
    if (this.startedAt !== 0 && known.kind === 'counter') known.describe(known.kind, this.startedAt);
  }

  #metadataType(end: number): number {
    const { wire } = this;
    let type = 0;
    while (wire.at < end) {
      const tag = wire.varint(end);
      if (tag === 0x08) type = wire.varint(end);
      else wire.skip(tag, end);
    }
    return type;
  }

  #newSeries(references: readonly number[], high: number, low: number): KnownSeries | RecordRefusal {
    if (references.length % 2 !== 0 || references.some((place) => place >= this.#starts.length)) {
      return { code: 'label-invalid', message: 'A series names labels that are not among the symbols.' };
    }
    const pairs: (readonly [string | undefined, string | undefined])[] = [];
    for (let index = 0; index < references.length; index += 2) {
      pairs.push([this.#symbol(references[index] as number), this.#symbol(references[index + 1] as number)]);
    }
    const series = seriesOf(pairs, (name) => seriesKind(name, undefined));
    return 'code' in series ? series : this.intern(series, high, low);
  }

  #symbol(place: number): string | undefined {
    let text = this.#texts[place];
    if (text === undefined) {
      text = this.context.text(this.wire.bytes, this.#starts[place] as number, this.#ends[place] as number) ?? null;
      this.#texts[place] = text;
    }
    return text ?? undefined;
  }
}

/** The series of these labels, of which `__name__` is its name; those without a value are absent. */
function seriesOf(
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
