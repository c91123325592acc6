import { createHash, timingSafeEqual } from 'node:crypto';
import type { ErrorCode } from '#kernel/error-codes.ts';
import { ingestKeyId, isIngestKey } from '#kernel/ingest-key.ts';
import type { Instant } from '#kernel/instant.ts';
import { fail, ok, type Result } from '#kernel/result.ts';
import type { IngestKey } from './link.ts';

/** What a request may do, once its key was found good. */
export interface Grant {
  readonly keyId: string;
  readonly plan: string;
}

const SHAPE = /^Bearer +(\S+)$/i;
/** Compared when there is no such key, so that an unknown id takes as long as a wrong secret. */
const NO_HASH = Buffer.alloc(32);

/** The keys that intake knows: hashes, by id. */
export class Credentials {
  #keys: ReadonlyMap<string, IngestKey> | undefined;
  #current = false;

  /**
   * Replaces all keys: what is not among them is revoked. Until the core has said so in this run (`current`), a key that is
   * not among them may be a new one, and its sender is told to wait, not to give up.
   */
  replace(keys: readonly IngestKey[], current: boolean): void {
    this.#keys = new Map(keys.map((key) => [key.id, key]));
    this.#current = current;
  }

  /** Whether the core has named the keys in this run, and every plan that they are for is in force. */
  get current(): boolean {
    return this.#current;
  }

  /** Judges an `Authorization` header for one scope. */
  check(
    header: string | undefined,
    scope: string,
    now: Instant,
  ): Result<Grant, { readonly code: ErrorCode; readonly message: string }> {
    if (this.#keys === undefined) {
      return fail({ code: 'not-ready', message: 'No configuration has been received yet.' });
    }
    if (header === undefined || header === '') {
      return fail({ code: 'credential-missing', message: 'The Authorization header is missing.' });
    }
    const given = SHAPE.exec(header)?.[1];
    if (given === undefined || !isIngestKey(given)) {
      return fail({ code: 'credential-invalid', message: 'The Authorization header holds no ingest key.' });
    }
    const hash = createHash('sha256').update(given).digest();
    const key = this.#keys.get(ingestKeyId(given, hash.toString('hex')));
    if (key === undefined && !this.#current) {
      return fail({ code: 'not-ready', message: 'The keys have not been received since the start.' });
    }
    const stored = key === undefined ? NO_HASH : Buffer.from(key.hash, 'hex');
    const matches = stored.length === 32 && timingSafeEqual(hash, stored);
    if (key === undefined || !matches || (key.expiresAt !== undefined && key.expiresAt <= now)) {
      return fail({ code: 'credential-invalid', message: 'The key is unknown, expired or revoked.' });
    }
    if (!key.scopes.includes(scope)) {
      return fail({ code: 'scope-missing', message: `The key does not hold the scope ${scope}.` });
    }
    return ok({ keyId: key.id, plan: key.plan });
  }

  get known(): boolean {
    return this.#keys !== undefined;
  }
}
