import type { DurationMs, Instant } from '#kernel/instant.ts';
import type { Clock } from '#kernel/ports.ts';

/** What was read is good for so long, and for so many times of what reading it took: a dear question is asked less often. */
const GOOD_MS: DurationMs = 2_000;
const TIMES = 10;

interface Reading<Value> {
  readonly value: Promise<Value>;
  readonly begun: Instant;
  /** Until when it is good; not known while it is being read. */
  until: Instant;
}

/** Reads something by a name for all who ask at about the same time. A failure is told to those who waited, and read again by the next. */
export class SharedReading<Value> {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #read: (name: string) => Promise<Value>;
  readonly #readings = new Map<string, Reading<Value>>();

  constructor(clock: Pick<Clock, 'now'>, read: (name: string) => Promise<Value>) {
    this.#clock = clock;
    this.#read = read;
  }

  async get(name: string): Promise<Value> {
    const known = this.#readings.get(name);
    const begun = this.#clock.now();
    // A clock that was put back must not keep an answer for as long.
    if (known !== undefined && begun >= known.begun && begun < known.until) return known.value;
    const reading: Reading<Value> = { begun, value: this.#read(name), until: Number.POSITIVE_INFINITY };
    this.#readings.set(name, reading);
    try {
      const value = await reading.value;
      const now = this.#clock.now();
      reading.until = now + Math.max(GOOD_MS, (now - begun) * TIMES);
      return value;
    } catch (caught) {
      if (this.#readings.get(name) === reading) this.#readings.delete(name);
      throw caught;
    }
  }

  /** What was read of this name is not good any more. */
  forget(name: string): void {
    this.#readings.delete(name);
  }
}
