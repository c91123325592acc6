import type { IncomingMessage } from 'node:http';
import type { Transform } from 'node:stream';
import { constants, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { limits } from '#kernel/limits.ts';
import { snappyLength } from './snappy.ts';

/**
 * What `Content-Encoding` may name; a route says which of them it takes. Snappy is the block format, as remote write has it: such a body stays
 * packed, since it is unpacked at once where it is read; only what it announces is judged here.
 */
export const contentEncodings = ['identity', 'gzip', 'deflate', 'zstd', 'snappy'] as const;
export type ContentEncoding = (typeof contentEncodings)[number];

/** Where a body's bytes are taken from; they are given back by who made it. */
export interface Budget {
  /** False when there is no room for so many more. */
  take(bytes: number): boolean;
}

export type Body =
  | { readonly state: 'read'; readonly bytes: Uint8Array }
  | { readonly state: 'too-large' | 'overloaded' | 'malformed' | 'cut' };

/** A packed body's own bytes and those that it became. */
interface Unpacker extends Transform {
  readonly bytesWritten: number;
}

/** Reads and unpacks a body as it comes, and stops at the cap: a bomb costs no more than the cap. */
export function readBody(
  request: IncomingMessage,
  encoding: ContentEncoding,
  capBytes: number,
  budget: Budget,
): Promise<Body> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let held = 0;
    let packed = 0;
    let isWhole = false;
    const unpacker = unpackers[encoding]?.();

    const finish = (body: Body): void => {
      request.off('data', onPacked);
      request.off('end', onEnd);
      request.off('close', onCut);
      unpacker?.removeAllListeners();
      unpacker?.on('error', () => {});
      unpacker?.destroy();
      resolve(body);
    };
    const onData = (chunk: Buffer): void => {
      held += chunk.length;
      if (held > capBytes || (unpacker !== undefined && isBomb(packed, held))) finish({ state: 'too-large' });
      else if (!budget.take(chunk.length)) finish({ state: 'overloaded' });
      else chunks.push(chunk);
    };
    const whole = (): void => {
      // An unpacker that ends before its input does found something else behind what was packed.
      const isTorn = unpacker !== undefined && (!isWhole || unpacker.bytesWritten !== packed);
      finish(isTorn ? { state: 'malformed' } : takeWhole());
    };
    const takeWhole = (): Body => {
      const bytes = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
      if (encoding !== 'snappy') return { state: 'read', bytes };
      const length = snappyLength(bytes);
      if (length === undefined) return { state: 'malformed' };
      if (length > capBytes || isBomb(bytes.length, length)) return { state: 'too-large' };
      return budget.take(length) ? { state: 'read', bytes } : { state: 'overloaded' };
    };
    const onPacked = (chunk: Buffer): void => {
      packed += chunk.length;
      if (packed > capBytes) finish({ state: 'too-large' });
      else if (unpacker === undefined) onData(chunk);
      else if (!unpacker.write(chunk)) {
        request.pause();
        unpacker.once('drain', () => request.resume());
      }
    };
    const onEnd = (): void => {
      isWhole = true;
      request.off('close', onCut);
      if (unpacker === undefined) whole();
      else unpacker.end();
    };
    const onCut = (): void => finish({ state: 'cut' });

    unpacker?.on('data', onData);
    unpacker?.on('end', whole);
    unpacker?.on('error', () => finish({ state: 'malformed' }));
    request.on('data', onPacked);
    request.on('end', onEnd);
    request.on('close', onCut);
    request.on('error', onCut);
  });
}

/** Whether so few packed bytes became so many that nobody sends such data. */
function isBomb(packedBytes: number, unpackedBytes: number): boolean {
  return unpackedBytes > limits.unpackRatioFromBytes && unpackedBytes > packedBytes * limits.unpackRatio;
}

const unpackers: Readonly<Partial<Record<ContentEncoding, () => Unpacker>>> = {
  gzip: createGunzip,
  deflate: createInflate,
  zstd: () => createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: limits.zstdWindowLog } }),
};
