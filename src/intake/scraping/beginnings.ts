import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Series } from '../samples/batch.ts';

/** When the counters of one family with the same labels began at nothing, as their target says. */
export interface Beginning {
  /** In the target's own time; undefined until it was told. */
  toldMs: number | undefined;
  /** The same by our clock. */
  startedAt: Instant | undefined;
}

/** Labels that tell the series of one histogram or summary from each other. */
const WITHIN_A_FAMILY: ReadonlySet<string> = new Set(['le', 'quantile']);

/**
 * What OpenMetrics tells by `NAME_created`. Targets have clocks of their own, and our points have our time: what is told anew lies between the
 * answer before and this one. An instant long before that is of another process behind the same address, which was there all the time.
 */
export class Beginnings {
  readonly #known = new Map<string, Beginning>();

  /** Of a series of this family; the same object for all series that began together. */
  of(family: string, { labels }: Pick<Series, 'labels'>): Beginning {
    const key = JSON.stringify([family, labels.filter(([name]) => !WITHIN_A_FAMILY.has(name))]);
    let known = this.#known.get(key);
    if (known === undefined) {
      known = { toldMs: undefined, startedAt: undefined };
      this.#known.set(key, known);
    }
    return known;
  }

  /** The answer at `at` says so; the one before was at `before`. */
  tell(beginning: Beginning, seconds: number, at: Instant, before: Instant): void {
    const toldMs = Math.round(seconds * 1_000);
    if (!(toldMs > 0) || !Number.isFinite(toldMs)) return;
    if (beginning.toldMs === undefined) beginning.startedAt = Math.min(toldMs, at);
    else if (toldMs > beginning.toldMs && toldMs > before - limits.futureMs) {
      beginning.startedAt = Math.min(Math.max(toldMs, before + 1), at);
    }
    beginning.toldMs = toldMs;
  }

  /** Nothing is known any more but of these. */
  keep(used: ReadonlySet<Beginning>): void {
    for (const [key, beginning] of this.#known) if (!used.has(beginning)) this.#known.delete(key);
  }
}
