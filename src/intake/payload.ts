import type { EventRecord } from '#signals/record.ts';
import { bareAttributes } from './decoding.ts';
import { holdsSamples, recordsBeside } from './samples/block-samples.ts';

/** The records of a block as its bytes. */
export function encodePayload(records: readonly EventRecord[]): Uint8Array {
  return Buffer.from(JSON.stringify(records));
}

/** The records as they were accepted, without points that stand beside them: attributes inherit nothing here either. */
export function decodePayload(payload: Uint8Array): readonly EventRecord[] {
  const encoded = holdsSamples(payload) ? recordsBeside(payload) : payload;
  if (encoded.length === 0) return [];
  const records = parseBytes(encoded) as readonly EventRecord[];
  return records.map((record) => ({ ...record, attributes: Object.assign(bareAttributes(), record.attributes) }));
}

/** What is left of a block once it is loaded: the ids that its senders gave. */
export function encodeIds(ids: readonly string[]): Uint8Array {
  return Buffer.from(JSON.stringify(ids));
}

export function decodeIds(payload: Uint8Array): readonly string[] {
  return parseBytes(payload) as readonly string[];
}

function parseBytes(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
}
