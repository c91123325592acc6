import type { DurationMs, Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Trimmed } from './decoding.ts';
import type { RefusedPoints } from './samples/batch.ts';
import type { RejectedRecord } from './spool/block.ts';

/** What was answered to a request, to be answered again. */
export interface RememberedAnswer {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: readonly RejectedRecord[];
  /** Points that were refused, by reason. */
  readonly refusedPoints?: readonly RefusedPoints[];
  /** What of the accepted records was not taken, by reason. */
  readonly leftOut?: readonly Trimmed[];
}

interface Entry {
  readonly plan: string;
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

/** Whether another request can be remembered for the whole window; its plan may have used its share, or all of them together the whole. */
export type TokenRoom = 'free' | 'share-used' | 'full';

/**
 * Recognises requests that come again within `windowMs`. Entries leave in the order in which they came. One plan may have only part of the
 * room, so that its flood of small requests leaves the others theirs.
 */
export class RequestTokens {
  readonly #windowMs: DurationMs;
  readonly #capacity: number;
  readonly #answered = new Map<string, Entry>();
  readonly #running = new Map<string, { readonly bodyHash: string; readonly done: Promise<void> }>();
  /** Answered and running, by plan. */
  readonly #ofPlan = new Map<string, number>();

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
  begin(plan: string, token: string, bodyHash: string): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#running.set(token, { bodyHash, done: promise });
    this.#count(plan, 1);
    return () => {
      this.#running.delete(token);
      this.#count(plan, -1);
      resolve();
    };
  }

  remember(plan: string, token: string, bodyHash: string, at: Instant, answer: RememberedAnswer): void {
    // Deleting first moves the token to the end, so that the map stays in order of time.
    this.#forget(token);
    this.#answered.set(token, { plan, bodyHash, at, answer });
    this.#count(plan, 1);
  }

  /** Whether another request of a plan can be remembered; forgets what is older. */
  roomFor(plan: string, now: Instant): TokenRoom {
    for (const [token, entry] of this.#answered) {
      if (now - entry.at <= this.#windowMs) break;
      this.#forget(token);
    }
    if (this.#answered.size + this.#running.size >= this.#capacity) return 'full';
    const share = this.#capacity * limits.trafficPlanShare;
    return (this.#ofPlan.get(plan) ?? 0) >= share ? 'share-used' : 'free';
  }

  #forget(token: string): void {
    const entry = this.#answered.get(token);
    if (entry === undefined) return;
    this.#answered.delete(token);
    this.#count(entry.plan, -1);
  }

  #count(plan: string, change: number): void {
    const count = (this.#ofPlan.get(plan) ?? 0) + change;
    if (count === 0) this.#ofPlan.delete(plan);
    else this.#ofPlan.set(plan, count);
  }
}
