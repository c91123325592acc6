import type { DurationMs, Instant } from '#kernel/instant.ts';

/** The last points of a few figures, one each `stepMs`; a point that was missed is null, so that time is never squeezed. */
export class History<Name extends string> {
  readonly #names: readonly Name[];
  readonly #stepMs: DurationMs;
  readonly #points: number;
  readonly #samples = new Map<number, Partial<Record<Name, number>>>();
  #last: number | undefined;

  constructor(names: readonly Name[], stepMs: DurationMs, points: number) {
    this.#names = names;
    this.#stepMs = stepMs;
    this.#points = points;
  }

  add(at: Instant, sample: Partial<Record<Name, number>>): void {
    const step = Math.floor(at / this.#stepMs);
    this.#last = Math.max(step, this.#last ?? step);
    this.#samples.set(step, sample);
    for (const old of this.#samples.keys()) if (old <= this.#last - this.#points) this.#samples.delete(old);
  }

  /** Oldest first, as long as there has been something, at most the whole length. */
  read(name: Name): (number | null)[] {
    if (this.#last === undefined) return [];
    const first = Math.max(this.#last - this.#points + 1, Math.min(...this.#samples.keys()));
    return Array.from(
      { length: this.#last - first + 1 },
      (_, index) => this.#samples.get(first + index)?.[name] ?? null,
    );
  }

  all(): Record<Name, (number | null)[]> {
    return Object.fromEntries(this.#names.map((name) => [name, this.read(name)])) as Record<Name, (number | null)[]>;
  }

  /** Instant of the newest point; undefined without one. */
  get until(): Instant | undefined {
    return this.#last === undefined ? undefined : this.#last * this.#stepMs;
  }
}
