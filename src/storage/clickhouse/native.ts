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

/** A column `LowCardinality(String)` of these texts; `places` holds for each row the place of its text. At most 256 texts. */
export function lowCardinality(texts: readonly string[], places: Uint8Array): Uint8Array {
  const dictionary = texts.map(text);
  const head = new Uint8Array(24);
  const view = new DataView(head.buffer);
  view.setBigUint64(0, SHARED_DICTIONARIES_WITH_ADDITIONAL_KEYS, true);
  view.setBigUint64(8, HAS_ADDITIONAL_KEYS | NEEDS_DICTIONARY_UPDATE, true);
  view.setBigUint64(16, BigInt(texts.length), true);
  const count = new Uint8Array(8);
  new DataView(count.buffer).setBigUint64(0, BigInt(places.length), true);
  return Buffer.concat([head, ...dictionary, count, places]);
}

/** The only version of the column's form; indexes are UInt8 (0 in the lowest byte of the flags). */
const SHARED_DICTIONARIES_WITH_ADDITIONAL_KEYS = 1n;
const HAS_ADDITIONAL_KEYS = 1n << 9n;
const NEEDS_DICTIONARY_UPDATE = 1n << 10n;

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
