import { createHmac } from 'node:crypto';
import type pg from 'pg';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import { clearAttempts, countAttempt, reserveAttempt, tidyAttempts } from '#storage/postgres/sign-in/attempts.ts';
import { networkOf } from '../client-address.ts';
import { TooManyRequests } from '../too-many-requests.ts';

/** How often somebody may try. Counted in PostgreSQL, so a restart forgives nothing. Each throws `too-many-requests`. */
export interface AttemptLimits {
  /** Before a password is looked at. After some in a row the account is closed, longer each time, whether it exists or not. */
  beforeSignIn(address: string, email: string): Promise<void>;
  afterSignIn(email: string): Promise<void>;
  /** The same before somebody who is signed in gives their password again: strangers who guess at the account close nothing for them. */
  beforeOwnPassword(member: string): Promise<void>;
  afterOwnPassword(member: string): Promise<void>;
  /** Before a link's token is looked at. */
  beforeLink(address: string): Promise<void>;
  /** Before somebody makes a link for somebody else. */
  beforeNewLink(actor: string): Promise<void>;
}

/** A lock-out is forgotten when nobody has tried for a day. */
const LOCK_WINDOW_MS = 86_400_000;

/** `secret` keys the hashes under which attempts are counted: the table tells neither addresses nor accounts. */
export function createAttemptLimits(pool: pg.Pool, clock: Clock, secret: string): AttemptLimits {
  const keyOf = (kind: string, text: string): string =>
    `${kind}:${createHmac('sha256', secret).update(`${kind}\n${text}`).digest('base64url')}`;

  async function countWithin(key: string, most: number, windowMs: number, message: string): Promise<void> {
    const now = clock.now();
    const state = await countAttempt(pool, key, now, windowMs);
    if (state.count > most) throw new TooManyRequests(message, state.windowEndsAt - now);
  }

  /** Every attempt counts as a wrong one until it has proved right, so that many at once are no more than many in a row. */
  async function reserve(key: string): Promise<void> {
    const now = clock.now();
    const until = await reserveAttempt(pool, key, now, LOCK_WINDOW_MS, lockMs);
    if (until === undefined) return;
    throw new TooManyRequests('Too many wrong passwords for this account; it is closed for a while.', until - now);
  }

  return {
    async beforeSignIn(address, email) {
      const now = clock.now();
      const key = keyOf('sign-in-address', networkOf(address));
      await countWithin(key, limits.signInsPerAddress, limits.signInWindowMs, 'Too many sign-ins from this address.');
      await tidyAttempts(pool, now);
      await reserve(keyOf('account', email));
    },
    afterSignIn: (email) => clearAttempts(pool, keyOf('account', email)),
    beforeOwnPassword: (member) => reserve(keyOf('own-password', member)),
    afterOwnPassword: (member) => clearAttempts(pool, keyOf('own-password', member)),
    beforeLink: (address) =>
      countWithin(
        keyOf('link-address', networkOf(address)),
        limits.linkUsesPerAddress,
        limits.linkWindowMs,
        'Too many links were tried from this address.',
      ),
    beforeNewLink: (actor) =>
      countWithin(
        keyOf('new-link', actor),
        limits.linksPerActor,
        limits.linksPerActorMs,
        'Too many links were made in this hour.',
      ),
  };
}

/** How long an account is closed after so many attempts in a row. */
function lockMs(count: number): number {
  const doublings = count - limits.signInFailures;
  return doublings < 0 ? 0 : Math.min(limits.signInLockMaxMs, limits.signInLockMs * 2 ** Math.min(doublings, 20));
}
