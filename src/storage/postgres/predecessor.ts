import type pg from 'pg';
import type { Instant } from '#kernel/instant.ts';
import { timestamp } from './pool.ts';

/**
 * Ends the leases of messages that a core of this installation had in flight when it died: its successor need not wait for them to
 * run out, which would make a page late by their length. Only one core works on a data folder, so all earlier ones are over.
 */
export async function endPredecessorLeases(pool: pg.Pool, owner: string, now: Instant): Promise<number> {
  const ended = await pool.query(
    `update notification set lease_until = $2
     where state = 'leased' and lease_until > $2 and plan in (select plan from plan_lease where owner = $1)`,
    [owner, timestamp(now)],
  );
  return ended.rowCount ?? 0;
}
