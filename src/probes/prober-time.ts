import type { DurationMs, Instant } from '#kernel/instant.ts';
import { MonotoneClock } from '#kernel/monotone-clock.ts';
import type { Clock } from '#kernel/ports.ts';

/** Intake takes no result of an instant that lies farther ahead of its own time. */
const AHEAD_MS: DurationMs = 60_000;

/**
 * A prober's time. It never goes back when this machine's clock does, so that no instant is due twice; and it follows intake's, which all
 * places share: a clock that runs ahead of that would name instants that intake refuses until they have come.
 */
export class ProberTime {
  readonly #clock: Pick<Clock, 'now' | 'monotonicMs'>;
  #time: MonotoneClock;
  /** By how much this machine's clock is ahead, as far as it was found out. */
  #aheadMs: DurationMs = 0;

  constructor(clock: Pick<Clock, 'now' | 'monotonicMs'>) {
    this.#clock = clock;
    this.#time = new MonotoneClock(clock);
  }

  now(): Instant {
    return this.#time.now();
  }

  /** Intake's time now. Returns by how much ours went back for it; 0 but for a clock that is far ahead. */
  follow(now: Instant): DurationMs {
    // A clock that is behind would have instants due again that are done.
    this.#time.notBefore(now);
    const aheadMs = this.#time.now() - now;
    if (aheadMs <= AHEAD_MS) return 0;
    this.#aheadMs = this.#clock.now() - now;
    this.#time = new MonotoneClock({
      now: () => this.#clock.now() - this.#aheadMs,
      monotonicMs: () => this.#clock.monotonicMs(),
    });
    return aheadMs;
  }
}
