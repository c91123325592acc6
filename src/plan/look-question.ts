import type { Instant } from '#kernel/instant.ts';

/** What a prober tells intake of a look that sends something, before it does and until what it sent is confirmed: `POST /v1/looks`. */
export interface LookQuestion {
  readonly probe: string;
  readonly dueAt: Instant;
  /** The id that stands for `<run>` in what is sent. */
  readonly run: string;
}

/** What intake says to that, in its own time. */
export interface LookHeard {
  readonly now: Instant;
  /** Whatever was heard from then on is remembered: an id that was sent later and is not known was not heard. */
  readonly since: Instant;
  /** When an event came whose field holds the id. */
  readonly heardAt?: Instant;
}
