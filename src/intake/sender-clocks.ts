import type { DurationMs, Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { aheadMsOf, type Decoded } from './decoding.ts';

/** A sender whose clock is wrong by the same time in one request after another. */
export interface WrongClock {
  readonly key: string;
  /** Positive when the sender's clock is ahead of ours. */
  readonly aheadMs: DurationMs;
  readonly lastAt: Instant;
}

interface Heard {
  /** Of the latest requests, how far the newest record was ahead of its receipt. */
  readonly offsets: number[];
  lastAt: Instant;
}

/** As many requests have to agree. */
const FEWEST_REQUESTS = 5;
const REQUESTS_REMEMBERED = 21;
/** Less than that may be the way that data take. */
const AHEAD_MS = 20_000;
const BEHIND_MS = 120_000;
/** Requests agree when most of them are within this of each other, or within a part of what they are off by. */
const SPREAD_MS = 15_000;
const SPREAD_SHARE = 0.05;

/** How the clocks of a plan's senders stand to ours, by key. The newest record of a request is made when it is sent, or soon before. */
export class SenderClocks {
  readonly #heard = new Map<string, Heard>();

  note(key: string, decoded: Decoded, receivedAt: Instant): void {
    const newest = newestOf(decoded, receivedAt);
    if (newest === undefined) return;
    let heard = this.#heard.get(key);
    if (heard === undefined) {
      if (this.#heard.size >= limits.clocksPerPlan) this.#forgetOldest();
      heard = { offsets: [], lastAt: receivedAt };
      this.#heard.set(key, heard);
    }
    heard.offsets.push(newest - receivedAt);
    if (heard.offsets.length > REQUESTS_REMEMBERED) heard.offsets.shift();
    heard.lastAt = receivedAt;
  }

  /** Those whose latest requests agree that they are wrong. */
  wrong(): readonly WrongClock[] {
    return [...this.#heard].flatMap(([key, { offsets, lastAt }]): readonly WrongClock[] => {
      if (offsets.length < FEWEST_REQUESTS) return [];
      const sorted = [...offsets].sort((left, right) => left - right);
      const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
      const aheadMs = at(0.5);
      const isWrong = aheadMs >= AHEAD_MS || aheadMs <= -BEHIND_MS;
      const agrees = at(0.75) - at(0.25) <= Math.max(SPREAD_MS, Math.abs(aheadMs) * SPREAD_SHARE);
      return isWrong && agrees ? [{ key, aheadMs, lastAt }] : [];
    });
  }

  #forgetOldest(): void {
    let oldest: string | undefined;
    let at = Number.POSITIVE_INFINITY;
    for (const [key, { lastAt }] of this.#heard) {
      if (lastAt >= at) continue;
      oldest = key;
      at = lastAt;
    }
    if (oldest !== undefined) this.#heard.delete(oldest);
  }
}

/** The time of the newest record that says its own, also of one that is too far ahead to be taken. */
function newestOf({ records, samples, rejected }: Decoded, receivedAt: Instant): Instant | undefined {
  let newest: Instant | undefined;
  const look = (time: Instant): void => {
    if (newest === undefined || time > newest) newest = time;
  };
  // A record without a time has that of its receipt exactly, which says nothing about a clock.
  for (const { time } of records) if (time !== receivedAt) look(time);
  if (samples !== undefined) {
    const { times } = samples;
    // A request holds thousands of them.
    let latest = Number.NEGATIVE_INFINITY;
    for (let index = 0; index < times.length; index += 1) {
      const time = times[index] as number;
      if (time > latest && time < Number.POSITIVE_INFINITY) latest = time;
    }
    if (latest > Number.NEGATIVE_INFINITY) look(latest);
  }
  for (const refusal of rejected) {
    const aheadMs = aheadMsOf(refusal);
    if (aheadMs !== undefined) look(receivedAt + aheadMs);
  }
  return newest;
}
