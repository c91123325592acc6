import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { FloodStatus } from '../link.ts';

interface Counted {
  since: Instant;
  lastAt: Instant;
  refused: number;
  /** Of the second before this one, and of this one. */
  secondAt: Instant;
  inSecond: number;
  perSecond: number;
  example: string;
}

const SECOND_MS = 1_000;

/** Which limits are being hit, by whom, since when and how often. */
export class Floods {
  readonly #counted = new Map<string, Counted>();

  note(plan: string, code: string, example: string, at: Instant): void {
    const name = `${plan}\n${code}`;
    let counted = this.#counted.get(name);
    if (counted === undefined || at - counted.lastAt > limits.floodOverMs) {
      if (counted === undefined && this.#counted.size >= limits.floodsRemembered) this.#forget(at);
      counted = { since: at, lastAt: at, refused: 0, secondAt: at, inSecond: 0, perSecond: 0, example };
      this.#counted.set(name, counted);
    }
    this.#turn(counted, at);
    counted.refused += 1;
    counted.inSecond += 1;
    counted.lastAt = at;
    counted.example = example;
  }

  /** Those that are not over. */
  now(at: Instant): readonly FloodStatus[] {
    this.#forget(at);
    return [...this.#counted].map(([name, counted]) => {
      this.#turn(counted, at);
      const [plan = '', code = ''] = name.split('\n');
      const { since, refused, perSecond, inSecond, example } = counted;
      return { plan, code, since, refused, perSecond: Math.max(perSecond, inSecond), example };
    });
  }

  #turn(counted: Counted, at: Instant): void {
    const passedMs = at - counted.secondAt;
    if (passedMs < SECOND_MS) return;
    counted.perSecond = Math.round((counted.inSecond * SECOND_MS) / passedMs);
    counted.secondAt = at;
    counted.inSecond = 0;
  }

  #forget(at: Instant): void {
    for (const [name, { lastAt }] of this.#counted) {
      if (at - lastAt > limits.floodOverMs) this.#counted.delete(name);
    }
  }
}
