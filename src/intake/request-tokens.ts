import type { DurationMs, Instant } from '#kernel/instant.ts';
import type { RefusedPoints } from './samples/batch.ts';
import type { RejectedRecord } from './spool/block.ts';

/** What was answered to a request, to be answered again. */
export interface RememberedAnswer {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: readonly RejectedRecord[];
  /** Points that were refused, by reason. */
  readonly refusedPoints?: readonly RefusedPoints[];
}

interface Entry {
  readonly bodyHash: string;
  readonly at: Instant;
  readonly answer: RememberedAnswer;
}

export type TokenState =
  | { readonly state: 'new' }
  | { readonly state: 'conflict' }
  | { readonly state: 'answered'; readonly answer: RememberedAnswer }
  /** The same request is under way; the promise resolves when it has come to its end, whichever. */
  | { readonly state: 'running'; readonly done: Promise<void> };

/** Recognises requests that come again within `windowMs`. Entries leave in the order in which they came. */
export class RequestTokens {
  readonly #windowMs: DurationMs;
  readonly #capacity: number;
  readonly #answered = new Map<string, Entry>();
  readonly #running = new Map<string, { readonly bodyHash: string; readonly done: Promise<void> }>();

  constructor(windowMs: DurationMs, capacity: number) {
    this.#windowMs = windowMs;
    this.#capacity = capacity;
  }

  look(token: string, bodyHash: string, now: Instant): TokenState {
    const running = this.#running.get(token);
    if (running !== undefined) {
      return running.bodyHash === bodyHash ? { state: 'running', done: running.done } : { state: 'conflict' };
    }
    const entry = this.#answered.get(token);
    if (entry === undefined || now - entry.at > this.#windowMs) return { state: 'new' };
    return entry.bodyHash === bodyHash ? { state: 'answered', answer: entry.answer } : { state: 'conflict' };
  }

  /** Marks the request as under way; the function returned ends that, and must be called whatever happens. */
  begin(token: string, bodyHash: string): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#running.set(token, { bodyHash, done: promise });
    return () => {
      this.#running.delete(token);
      resolve();
    };
  }

  remember(token: string, bodyHash: string, at: Instant, answer: RememberedAnswer): void {
    // Deleting first moves the token to the end, so that the map stays in order of time.
    this.#answered.delete(token);
    this.#answered.set(token, { bodyHash, at, answer });
  }

  /** Whether another request can be remembered for the whole window; forgets what is older. */
  hasRoom(now: Instant): boolean {
    for (const [token, entry] of this.#answered) {
      if (now - entry.at <= this.#windowMs) break;
      this.#answered.delete(token);
    }
    return this.#answered.size + this.#running.size < this.#capacity;
  }
}
