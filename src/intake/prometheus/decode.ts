import { fail, ok, type Result } from '#kernel/result.ts';
import type { RecordRefusal } from '../decoding.ts';
import { seriesKind } from '../samples/metric-kinds.ts';
import { KnownSeries } from '../samples/series-register.ts';
import { Decoder, metricTypes, type RemoteWrite, type RemoteWriteContext, seriesOf } from './decoder.ts';
import { WireError } from './wire.ts';

export type { RemoteWrite, RemoteWriteContext } from './decoder.ts';

/**
 * Remote write (https://prometheus.io/docs/specs/prw/remote_write_spec/ and …_2_0/): `prometheus.WriteRequest` of 1.0, where each series
 * brings its labels as text, and `io.prometheus.write.v2.Request`, where they are places in a table of symbols.
 */
export type RemoteWriteVersion = '1.0' | '2.0';

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

/** How a series' kind was concluded when it came with its type, as `kindsVersion`. */
const TYPED = -2;

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
    this.hash.ofBytes(wire.view, start, wire.at);
    const { high, low } = this.hash;
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
    const known = metricTypes[type];
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
      this.hash.ofBytes(wire.view, wire.at, textEnd);
      this.#starts.push(wire.at);
      this.#ends.push(textEnd);
      this.#highs.push(this.hash.high);
      this.#lows.push(this.hash.low);
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
    this.hash.ofReferences(references, this.#highs, this.#lows);
    const { high, low } = this.hash;
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
      known.describe(seriesKind(known.name, metricTypes[type]), known.startedAt);
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
