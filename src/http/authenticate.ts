import type { ErrorCode } from '#kernel/error-codes.ts';
import type { Actor } from './actor.ts';
import { readSessionCookie } from './sign-in/cookie.ts';
import type { Sessions } from './sign-in/sessions.ts';
import { hashToken, sameHash } from './sign-in/token-hash.ts';

/** What of a request says who sent it. */
export interface CredentialRequest {
  readonly method: string;
  readonly header: (name: string) => string | undefined;
}

/**
 * `anonymous` showed nothing, or a cookie whose session has ended: a browser keeps showing that, and has to be able to sign in again.
 * A token that is shown and not valid is a refusal, on public routes too.
 */
export type Authentication =
  | { readonly state: 'known'; readonly actor: Actor }
  | { readonly state: 'anonymous'; readonly sessionEnded?: true }
  | { readonly state: 'refused'; readonly code: ErrorCode; readonly message: string };

export type Authenticate = (request: CredentialRequest) => Promise<Authentication>;

/** Who holds a token of the API (`wb_api_…`); undefined for one that is unknown, expired or revoked. */
export type FindTokenHolder = (token: string) => Promise<Actor | undefined>;

export interface AuthenticateOptions {
  /** Whoever can read it in the data folder may do everything. */
  readonly adminToken: string;
  readonly sessions: Pick<Sessions, 'find'>;
  readonly tokens: FindTokenHolder;
}

/** Judges a request by its `Authorization` header, and without one by its session cookie. */
export function createAuthenticate(options: AuthenticateOptions): Authenticate {
  const adminHash = hashToken(options.adminToken);
  const refused = (message: string): Authentication => ({ state: 'refused', code: 'credential-invalid', message });

  return async (request) => {
    const credential = request.header('authorization');
    if (credential !== undefined) {
      const token = /^Bearer (\S{1,300})$/.exec(credential)?.[1];
      if (token === undefined) return refused('The Authorization header is not of the form "Bearer TOKEN".');
      if (sameHash(hashToken(token), adminHash)) return { state: 'known', actor: adminActor };
      const holder = token.startsWith('wb_api_') ? await options.tokens(token) : undefined;
      if (holder !== undefined) return { state: 'known', actor: holder };
      return refused('The token is none of this server, or it is expired or revoked.');
    }
    const cookie = readSessionCookie(request.header('cookie'));
    if (cookie === undefined) return { state: 'anonymous' };
    const actor = await options.sessions.find(cookie);
    return actor === undefined ? { state: 'anonymous', sessionEnded: true } : { state: 'known', actor };
  };
}

const adminActor: Actor = { kind: 'admin-token', name: 'admin token', serverLevel: 'owner', planLevels: {} };
