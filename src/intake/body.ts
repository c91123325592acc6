import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { unpackSnappy } from './snappy.ts';

/** What `Content-Encoding` may name; a route says which of them it takes. Snappy is the block format, as remote write has it. */
export const contentEncodings = ['identity', 'gzip', 'deflate', 'zstd', 'snappy'] as const;
export type ContentEncoding = (typeof contentEncodings)[number];

/** What is left of the process's budget; taken and given back by those who use it. */
export interface Budget {
  requests: number;
  bytes: number;
}

/** `held` bytes were taken from the budget and are to be given back when the body is of no use any more. */
export type Body =
  | { readonly state: 'read'; readonly bytes: Uint8Array; readonly held: number }
  | { readonly state: 'too-large' | 'overloaded' | 'malformed' | 'cut'; readonly held: number };

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
      budget.bytes -= chunk.length;
      if (held > capBytes) finish({ state: 'too-large', held });
      else if (budget.bytes < 0) finish({ state: 'overloaded', held });
      else chunks.push(chunk);
    };
    const whole = (): void => {
      const bytes = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
      if (encoding !== 'snappy') return finish({ state: 'read', bytes, held });
      const unpacked = unpackSnappy(bytes, capBytes);
      if (unpacked.state !== 'read') return finish({ state: unpacked.state, held });
      held += unpacked.bytes.length;
      budget.bytes -= unpacked.bytes.length;
      finish({ state: 'read', bytes: unpacked.bytes, held });
    };
    const onPacked = (chunk: Buffer): void => {
      packed += chunk.length;
      if (packed > capBytes) finish({ state: 'too-large', held });
      else if (unpacker === undefined) onData(chunk);
      else if (!unpacker.write(chunk)) {
        request.pause();
        unpacker.once('drain', () => request.resume());
      }
    };
    const onEnd = (): void => {
      request.off('close', onCut);
      if (unpacker === undefined) whole();
      else unpacker.end();
    };
    const onCut = (): void => finish({ state: 'cut', held });

    unpacker?.on('data', onData);
    unpacker?.on('end', whole);
    unpacker?.on('error', () => finish({ state: 'malformed', held }));
    request.on('data', onPacked);
    request.on('end', onEnd);
    request.on('close', onCut);
    request.on('error', onCut);
  });
}

/** Block snappy has no stream form: its body is unpacked whole, to the length that it announces. */
const unpackers: Readonly<Partial<Record<ContentEncoding, () => Duplex>>> = {
  gzip: createGunzip,
  deflate: createInflate,
  zstd: createZstdDecompress,
};
