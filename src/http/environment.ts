import type { Actor } from './actor.ts';
import type { Authentication } from './authenticate.ts';

/** What the middleware puts beside each request. */
export interface ApiEnvironment {
  Variables: {
    requestId: string;
    /** Who acts; absent on a public route without a credential. */
    actor: Actor | undefined;
    /** Judges the request's credential as it stands by then. */
    authenticateAgain: () => Promise<Authentication>;
    /** A cookie was shown whose session has ended. */
    sessionEnded: boolean;
    /** Whoever asks, as far as it can be trusted. */
    address: string;
  };
}
