import type { Instant } from '#kernel/instant.ts';
import type { Clock } from '#kernel/ports.ts';

/** By how much the wall clock may differ from the monotonic one before it counts as a step back. */
const STEP_MS = 50;

/**
 * Intake's time: the wall clock, but never backwards. While the wall clock is behind where it was, time goes on with the
 * monotonic clock, so that windows still expire and silences still end.
 */
export class MonotoneClock {
  readonly #clock: Pick<Clock, 'now' | 'monotonicMs'>;
  #last: Instant = 0;
  #anchorAt: Instant;
  #anchorMonotonicMs: number;

  constructor(clock: Pick<Clock, 'now' | 'monotonicMs'>) {
    this.#clock = clock;
    this.#anchorAt = clock.now();
    this.#anchorMonotonicMs = clock.monotonicMs();
  }

  now(): Instant {
    const wall = this.#clock.now();
    const monotonicMs = this.#clock.monotonicMs();
    const expected = this.#anchorAt + Math.floor(monotonicMs - this.#anchorMonotonicMs);
    if (wall >= expected - STEP_MS) {
      this.#anchorAt = wall;
      this.#anchorMonotonicMs = monotonicMs;
      this.#last = Math.max(this.#last, wall);
    } else {
      this.#last = Math.max(this.#last, expected);
    }
    return this.#last;
  }

  /** From here on `now` is at least this. Far ahead of the wall clock, time goes on from there. */
  notBefore(at: Instant): void {
    if (at <= this.now()) return;
    this.#last = at;
    const monotonicMs = this.#clock.monotonicMs();
    if (at - this.#clock.now() <= STEP_MS) return;
    this.#anchorAt = at;
    this.#anchorMonotonicMs = monotonicMs;
  }
}
