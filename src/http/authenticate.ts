import { createHash, timingSafeEqual } from 'node:crypto';
import type { ErrorCode } from '#kernel/error-codes.ts';
import type { Actor } from './actor.ts';

/** On http on localhost as well as on https: browsers treat both as secure. */
export const SESSION_COOKIE = '__Host-watchbill-session';

/** What of a request says who sent it. */
export interface CredentialRequest {
  readonly method: string;
  readonly header: (name: string) => string | undefined;
}

/** `anonymous` showed nothing; a credential that is shown and not valid is a refusal, on public routes too. */
export type Authentication =
  | { readonly state: 'known'; readonly actor: Actor }
  | { readonly state: 'anonymous' }
  | { readonly state: 'refused'; readonly code: ErrorCode; readonly message: string };

export type Authenticate = (request: CredentialRequest) => Promise<Authentication>;

/** Whoever can read the admin token of the data folder may do everything. */
export function authenticateAdminToken(adminToken: string): Authenticate {
  const expected = digest(adminToken);
  return async (request) => {
    const credential = request.header('authorization');
    if (credential === undefined) return { state: 'anonymous' };
    const token = /^Bearer (\S+)$/.exec(credential)?.[1] ?? '';
    if (!timingSafeEqual(digest(token), expected)) {
      return {
        state: 'refused',
        code: 'credential-invalid',
        message: 'The token is not the admin token of this server.',
      };
    }
    const actor: Actor = { kind: 'admin-token', name: 'admin token', serverLevel: 'owner', planLevels: {} };
    return { state: 'known', actor };
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
