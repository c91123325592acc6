import type { DurationMs, Instant } from '#kernel/instant.ts';

/**
 * Event ids of the last `windowMs`, and up to twice that, in two generations. When one generation is full before its time the
 * older one is forgotten early: `shortenedAt` says that it happened, and requests are still recognised as a whole.
 */
export class EventIds {
  readonly #windowMs: DurationMs;
  readonly #capacity: number;
  #current = new Set<string>();
  #previous = new Set<string>();
  #turnedAt: Instant | undefined;
  /** When ids were last forgotten before their time. */
  shortenedAt: Instant | undefined;

  constructor(windowMs: DurationMs, capacity: number) {
    this.#windowMs = windowMs;
    this.#capacity = capacity;
  }

  has(plan: string, id: string): boolean {
    const key = `${plan}\n${id}`;
    return this.#current.has(key) || this.#previous.has(key);
  }

  add(plan: string, id: string, now: Instant): void {
    this.#turnedAt ??= now;
    const full = this.#current.size >= this.#capacity;
    if (full || now - this.#turnedAt > this.#windowMs) {
      if (full && now - this.#turnedAt <= this.#windowMs) this.shortenedAt = now;
      this.#previous = this.#current;
      this.#current = new Set();
      this.#turnedAt = now;
    }
    this.#current.add(`${plan}\n${id}`);
  }
}
