import { assert } from '#kernel/assert.ts';
import { type EventColumn, type EventColumns, type MadeIds, type Texts, valuesOf } from './event-columns.ts';

/**
 * Columns as bytes, little endian: `C`, version u8, reserved u16, length of the head u32; the head (JSON: see `Head`), and then each column's
 * arrays, every one beginning at a multiple of 8 from the start, in the order of the head: times, and for each column its rows if it has
 * any, then its numbers, or its booleans, or its codes if it has any with the ends and the bytes of its texts.
 */
const FORM = 0x43;
const VERSION = 1;
const HEADER_BYTES = 8;

interface Head {
  readonly count: number;
  readonly times: NumberForm;
  readonly made?: MadeIds;
  readonly columns: readonly ColumnForm[];
}

/** Numbers that are all whole and small stand as their difference from the first. */
type NumberForm = { readonly as: 'f64' } | { readonly as: 'i32'; readonly from: number };
type WholeForm = 'u8' | 'u16' | 'u32';

interface ColumnForm {
  readonly owner: EventColumn['owner'];
  readonly name: string;
  readonly type: EventColumn['type'];
  readonly values: number;
  readonly isSparse: boolean;
  readonly numbers?: NumberForm;
  readonly codes?: WholeForm;
  readonly texts?: number;
  readonly heapBytes?: number;
}

/** Whether bytes begin as columns do. */
export function holdsColumns(bytes: Uint8Array): boolean {
  return bytes[0] === FORM;
}

/** Undefined when the columns cannot be written without loss. */
export function encodeColumns(columns: EventColumns): Uint8Array | undefined {
  if (columns.columns.some((column) => column.type === 'text' && !column.texts.isExact)) return undefined;
  const pieces: Uint8Array[] = [];
  const times = writeNumbers(columns.times, pieces);
  const forms = columns.columns.map((column) => writeColumn(column, pieces));
  const head: Head = {
    count: columns.count,
    times,
    ...(columns.made && { made: columns.made }),
    columns: forms,
  };
  const headBytes = Buffer.from(JSON.stringify(head));
  const first = aligned(HEADER_BYTES + headBytes.length);
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + aligned(piece.length), first));
  bytes[0] = FORM;
  bytes[1] = VERSION;
  new DataView(bytes.buffer).setUint32(4, headBytes.length, true);
  bytes.set(headBytes, HEADER_BYTES);
  let offset = first;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += aligned(piece.length);
  }
  return bytes;
}

/** The bytes must be whole and of `encodeColumns`. */
export function decodeColumns(payload: Uint8Array): EventColumns {
  assert(payload[0] === FORM && payload[1] === VERSION, 'Columns are of the version that this program reads.');
  // Arrays begin at multiples of their size in their buffer, which a payload within a segment does not.
  const bytes = payload.byteOffset % 8 === 0 ? payload : new Uint8Array(payload);
  const headBytes = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + HEADER_BYTES, headBytes).toString();
  const head = JSON.parse(text) as Head;
  const reader = new Reader(bytes, aligned(HEADER_BYTES + headBytes));
  const times = readNumbers(reader, head.count, head.times);
  const columns = head.columns.map((form) => readColumn(reader, form));
  assert(reader.offset === bytes.length, 'Columns have the length that their head says.');
  return { count: head.count, times, made: head.made, columns };
}

function writeColumn(column: EventColumn, pieces: Uint8Array[]): ColumnForm {
  const { owner, name, type, rows } = column;
  if (rows !== undefined) pieces.push(bytesOf(rows));
  const form = { owner, name, type, values: valuesOf(column), isSparse: rows !== undefined };
  switch (column.type) {
    case 'number':
      return { ...form, numbers: writeNumbers(column.values, pieces) };
    case 'boolean':
      pieces.push(column.values);
      return form;
    case 'text': {
      const { texts, codes } = column;
      const width = codes && writeWhole(codes, texts.ends.length, pieces);
      pieces.push(bytesOf(texts.ends), texts.heap);
      return { ...form, texts: texts.ends.length, heapBytes: texts.heap.length, ...(width && { codes: width }) };
    }
  }
}

function readColumn(reader: Reader, form: ColumnForm): EventColumn {
  const { owner, name, values } = form;
  const rows = form.isSparse ? reader.u32(values) : undefined;
  const head = { owner, name, rows };
  switch (form.type) {
    case 'number':
      return { ...head, type: 'number', values: readNumbers(reader, values, form.numbers ?? { as: 'f64' }) };
    case 'boolean':
      return { ...head, type: 'boolean', values: reader.bytes(values) };
    case 'text': {
      const codes = form.codes && readWhole(reader, values, form.codes);
      const ends = reader.u32(form.texts ?? 0);
      const texts: Texts = { ends, heap: reader.bytes(form.heapBytes ?? 0), isExact: true };
      return { ...head, type: 'text', texts, codes };
    }
  }
}

function writeNumbers(values: Float64Array, pieces: Uint8Array[]): NumberForm {
  const from = values[0] ?? 0;
  const differences = new Int32Array(values.length);
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as number;
    const difference = value - from;
    differences[index] = difference;
    // Also false for −0, which a whole number would not bring back, and where the difference was rounded.
    if (differences[index] !== difference || !Object.is(from + difference, value)) {
      pieces.push(bytesOf(values));
      return { as: 'f64' };
    }
  }
  pieces.push(bytesOf(differences));
  return { as: 'i32', from };
}

function readNumbers(reader: Reader, count: number, form: NumberForm): Float64Array {
  if (form.as === 'f64') return reader.f64(count);
  const differences = reader.i32(count);
  const values = new Float64Array(count);
  for (let index = 0; index < count; index += 1) values[index] = form.from + (differences[index] as number);
  return values;
}

function writeWhole(values: Uint32Array, bound: number, pieces: Uint8Array[]): WholeForm {
  if (bound <= 256) {
    pieces.push(new Uint8Array(values));
    return 'u8';
  }
  if (bound <= 65_536) {
    pieces.push(bytesOf(new Uint16Array(values)));
    return 'u16';
  }
  pieces.push(bytesOf(values));
  return 'u32';
}

function readWhole(reader: Reader, count: number, form: WholeForm): Uint32Array {
  switch (form) {
    case 'u8':
      return new Uint32Array(reader.bytes(count));
    case 'u16':
      return new Uint32Array(reader.u16(count));
    case 'u32':
      return reader.u32(count);
  }
}

/** Takes arrays one after the other, as views of the bytes. */
class Reader {
  readonly #bytes: Uint8Array;
  offset: number;

  constructor(bytes: Uint8Array, offset: number) {
    this.#bytes = bytes;
    this.offset = offset;
  }

  bytes(count: number): Uint8Array {
    const start = this.#take(count);
    return this.#bytes.subarray(start, start + count);
  }

  u16(count: number): Uint16Array {
    return new Uint16Array(this.#bytes.buffer, this.#bytes.byteOffset + this.#take(2 * count), count);
  }

  u32(count: number): Uint32Array {
    return new Uint32Array(this.#bytes.buffer, this.#bytes.byteOffset + this.#take(4 * count), count);
  }

  i32(count: number): Int32Array {
    return new Int32Array(this.#bytes.buffer, this.#bytes.byteOffset + this.#take(4 * count), count);
  }

  f64(count: number): Float64Array {
    return new Float64Array(this.#bytes.buffer, this.#bytes.byteOffset + this.#take(8 * count), count);
  }

  #take(bytes: number): number {
    const start = this.offset;
    this.offset += aligned(bytes);
    return start;
  }
}

function aligned(length: number): number {
  return Math.ceil(length / 8) * 8;
}

function bytesOf(values: Float64Array | Uint32Array | Int32Array | Uint16Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
