import type pg from 'pg';
import type { Alert } from '#core/model.ts';
import type { Instant } from '#kernel/instant.ts';
import { timestamp } from './pool.ts';

/** Open alerts, then those resolved at or after `resolvedSince`; the newest first in each. */
export async function listAlerts(
  pool: pg.Pool,
  query: { readonly plan: string; readonly resolvedSince: Instant; readonly limit: number },
): Promise<readonly Alert[]> {
  const result = await pool.query<{ state: Alert }>(
    `select state from aggregate where plan = $1 and kind = 'alert' and (open or ended_at >= $2)
       and (ended_at is null or ended_at >= $2)
     order by ended_at is null desc, (state ->> 'openedAt')::bigint desc, key limit $3`,
    [query.plan, timestamp(query.resolvedSince), query.limit],
  );
  return result.rows.map((row) => row.state);
}

/** One alert by its id, however old. */
export async function findAlert(pool: pg.Pool, plan: string, id: string): Promise<Alert | undefined> {
  const result = await pool.query<{ state: Alert }>(
    "select state from aggregate where plan = $1 and kind = 'alert' and key = $2",
    [plan, id],
  );
  return result.rows[0]?.state;
}
