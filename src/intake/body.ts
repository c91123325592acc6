import type { IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';

export type ContentEncoding = 'identity' | 'gzip';

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
    const gunzip = encoding === 'gzip' ? createGunzip() : undefined;

    const finish = (body: Body): void => {
      request.off('data', onPacked);
      request.off('end', onEnd);
      request.off('close', onCut);
      gunzip?.removeAllListeners();
      gunzip?.on('error', () => {});
      gunzip?.destroy();
      resolve(body);
    };
    const onData = (chunk: Buffer): void => {
      held += chunk.length;
      budget.bytes -= chunk.length;
      if (held > capBytes) finish({ state: 'too-large', held });
      else if (budget.bytes < 0) finish({ state: 'overloaded', held });
      else chunks.push(chunk);
    };
    const whole = (): void =>
      finish({ state: 'read', bytes: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks), held });
    const onPacked = (chunk: Buffer): void => {
      packed += chunk.length;
      if (packed > capBytes) finish({ state: 'too-large', held });
      else if (gunzip === undefined) onData(chunk);
      else if (!gunzip.write(chunk)) {
        request.pause();
        gunzip.once('drain', () => request.resume());
      }
    };
    const onEnd = (): void => {
      request.off('close', onCut);
      if (gunzip === undefined) whole();
      else gunzip.end();
    };
    const onCut = (): void => finish({ state: 'cut', held });

    gunzip?.on('data', onData);
    gunzip?.on('end', whole);
    gunzip?.on('error', () => finish({ state: 'malformed', held }));
    request.on('data', onPacked);
    request.on('end', onEnd);
    request.on('close', onCut);
    request.on('error', onCut);
  });
}
