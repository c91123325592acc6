/**
 * Blocks of ClickHouse's format `Native`: columns as the engine holds them, so that nothing is parsed. Layout after the engine's
 * `NativeWriter` (https://clickhouse.com/docs/interfaces/formats/Native): number of columns and rows as varints, then for each column name,
 * type and values.
 */
export interface NativeColumn {
  readonly name: string;
  readonly type: string;
  /** The values as they stand in the block: little endian, one after the other. */
  readonly bytes: Uint8Array;
}

/** One block as pieces that follow each other. */
export function nativeBlock(rows: number, columns: readonly NativeColumn[]): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [Uint8Array.from([...varint(columns.length), ...varint(rows)])];
  for (const { name, type, bytes } of columns) pieces.push(text(name), text(type), bytes);
  return pieces;
}

/** A column `LowCardinality(String)` of these texts; `codes` holds for each row the number of its text. */
export function lowCardinality(texts: readonly string[], codes: Uint8Array | Uint32Array): Uint8Array {
  return Buffer.concat(lowCardinalityParts(texts, codes));
}

/** The version, which stands before everything else of a column that this is a part of, and what stands in its place. */
export function lowCardinalityParts(
  texts: readonly string[],
  codes: Uint8Array | Uint32Array,
): readonly [version: Uint8Array, body: Uint8Array] {
  const version = u64(SHARED_DICTIONARIES_WITH_ADDITIONAL_KEYS);
  // Without rows there is nothing else, not even the flags.
  if (codes.length === 0) return [version, new Uint8Array()];
  const [width, indexes] = narrowed(texts.length, codes);
  const flags = HAS_ADDITIONAL_KEYS | NEEDS_DICTIONARY_UPDATE | width;
  return [
    version,
    Buffer.concat([u64(flags), u64(BigInt(texts.length)), ...texts.map(text), u64(BigInt(codes.length)), indexes]),
  ];
}

/** The only version of the column's form. The lowest byte of the flags is the width of the indexes. */
const SHARED_DICTIONARIES_WITH_ADDITIONAL_KEYS = 1n;
const HAS_ADDITIONAL_KEYS = 1n << 9n;
const NEEDS_DICTIONARY_UPDATE = 1n << 10n;
const WIDTH_8 = 0n;
const WIDTH_16 = 1n;
const WIDTH_32 = 2n;

function narrowed(texts: number, codes: Uint8Array | Uint32Array): readonly [width: bigint, indexes: Uint8Array] {
  if (texts <= 256) return [WIDTH_8, codes instanceof Uint8Array ? codes : new Uint8Array(codes)];
  const [width, indexes] = texts <= 65_536 ? [WIDTH_16, new Uint16Array(codes)] : [WIDTH_32, new Uint32Array(codes)];
  return [width, new Uint8Array(indexes.buffer, indexes.byteOffset, indexes.byteLength)];
}

function u64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
}

/** Texts that were met, each once. */
export class Dictionary {
  readonly texts: string[] = [];
  readonly #codes = new Map<string, number>();

  codeOf(value: string): number {
    const known = this.#codes.get(value);
    if (known !== undefined) return known;
    const code = this.texts.push(value) - 1;
    this.#codes.set(value, code);
    return code;
  }
}

/** A column `String`, whose rows are set in any order; a row that is not set is empty. */
export class StringColumn {
  readonly #rows: number;
  readonly #heaps: Uint8Array[] = [];
  /** Of all texts of all heaps, the bytes of all heaps before their end. */
  #ends: Uint32Array = new Uint32Array(FIRST_TEXTS);
  #texts = 1;
  #heapBytes = 0;
  /** Of each row, the number of its text; text 0 is empty. */
  readonly #textOf: Uint32Array;

  constructor(rows: number) {
    this.#rows = rows;
    this.#textOf = new Uint32Array(rows);
  }

  /** Adds texts to choose from; text `i` of them has the number returned plus `i`. */
  addHeap(texts: { readonly heap: Uint8Array; readonly ends: Uint32Array }): number {
    const first = this.#texts;
    while (this.#ends.length < first + texts.ends.length) {
      const grown = new Uint32Array(this.#ends.length * 2);
      grown.set(this.#ends);
      this.#ends = grown;
    }
    const ends = this.#ends;
    for (let index = 0; index < texts.ends.length; index += 1) {
      ends[first + index] = this.#heapBytes + (texts.ends[index] as number);
    }
    this.#heaps.push(texts.heap);
    this.#heapBytes += texts.heap.length;
    this.#texts += texts.ends.length;
    return first;
  }

  set(row: number, textNumber: number): void {
    this.#textOf[row] = textNumber;
  }

  bytes(): Uint8Array {
    const heap = this.#heaps.length === 1 ? (this.#heaps[0] as Uint8Array) : Buffer.concat(this.#heaps);
    const ends = this.#ends;
    const rows = this.#rows;
    let size = 0;
    for (let row = 0; row < rows; row += 1) {
      const number = this.#textOf[row] as number;
      const length = number === 0 ? 0 : (ends[number] as number) - (ends[number - 1] as number);
      size += length + (length < 0x80 ? 1 : varint(length).length);
    }
    const bytes = new Uint8Array(size);
    let at = 0;
    for (let row = 0; row < rows; row += 1) {
      const number = this.#textOf[row] as number;
      if (number === 0) {
        bytes[at++] = 0;
        continue;
      }
      const from = ends[number - 1] as number;
      const to = ends[number] as number;
      const length = to - from;
      if (length < 0x80) bytes[at++] = length;
      else for (const part of varint(length)) bytes[at++] = part;
      if (length > SHORT_TEXT) {
        bytes.set(heap.subarray(from, to), at);
        at += length;
      } else for (let index = from; index < to; index += 1) bytes[at++] = heap[index] as number;
    }
    return bytes;
  }
}

const FIRST_TEXTS = 1_024;
/** Up to so many bytes a loop is quicker than a call. */
const SHORT_TEXT = 40;

function text(value: string): Uint8Array {
  const bytes = Buffer.from(value.toWellFormed());
  return Buffer.concat([Uint8Array.from(varint(bytes.length)), bytes]);
}

/** Seven bits a byte, lowest first. */
function varint(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return bytes;
}
