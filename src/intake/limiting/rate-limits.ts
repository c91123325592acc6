import { limits } from '#kernel/limits.ts';
import type { TrafficLimits } from '#plan/traffic.ts';
import type { Grant } from '../credentials.ts';
import type { RequestRefusal, TrafficClass } from '../receiver.ts';
import { TokenBucket } from './token-bucket.ts';

const codes = {
  alerts: 'too-many-alerts',
  events: 'too-many-events',
  samples: 'too-many-samples',
  logs: 'too-many-logs',
} as const;
/** A thousand senders of a thousand plans; more are not told apart in their own time. */
const SWEEP_ABOVE = 2_000;

export interface RateLimitsOptions {
  /** Monotonic milliseconds. */
  readonly monotonicMs: () => number;
  /** What a plan says of its limits, when it says something. */
  readonly limitsOf: (plan: string) => TrafficLimits | undefined;
}

interface Buckets {
  readonly records: TokenBucket;
  readonly bytes: TokenBucket;
}

/** How many records and bytes a second a plan, and each of its keys, may send in each class of traffic. */
export class RateLimits {
  readonly #options: RateLimitsOptions;
  readonly #buckets = new Map<string, Buckets>();

  constructor(options: RateLimitsOptions) {
    this.#options = options;
  }

  /** Whether a request may come in, judged by its head; charges the bytes that it announces. */
  admit({ plan, keyId }: Grant, traffic: TrafficClass, announcedBytes: number): RequestRefusal | undefined {
    const refused = this.#look(plan, keyId, traffic, ['records', 'bytes']);
    if (refused !== undefined) return refused;
    this.chargeBytes({ plan, keyId }, traffic, announcedBytes);
    return undefined;
  }

  /**
   * The same for a request whose sender has yet to be proven by its body: it is judged and charged as its key's alone, so that strangers use up
   * nothing of the plan's. `admitProven` is to follow.
   */
  admitUnproven({ plan, keyId }: Grant, traffic: TrafficClass, announcedBytes: number): RequestRefusal | undefined {
    const refused = this.#look(plan, keyId, traffic, ['records', 'bytes'], ['key']);
    if (refused !== undefined) return refused;
    this.chargeUnproven({ plan, keyId }, traffic, announcedBytes);
    return undefined;
  }

  chargeUnproven({ plan, keyId }: Grant, traffic: TrafficClass, bytes: number): void {
    const [ofKey] = this.#both(plan, keyId, traffic);
    ofKey.bytes.take(bytes, this.#options.monotonicMs(), limits.rateDebtSeconds);
  }

  /** The sender of so many bytes is proven: they are the plan's, too. */
  admitProven({ plan, keyId }: Grant, traffic: TrafficClass, bytes: number): RequestRefusal | undefined {
    const refused = this.#look(plan, keyId, traffic, ['records', 'bytes'], ['plan']);
    if (refused !== undefined) return refused;
    const [, ofPlan] = this.#both(plan, keyId, traffic);
    ofPlan.bytes.take(bytes, this.#options.monotonicMs(), limits.rateDebtSeconds);
    return undefined;
  }

  /** Charges bytes that turned out to be there: what a packed body holds beyond what its head announced. */
  chargeBytes({ plan, keyId }: Grant, traffic: TrafficClass, bytes: number): void {
    const atMs = this.#options.monotonicMs();
    for (const { bytes: bucket } of this.#both(plan, keyId, traffic)) bucket.take(bytes, atMs, limits.rateDebtSeconds);
  }

  /** Whether so many records may come in, once they are known; charges them when they may. */
  takeRecords({ plan, keyId }: Grant, traffic: TrafficClass, records: number): RequestRefusal | undefined {
    const refused = this.#look(plan, keyId, traffic, ['records']);
    if (refused !== undefined) return refused;
    const atMs = this.#options.monotonicMs();
    for (const { records: bucket } of this.#both(plan, keyId, traffic)) {
      bucket.take(records, atMs, limits.rateDebtSeconds);
    }
    return undefined;
  }

  #look(
    plan: string,
    keyId: string,
    traffic: TrafficClass,
    kinds: readonly (keyof Buckets)[],
    whose: readonly ('key' | 'plan')[] = ['key', 'plan'],
  ): RequestRefusal | undefined {
    const atMs = this.#options.monotonicMs();
    const [ofKey, ofPlan] = this.#both(plan, keyId, traffic);
    const owners = [
      ['key', `The key ${keyId}`, ofKey],
      ['plan', `The plan ${plan}`, ofPlan],
    ] as const;
    for (const [which, owner, buckets] of owners) {
      if (!whose.includes(which)) continue;
      for (const kind of kinds) {
        const seconds = buckets[kind].waitSeconds(atMs);
        if (seconds === 0) continue;
        const rate = buckets[kind].perSecond.toLocaleString('en');
        const what = kind === 'records' ? traffic : `bytes of ${traffic}`;
        return {
          code: codes[traffic],
          message: `${owner} may send ${rate} ${what} a second.`,
          retryAfterSeconds: Math.max(1, Math.ceil(seconds)),
        };
      }
    }
    return undefined;
  }

  #both(plan: string, keyId: string, traffic: TrafficClass): readonly [Buckets, Buckets] {
    const said = this.#options.limitsOf(plan);
    const ofPlan = said?.plan[traffic];
    const ofKey = said?.eachKey[traffic];
    const planRecords = ofPlan ?? limits.recordsPerSecond[traffic];
    const keyRecords = ofKey ?? planRecords * limits.rateKeyShare;
    return [
      this.#of(`key\n${plan}\n${keyId}\n${traffic}`, keyRecords, limits.bytesPerSecond[traffic] * limits.rateKeyShare),
      this.#of(`plan\n${plan}\n${traffic}`, planRecords, limits.bytesPerSecond[traffic]),
    ];
  }

  #of(name: string, records: number, bytes: number): Buckets {
    const atMs = this.#options.monotonicMs();
    const burst = limits.rateBurstMs / 1_000;
    const known = this.#buckets.get(name);
    if (known !== undefined) {
      known.records.setRate(records, records * burst, atMs);
      known.bytes.setRate(bytes, bytes * burst, atMs);
      return known;
    }
    this.#sweep(atMs);
    const made: Buckets = {
      records: new TokenBucket(records, records * burst, atMs),
      bytes: new TokenBucket(bytes, bytes * burst, atMs),
    };
    this.#buckets.set(name, made);
    return made;
  }

  /** Those that are full say nothing. */
  #sweep(atMs: number): void {
    if (this.#buckets.size < SWEEP_ABOVE) return;
    for (const [name, { records, bytes }] of this.#buckets) {
      if (records.isFull(atMs) && bytes.isFull(atMs)) this.#buckets.delete(name);
    }
  }
}
