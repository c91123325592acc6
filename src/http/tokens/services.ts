import type { Level } from '#contract/access.ts';
import type { ApiTokenAnswer } from '#contract/tokens.ts';
import type { Actor } from '../actor.ts';

export interface NewApiToken {
  readonly name: string;
  readonly level: Level;
  readonly plan?: string | undefined;
  readonly expiresInMs?: number | undefined;
}

/** Tokens of the API. Throws `forbidden` for a level above the maker's, and `not-found`. */
export interface TokenServices {
  list(): Promise<ApiTokenAnswer[]>;
  create(actor: Actor, wanted: NewApiToken): Promise<{ token: string; id: string }>;
  /** What it was. */
  revoke(actor: Actor, id: string): Promise<ApiTokenAnswer>;
}
