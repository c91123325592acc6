import type pg from 'pg';
import type { InboxMessage } from '#core/store.ts';

export interface InboxQuery {
  readonly plan: string;
  /** All persons of the plan when absent. */
  readonly person?: string;
  readonly limit: number;
}

/** Messages, newest first. */
export async function listInbox(pool: pg.Pool, query: InboxQuery): Promise<readonly InboxMessage[]> {
  const result = await pool.query<InboxMessage>(
    `select id, plan, person, at, title, body as text, alert from inbox
     where plan = $1 and ($2::text is null or person = $2) order by at desc, id limit $3`,
    [query.plan, query.person ?? null, query.limit],
  );
  return result.rows;
}
