import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { WebhookData } from '../link.ts';

interface Refused {
  count: number;
  lastAt: Instant;
  example: string;
}

interface Seen {
  requests: number;
  duplicates: number;
  lastAt: Instant | undefined;
  /** By code. */
  readonly refused: Map<string, Refused>;
}

/** What came by each webhook of a plan since the start, and what was refused. Only names that the plan has are noted. */
export class WebhookRegister {
  readonly #hooks = new Map<string, Seen>();

  received(name: string, at: Instant, duplicates: number): void {
    const seen = this.#of(name);
    seen.requests += 1;
    seen.duplicates += duplicates;
    seen.lastAt = at;
  }

  refused(name: string, code: string, message: string, at: Instant): void {
    const { refused } = this.#of(name);
    const count = (refused.get(code)?.count ?? 0) + 1;
    refused.set(code, { count, lastAt: at, example: message.slice(0, limits.exampleCharacters) });
  }

  get state(): readonly WebhookData[] {
    return [...this.#hooks].map(([name, { requests, duplicates, lastAt, refused }]) => ({
      name,
      requests,
      duplicates,
      ...(lastAt === undefined ? {} : { lastAt }),
      refusals: [...refused].map(([code, one]) => ({ code, ...one })),
    }));
  }

  #of(name: string): Seen {
    let seen = this.#hooks.get(name);
    if (seen === undefined) {
      seen = { requests: 0, duplicates: 0, lastAt: undefined, refused: new Map() };
      this.#hooks.set(name, seen);
    }
    return seen;
  }
}
