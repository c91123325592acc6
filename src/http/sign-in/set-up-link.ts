import type pg from 'pg';
import { DAY_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock, Random } from '#kernel/ports.ts';
import { inTransaction } from '#storage/postgres/pool.ts';
import { insertLink, tidyLinks, withdrawLinks } from '#storage/postgres/sign-in/links.ts';
import { countOwners, lockMembers } from '#storage/postgres/sign-in/members.ts';
import { newId, newToken } from './one-time-token.ts';
import { hashToken } from './token-hash.ts';

/** How long a link that has run out is kept, for whoever asks what became of it. */
const KEPT_MS = 30 * DAY_MS;

/**
 * Makes the token of the link by which the first owner is made; undefined when there is an owner. Those made before are void from then
 * on. Only its hash is kept, so it has to be shown now.
 */
export async function makeSetUpToken(pool: pg.Pool, clock: Clock, random: Random): Promise<string | undefined> {
  return inTransaction(pool, async (client) => {
    await lockMembers(client);
    await withdrawLinks(client, 'set-up');
    await tidyLinks(client, clock.now() - KEPT_MS);
    if ((await countOwners(client)) > 0) return undefined;
    const token = newToken(random);
    const now = clock.now();
    const dates = { createdAt: now, expiresAt: now + limits.setUpLinkMs };
    const named = { id: newId(random), hash: hashToken(token), madeBy: 'watchbill up' };
    await insertLink(client, { ...named, ...dates, kind: 'set-up', planLevels: {} });
    return token;
  });
}
