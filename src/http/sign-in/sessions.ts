import type pg from 'pg';
import type { Level } from '#contract/access.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import { findSession, touchSession } from '#storage/postgres/sign-in/sessions.ts';
import type { Actor } from '../actor.ts';
import { createCredentialCache } from './credential-cache.ts';
import { hashToken } from './token-hash.ts';

/** Who is behind the token of a session cookie. */
export interface Sessions {
  /** Undefined for a token that is unknown or whose session has ended. May be `limits.credentialCacheMs` behind. */
  find(token: string): Promise<Actor | undefined>;
  /** Looks anew at every session from now on: something about members or sessions has changed. */
  forget(): void;
}

/** Sessions on PostgreSQL, remembered for a moment: this runs on each request. */
export function createSessions(pool: pg.Pool, clock: Clock): Sessions {
  const cache = createCredentialCache<Actor>(clock);
  return {
    find: (token) => {
      const hash = hashToken(token);
      return cache.find(hash, () => look(hash));
    },
    forget: cache.forget,
  };

  async function look(hash: string): Promise<Actor | undefined> {
    const now = clock.now();
    const found = await findSession(pool, hash, now);
    if (found === undefined) return undefined;
    const endsAt = found.signedInAt + limits.sessionLongestMs;
    if (endsAt <= now) return undefined;
    let expiresAt = found.expiresAt;
    if (now - found.lastSeenAt >= limits.sessionSeenEveryMs) {
      expiresAt = Math.max(expiresAt, Math.min(endsAt, now + limits.sessionIdleMs));
      await touchSession(pool, found.id, now, expiresAt);
    }
    return {
      kind: 'session',
      name: found.name,
      userId: found.member,
      email: found.email,
      credentialId: found.id,
      // The table holds no other words.
      ...(found.serverLevel === undefined ? {} : { serverLevel: found.serverLevel as Level }),
      planLevels: found.planLevels as Readonly<Record<string, Level>>,
      session: { signedInAt: found.signedInAt, expiresAt },
    };
  }
}
