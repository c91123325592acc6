import type { EventRecord } from '#signals/record.ts';
import { columnsOf } from '#storage/columns/build-columns.ts';
import { decodeColumns, encodeColumns, holdsColumns } from '#storage/columns/encode-columns.ts';
import type { EventColumns } from '#storage/columns/event-columns.ts';
import { recordsOf, textValues } from '#storage/columns/read-columns.ts';
import { bareAttributes } from './decoding.ts';
import type { EventIds } from './event-ids.ts';
import { holdsSamples, recordsBeside, withRecordsBeside } from './samples/block-samples.ts';
import { blockMagicText } from './spool/block.ts';

/**
 * The records of a block as its bytes: by columns, which is less to write, or as JSON where columns would lose something. Of the first `made`
 * records intake made the ids one after the other.
 */
export function encodePayload(records: readonly EventRecord[], made = 0): Uint8Array {
  const columns = encodeColumns(columnsOf(records, made));
  // Looking for the magic of a block in a damaged file must not find what a sender wrote; in JSON it cannot, which has no NUL bytes.
  if (columns !== undefined && !bufferOf(columns).includes(blockMagicText, 0, 'latin1')) return columns;
  return Buffer.from(JSON.stringify(records));
}

/** The records as they were accepted, without points that stand beside them: attributes inherit nothing here either. */
export function decodePayload(payload: Uint8Array): readonly EventRecord[] {
  const encoded = recordsIn(payload);
  if (encoded.length === 0) return [];
  return holdsColumns(encoded) ? recordsOf(decodeColumns(encoded), bareAttributes) : parseRecords(encoded);
}

/** The payload with other records in place of its own, and the same points beside them. */
export function withRecords(payload: Uint8Array, records: readonly EventRecord[]): Uint8Array {
  if (!holdsSamples(payload)) return encodePayload(records);
  return withRecordsBeside(payload, records.length === 0 ? new Uint8Array() : encodePayload(records));
}

/** The same by columns; undefined when there are none. */
export function decodePayloadColumns(payload: Uint8Array): EventColumns | undefined {
  const encoded = recordsIn(payload);
  if (encoded.length === 0) return undefined;
  const columns = holdsColumns(encoded) ? decodeColumns(encoded) : columnsOf(parseRecords(encoded));
  return columns.count === 0 ? undefined : columns;
}

/** The ids of the records alone, as far as they stand there as text: all of them when any was given by a sender. */
export function decodePayloadIds(payload: Uint8Array): readonly string[] {
  const column = decodePayloadColumns(payload)?.columns.find(({ owner, name }) => owner === 'record' && name === 'id');
  return column === undefined ? [] : textValues(column);
}

function recordsIn(payload: Uint8Array): Uint8Array {
  return holdsSamples(payload) ? recordsBeside(payload) : payload;
}

/** As all records were written before there were columns. */
function parseRecords(encoded: Uint8Array): readonly EventRecord[] {
  const records = parseBytes(encoded) as readonly EventRecord[];
  return records.map((record) => ({ ...record, attributes: Object.assign(bareAttributes(), record.attributes) }));
}

/** How ids are kept as hashes with a key; earlier versions kept them as a JSON array of text, or as hashes that anybody could make. */
const HASHES_FORM = 0x4b;
const OPEN_HASHES_FORM = 0x48;

/** What is left of a block once it is loaded: the ids that its senders gave, each as its hash, eight bytes little endian. */
export function encodeIds(hashes: Pick<EventIds, 'hash'>, plan: string, ids: readonly string[]): Uint8Array {
  const bytes = Buffer.alloc(1 + 8 * ids.length);
  bytes[0] = HASHES_FORM;
  ids.forEach((id, index) => {
    hashes.hash(plan, id, hash);
    bytes.writeUInt32LE(hash[0] as number, 1 + 8 * index);
    bytes.writeUInt32LE(hash[1] as number, 5 + 8 * index);
  });
  return bytes.includes(blockMagicText, 0, 'latin1') ? Buffer.from(JSON.stringify(ids)) : bytes;
}

/** Calls back with each id's hash, which is overwritten by the next. Of hashes without a key none is trusted. */
export function eachKeptId(
  hashes: Pick<EventIds, 'hash'>,
  plan: string,
  payload: Uint8Array,
  take: (hash: Uint32Array) => void,
): void {
  if (payload[0] === OPEN_HASHES_FORM) return;
  if (payload[0] !== HASHES_FORM) {
    for (const id of parseBytes(payload) as readonly string[]) {
      hashes.hash(plan, id, hash);
      take(hash);
    }
    return;
  }
  const bytes = bufferOf(payload);
  for (let at = 1; at + 8 <= bytes.length; at += 8) {
    hash[0] = bytes.readUInt32LE(at);
    hash[1] = bytes.readUInt32LE(at + 4);
    take(hash);
  }
}

/** Scratch: the halves of the hash that is written or read. */
const hash = new Uint32Array(2);

function parseBytes(bytes: Uint8Array): unknown {
  return JSON.parse(bufferOf(bytes).toString());
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
