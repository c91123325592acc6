import type pg from 'pg';
import type { Instant } from '#kernel/instant.ts';
import { inTransaction, timestamp } from './pool.ts';

/** The owner of a lease: the installation (one data folder) and one life of its core. */
export function ownerName(installation: string, instance: string): string {
  return `${installation}/${instance}`;
}

/**
 * Ends what a core of this installation left behind when it died, so that its successor need not wait for leases to run out: a
 * page in flight would otherwise be late by the length of its lease. Only one core runs on a data folder, so all earlier lives
 * are over; one that lingers for a moment is fenced by the epoch, which grows with the next owner.
 */
export async function endPredecessors(pool: pg.Pool, installation: string, now: Instant): Promise<void> {
  await inTransaction(pool, async (client) => {
    const ended = await client.query<{ plan: string }>(
      "update plan_lease set until = '-infinity' where split_part(owner, '/', 1) = $1 returning plan",
      [installation],
    );
    await client.query(
      "update notification set lease_until = $2 where plan = any($1) and state = 'leased' and lease_until > $2",
      [ended.rows.map(({ plan }) => plan), timestamp(now)],
    );
  });
}
