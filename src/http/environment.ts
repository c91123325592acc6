import type { Actor } from './actor.ts';

/** What the middleware puts beside each request. */
export interface ApiEnvironment {
  Variables: {
    requestId: string;
    /** Who acts; absent on a public route without a credential. */
    actor: Actor | undefined;
  };
}
