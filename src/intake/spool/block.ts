import { crc32 } from 'node:zlib';
import { assert } from '#kernel/assert.ts';
import type { Instant } from '#kernel/instant.ts';
import type { Trimmed } from '../decoding.ts';
import type { RefusedPoints } from '../samples/batch.ts';

/**
 * The spool's unit: what one request brought, with everything that is needed to give the same answer again.
 *
 * Layout, little endian: magic `WBLK`, version u16, reserved u16, length of the metadata u32, length of the payload u32,
 * CRC-32 u32 of the bytes before it and of metadata and payload; then the metadata (JSON) and the payload.
 */
export interface BlockMeta {
  readonly plan: string;
  /** Grows by one with each block of the spool, over all its segments. */
  readonly sequence: number;
  /** Blocks of one batch were judged together, and are when they are replayed. */
  readonly batch: number;
  /** Never goes backwards along the sequence. */
  readonly receivedAt: Instant;
  /** Names the request for its repetitions; absent when it cannot be recognised. */
  readonly token?: string;
  readonly bodyHash?: string;
  /** Records and points. */
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: readonly RejectedRecord[];
  readonly refusedPoints?: readonly RefusedPoints[];
  readonly leftOut?: readonly Trimmed[];
  /** Event ids as their sender gave them stand in the payload's records; false saves the search. */
  readonly hasEventIds: boolean;
  /** Facts of the core up to this sequence number are in this block. */
  readonly factsUpTo?: number;
  /** A look that sends something was begun; the block has no records then. */
  readonly begun?: BegunLook;
}

/** Which look of a plan's probes it is. */
export interface BegunLook {
  readonly probe: string;
  readonly location: string;
  readonly dueAt: Instant;
}

export interface RejectedRecord {
  readonly index: number;
  readonly code: string;
  readonly message: string;
}

export interface Block {
  readonly meta: BlockMeta;
  /** Event records by columns or as a JSON array (`payload.ts`), or points with records beside them (`samples/block-samples.ts`). */
  readonly payload: Uint8Array;
}

const MAGIC = 0x4b4c4257;
/** What no payload holds in the clear, unless its bytes cannot make up a header. */
export const blockMagicText = 'WBLK';
const VERSION = 1;
const HEADER_BYTES = 20;
const CHECKED_HEADER_BYTES = 16;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The block's bytes as they stand in a segment. */
export function encodeBlock(meta: BlockMeta, payload: Uint8Array): Uint8Array {
  const metaBytes = encoder.encode(JSON.stringify(meta));
  const bytes = new Uint8Array(HEADER_BYTES + metaBytes.length + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, VERSION, true);
  view.setUint32(8, metaBytes.length, true);
  view.setUint32(12, payload.length, true);
  bytes.set(metaBytes, HEADER_BYTES);
  bytes.set(payload, HEADER_BYTES + metaBytes.length);
  view.setUint32(CHECKED_HEADER_BYTES, checksum(bytes, 0, bytes.length), true);
  return bytes;
}

/** The blocks of a segment, and how many of its bytes are whole blocks: what follows is a torn tail. */
export function scanBlocks(bytes: Uint8Array): { readonly blocks: readonly Block[]; readonly validBytes: number } {
  const blocks: Block[] = [];
  let offset = 0;
  for (let found = blockAt(bytes, offset); found !== undefined; found = blockAt(bytes, offset)) {
    blocks.push(found.block);
    offset = found.end;
  }
  return { blocks, validBytes: offset };
}

/**
 * The blocks of a segment that was damaged, also those after the damage. Looking for the next magic is safe: a header has NUL bytes,
 * JSON text has none, and other payloads do not hold the magic, so no block can seem to begin within another. What is out of its order is left over from another file.
 */
export function salvageBlocks(bytes: Uint8Array): readonly Block[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const blocks: Block[] = [];
  let offset = 0;
  while (offset >= 0) {
    const found = blockAt(bytes, offset);
    if (found === undefined) {
      offset = buffer.indexOf(blockMagicText, offset + 1, 'latin1');
      continue;
    }
    if (found.block.meta.sequence > (blocks.at(-1)?.meta.sequence ?? 0)) blocks.push(found.block);
    offset = found.end;
  }
  return blocks;
}

function blockAt(bytes: Uint8Array, offset: number): { readonly block: Block; readonly end: number } | undefined {
  if (offset + HEADER_BYTES > bytes.length) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(offset, true) !== MAGIC || view.getUint16(offset + 4, true) !== VERSION) return undefined;
  const metaEnd = offset + HEADER_BYTES + view.getUint32(offset + 8, true);
  const end = metaEnd + view.getUint32(offset + 12, true);
  if (end > bytes.length) return undefined;
  if (view.getUint32(offset + CHECKED_HEADER_BYTES, true) !== checksum(bytes, offset, end)) return undefined;
  const meta = JSON.parse(decoder.decode(bytes.subarray(offset + HEADER_BYTES, metaEnd))) as BlockMeta;
  assert(Number.isSafeInteger(meta.sequence), 'A block with a right checksum has a sequence number.');
  return { block: { meta, payload: bytes.subarray(metaEnd, end) }, end };
}

function checksum(bytes: Uint8Array, start: number, end: number): number {
  const header = crc32(bytes.subarray(start, start + CHECKED_HEADER_BYTES));
  return crc32(bytes.subarray(start + HEADER_BYTES, end), header);
}
