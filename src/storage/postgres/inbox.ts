import type pg from 'pg';
import type { InboxMessage } from '#core/store.ts';

export interface InboxQuery {
  readonly plan: string;
  /** All persons of the plan when absent. */
  readonly person?: string;
  readonly limit: number;
}

/** A message with what it tells of its alert: `fired`, `repeated`, `flapping` or `resolved`. */
export interface ListedMessage extends InboxMessage {
  readonly step: string;
}

/** Messages, newest first. */
export async function listInbox(pool: pg.Pool, query: InboxQuery): Promise<readonly ListedMessage[]> {
  const result = await pool.query<ListedMessage>(
    `select m.id, m.plan, m.person, m.at, m.title, m.body as text, m.alert, coalesce(n.step, 'fired') as step
     from inbox m left join notification n on n.id = m.id
     where m.plan = $1 and ($2::text is null or m.person = $2) order by m.at desc, m.id limit $3`,
    [query.plan, query.person ?? null, query.limit],
  );
  return result.rows;
}
