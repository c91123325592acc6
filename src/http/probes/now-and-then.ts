import { HOUR_MS, type Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';

interface Kept<Value> {
  readonly at: Instant;
  readonly value: Value;
}

/** What is dear to read: read again when it is asked for and minutes old. Who asks meanwhile is answered with the one before, up to an hour of it. */
export class NowAndThen<Value> {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #kept = new Map<string, Kept<Value>>();
  readonly #reading = new Map<string, Promise<Value>>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** `key` names all that `read` depends on. Rejects as `read` does, when there is nothing to answer with. */
  async get(key: string, read: (now: Instant) => Promise<Value>): Promise<Value> {
    const now = this.#clock.now();
    const known = this.#kept.get(key);
    const ageMs = known === undefined ? Number.POSITIVE_INFINITY : now - known.at;
    if (known !== undefined && ageMs < limits.probeMonthReadMs) return known.value;
    const next = this.#reading.get(key) ?? this.#begin(key, now, read);
    return known !== undefined && ageMs < HOUR_MS ? known.value : next;
  }

  #begin(key: string, now: Instant, read: (now: Instant) => Promise<Value>): Promise<Value> {
    const next = read(now);
    this.#reading.set(key, next);
    // A failure is for those who wait; the next one asks again.
    const end = (): void => void this.#reading.delete(key);
    void next.then((value) => {
      for (const [other, { at }] of this.#kept) if (now - at >= HOUR_MS) this.#kept.delete(other);
      this.#kept.set(key, { at: now, value });
      end();
    }, end);
    return next;
  }
}
