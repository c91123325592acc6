import type { Instant } from './instant.ts';
import type { Clock } from './ports.ts';

/** By how much the wall clock may differ from the monotonic one before it counts as a step back. */
const STEP_MS = 50;
/** By how much `leave` may take us ahead: less than a step, so that the wall clock always catches up. */
const LEAD_MS = 20;

/**
 * Intake's time and a prober's: the wall clock, but never backwards. While the wall clock is behind where it was, time goes on with the
 * monotonic clock, so that windows still expire and silences still end.
 */
export class MonotoneClock {
  readonly #clock: Pick<Clock, 'now' | 'monotonicMs'>;
  #last: Instant = 0;
  #anchorAt: Instant;
  #anchorMonotonicMs: number;
  /** What the clocks said last, without what `leave` has added. */
  #said: Instant;

  constructor(clock: Pick<Clock, 'now' | 'monotonicMs'>) {
    this.#clock = clock;
    this.#anchorAt = clock.now();
    this.#said = this.#anchorAt;
    this.#anchorMonotonicMs = clock.monotonicMs();
  }

  now(): Instant {
    const wall = this.#clock.now();
    const monotonicMs = this.#clock.monotonicMs();
    const expected = this.#anchorAt + Math.floor(monotonicMs - this.#anchorMonotonicMs);
    if (wall >= expected - STEP_MS) {
      this.#anchorAt = wall;
      this.#anchorMonotonicMs = monotonicMs;
      this.#said = wall;
    } else {
      this.#said = expected;
    }
    this.#last = Math.max(this.#last, this.#said);
    return this.#last;
  }

  /**
   * Sees to it that nothing can come at this instant any more: `now` is later from here on. False when that would take us further ahead of
   * the clocks, as it would when instants are left more often than once in a millisecond; they are then left a moment later.
   */
  leave(at: Instant): boolean {
    if (at < this.now()) return true;
    if (at + 1 - this.#said > LEAD_MS) return false;
    this.#last = at + 1;
    return true;
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
