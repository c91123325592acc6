import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import type { Actor } from './actor.ts';
import { networkOf } from './client-address.ts';

/** How many requests a caller may make. In memory: what has to outlast a restart is counted in PostgreSQL. */
export interface RequestRate {
  /** Takes a request out of a caller's share, or as many as it weighs; the milliseconds to wait when so much is not left. */
  take(caller: string, weight?: number): number;
  /** The milliseconds to wait as `take` would say them; takes nothing. */
  wait(caller: string): number;
}

interface Bucket {
  readonly left: number;
  readonly atMs: number;
}

/** So many callers are remembered; those whose share is whole again are forgotten first. */
const CALLERS = 10_000;

/** A share of `limits.apiRequestsBurst` that fills up again by `limits.apiRequestsPerSecond`. */
export function createRequestRate(clock: Clock): RequestRate {
  const buckets = new Map<string, Bucket>();
  const leftOf = (bucket: Bucket, nowMs: number): number =>
    Math.min(limits.apiRequestsBurst, bucket.left + ((nowMs - bucket.atMs) / 1_000) * limits.apiRequestsPerSecond);

  const waitOf = (left: number, weight = 1): number =>
    left < weight ? Math.ceil(((weight - left) / limits.apiRequestsPerSecond) * 1_000) : 0;

  return {
    wait(caller) {
      const bucket = buckets.get(caller);
      return bucket === undefined ? 0 : waitOf(leftOf(bucket, clock.monotonicMs()));
    },
    take(caller, weight = 1) {
      const nowMs = clock.monotonicMs();
      const before = buckets.get(caller);
      const left = before === undefined ? limits.apiRequestsBurst : leftOf(before, nowMs);
      if (left < weight) return waitOf(left, weight);
      if (before === undefined && buckets.size >= CALLERS) {
        for (const [name, bucket] of buckets) {
          if (leftOf(bucket, nowMs) >= limits.apiRequestsBurst || buckets.size >= CALLERS * 2) buckets.delete(name);
        }
      }
      buckets.set(caller, { left: left - weight, atMs: nowMs });
      return 0;
    },
  };
}

/**
 * What a request weighs, by its `Content-Length` and `Transfer-Encoding`. Reading a long plan takes the core's thread a good part of a
 * second, in which no page is told; a body of unknown length counts as the longest.
 */
export function weightOf(length: string | undefined, encoding: string | undefined): number {
  if (length === undefined && encoding === undefined) return 1;
  const bytes = length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : limits.commandBodyBytes;
  return 1 + Math.floor(Math.min(bytes, limits.commandBodyBytes) / limits.apiRequestBytes);
}

/** Whose share a request is taken from: the credential's, and without one the address's. */
export function callerOf(actor: Actor | undefined, address: string): string {
  if (actor === undefined) return `address ${networkOf(address)}`;
  return `${actor.kind} ${actor.credentialId ?? ''}`;
}
