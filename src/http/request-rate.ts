import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import type { Actor } from './actor.ts';
import { networkOf } from './client-address.ts';

/** How many requests a caller may make. In memory: what has to outlast a restart is counted in PostgreSQL. */
export interface RequestRate {
  /** Takes one request out of a caller's share; the milliseconds to wait when there is none left. */
  take(caller: string): number;
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

  const waitOf = (left: number): number =>
    left < 1 ? Math.ceil(((1 - left) / limits.apiRequestsPerSecond) * 1_000) : 0;

  return {
    wait(caller) {
      const bucket = buckets.get(caller);
      return bucket === undefined ? 0 : waitOf(leftOf(bucket, clock.monotonicMs()));
    },
    take(caller) {
      const nowMs = clock.monotonicMs();
      const before = buckets.get(caller);
      const left = before === undefined ? limits.apiRequestsBurst : leftOf(before, nowMs);
      if (left < 1) return waitOf(left);
      if (before === undefined && buckets.size >= CALLERS) {
        for (const [name, bucket] of buckets) {
          if (leftOf(bucket, nowMs) >= limits.apiRequestsBurst || buckets.size >= CALLERS * 2) buckets.delete(name);
        }
      }
      buckets.set(caller, { left: left - 1, atMs: nowMs });
      return 0;
    },
  };
}

/** Whose share a request is taken from: the credential's, and without one the address's. */
export function callerOf(actor: Actor | undefined, address: string): string {
  if (actor === undefined) return `address ${networkOf(address)}`;
  return `${actor.kind} ${actor.credentialId ?? ''}`;
}
