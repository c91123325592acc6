import { assert } from '#kernel/assert.ts';
import type { AdmittedSamples } from './admit.ts';
import type { Series, SeriesKind } from './batch.ts';

/**
 * Points in a block of the spool, by columns, so that neither writing nor loading them touches each by itself.
 *
 * Layout, little endian: `S`, reserved u8 and u16, points u32, bytes of the descriptions u32, bytes of the records u32, first time f64 (whole
 * ms since 1970); then values f64 each, ids of series u64 each (low half first), times i32 each (ms from the first); then the descriptions of
 * series (JSON) and the block's records (JSON), if it has any. Bytes that would hold the magic of a block stand as `T` and base 64 instead:
 * looking for that in a damaged file must not find what a sender wrote.
 */
const PLAIN_FORM = 0x53;
const TEXT_FORM = 0x54;
const HEADER_BYTES = 24;
const MAGIC_TEXT = 'WBLK';

/** Points as a block holds them. */
export interface BlockSamples {
  readonly count: number;
  /** Of each point, the halves of its series' id: low, high. */
  readonly ids: Uint32Array;
  readonly firstTime: number;
  /** Of each point, milliseconds after `firstTime`. */
  readonly offsets: Int32Array;
  readonly values: Float64Array;
  /** Series that are described here, with or before their first point. */
  readonly described: readonly DescribedSeries[];
}

export interface DescribedSeries extends Series {
  readonly idHigh: number;
  readonly idLow: number;
}

type DescribedRow = readonly [
  idHigh: number,
  idLow: number,
  name: string,
  kind: SeriesKind,
  labels: DescribedSeries['labels'],
  startedAt?: number | null,
  lifeMs?: number,
];

/** Whether a payload begins as one with points does; others are JSON. */
export function holdsSamples(payload: Uint8Array): boolean {
  return payload[0] === PLAIN_FORM || payload[0] === TEXT_FORM;
}

/** `records` are those of the same request, encoded by themselves; empty when it has none. */
export function encodeSamples(samples: AdmittedSamples, records: Uint8Array): Uint8Array {
  const { series, seriesOf, times, values, announced } = samples;
  const count = times.length;
  const described = Buffer.from(
    JSON.stringify(
      announced.map(({ idHigh, idLow, name, kind, labels, startedAt, lifeMs }): DescribedRow => {
        const begun = Number.isFinite(startedAt) ? startedAt : null;
        if (Number.isFinite(lifeMs)) return [idHigh, idLow, name, kind, labels, begun, lifeMs];
        return begun === null ? [idHigh, idLow, name, kind, labels] : [idHigh, idLow, name, kind, labels, begun];
      }),
    ),
  );
  const columns = HEADER_BYTES + 20 * count;
  const payload = new Uint8Array(columns + described.length + records.length);
  const firstTime = count === 0 ? 0 : Math.floor(times[0] as number);
  const view = new DataView(payload.buffer);
  payload[0] = PLAIN_FORM;
  view.setUint32(4, count, true);
  view.setUint32(8, described.length, true);
  view.setUint32(12, records.length, true);
  view.setFloat64(16, firstTime, true);
  new Float64Array(payload.buffer, HEADER_BYTES, count).set(values);
  const ids = new Uint32Array(payload.buffer, HEADER_BYTES + 8 * count, 2 * count);
  const offsets = new Int32Array(payload.buffer, HEADER_BYTES + 16 * count, count);
  for (let index = 0; index < count; index += 1) {
    const one = series[seriesOf[index] as number];
    assert(one !== undefined, 'A point names a series of its batch.');
    ids[2 * index] = one.idLow;
    ids[2 * index + 1] = one.idHigh;
    offsets[index] = Math.floor(times[index] as number) - firstTime;
  }
  payload.set(described, columns);
  payload.set(records, columns + described.length);
  return withoutMagic(payload);
}

/** The points of a payload; undefined when it has none. */
export function decodeSamples(payload: Uint8Array): BlockSamples | undefined {
  if (!holdsSamples(payload)) return undefined;
  const plain = plainOf(payload);
  const { count, describedAt, recordsAt } = layoutOf(plain);
  // A copy, so that the columns begin where typed arrays may.
  const columns = new Uint8Array(plain.subarray(HEADER_BYTES, describedAt));
  const { buffer, byteOffset } = columns;
  const described = JSON.parse(bufferOf(plain).toString('utf8', describedAt, recordsAt)) as readonly DescribedRow[];
  return {
    count,
    values: new Float64Array(buffer, byteOffset, count),
    ids: new Uint32Array(buffer, byteOffset + 8 * count, 2 * count),
    offsets: new Int32Array(buffer, byteOffset + 16 * count, count),
    firstTime: viewOf(plain).getFloat64(16, true),
    described: described.map(([idHigh, idLow, name, kind, labels, startedAt, lifeMs]) => ({
      idHigh,
      idLow,
      name,
      kind,
      labels,
      ...(typeof startedAt === 'number' && { startedAt }),
      ...(lifeMs !== undefined && { lifeMs }),
    })),
  };
}

/** The records that stand beside points, encoded; empty when there are none. */
export function recordsBeside(payload: Uint8Array): Uint8Array {
  const plain = plainOf(payload);
  return plain.subarray(layoutOf(plain).recordsAt);
}

/** The same points with other records beside them, encoded. */
export function withRecordsBeside(payload: Uint8Array, records: Uint8Array): Uint8Array {
  const plain = plainOf(payload);
  const points = plain.subarray(0, layoutOf(plain).recordsAt);
  const made = new Uint8Array(points.length + records.length);
  made.set(points);
  made.set(records, points.length);
  viewOf(made).setUint32(12, records.length, true);
  return withoutMagic(made);
}

/** The same points without the descriptions of series that have one of these values in a label; the same object when there are none. */
export function withoutSeries(payload: Uint8Array, values: ReadonlySet<string>): Uint8Array {
  if (!holdsSamples(payload)) return payload;
  const plain = plainOf(payload);
  const { describedAt, recordsAt } = layoutOf(plain);
  const described = JSON.parse(bufferOf(plain).toString('utf8', describedAt, recordsAt)) as readonly DescribedRow[];
  const kept = described.filter(([, , , , labels]) => !labels.some(([, value]) => values.has(value)));
  if (kept.length === described.length) return payload;
  const written = Buffer.from(JSON.stringify(kept));
  const made = Buffer.concat([plain.subarray(0, describedAt), written, plain.subarray(recordsAt)]);
  viewOf(made).setUint32(8, written.length, true);
  return withoutMagic(made);
}

function layoutOf(plain: Uint8Array): {
  readonly count: number;
  readonly describedAt: number;
  readonly recordsAt: number;
} {
  const view = viewOf(plain);
  const count = view.getUint32(4, true);
  const describedAt = HEADER_BYTES + 20 * count;
  const recordsAt = describedAt + view.getUint32(8, true);
  assert(recordsAt + view.getUint32(12, true) === plain.length, 'A payload has the length that its head says.');
  return { count, describedAt, recordsAt };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function withoutMagic(payload: Uint8Array): Uint8Array {
  const buffer = bufferOf(payload);
  if (!buffer.includes(MAGIC_TEXT, 0, 'latin1')) return payload;
  return Buffer.from(`${String.fromCharCode(TEXT_FORM)}${buffer.toString('base64')}`, 'latin1');
}

function plainOf(payload: Uint8Array): Uint8Array {
  if (payload[0] === PLAIN_FORM) return payload;
  return Buffer.from(bufferOf(payload).toString('latin1', 1), 'base64');
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
