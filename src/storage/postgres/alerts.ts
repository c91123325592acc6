import type pg from 'pg';
import type { Aggregate, Alert, Silence } from '#core/model.ts';
import { upgradeAggregate } from '#core/upgrade.ts';

export interface AlertQuery {
  readonly plan: string;
  /** Both when absent. */
  readonly state?: Alert['state'];
  readonly rule?: string;
  readonly severity?: string;
  /** Only those counted before this number: the last one of the page before. */
  readonly before?: number;
  readonly limit: number;
}

/** Alerts of a plan, the newest first, however old. */
export function listAlerts(pool: pg.Pool, query: AlertQuery): Promise<readonly Alert[]> {
  return list<Alert>(
    pool,
    `select schema, state from aggregate
     where plan = $1 and kind = 'alert' and number is not null
       and ($2::boolean is null or (ended_at is null) = $2) and ($3::text is null or rule = $3)
       and ($4::text is null or severity = $4) and ($5::bigint is null or number < $5)
     order by number desc limit $6`,
    [
      query.plan,
      query.state === undefined ? null : query.state === 'firing',
      query.rule ?? null,
      query.severity ?? null,
      query.before ?? null,
      query.limit,
    ],
  );
}

/** One alert by its id, however old. */
export async function findAlert(pool: pg.Pool, plan: string, id: string): Promise<Alert | undefined> {
  const [alert] = await list<Alert>(
    pool,
    "select schema, state from aggregate where plan = $1 and kind = 'alert' and key = $2",
    [plan, id],
  );
  return alert;
}

export interface SilenceQuery {
  readonly plan: string;
  /** True for those that last, false for those that have ended; both when absent. */
  readonly lasting?: boolean;
  readonly before?: number;
  readonly limit: number;
}

/** Silences of a plan, the newest first, however old. */
export function listSilences(pool: pg.Pool, query: SilenceQuery): Promise<readonly Silence[]> {
  return list<Silence>(
    pool,
    `select schema, state from aggregate
     where plan = $1 and kind = 'silence' and number is not null
       and ($2::boolean is null or (ended_at is null) = $2) and ($3::bigint is null or number < $3)
     order by number desc limit $4`,
    [query.plan, query.lasting ?? null, query.before ?? null, query.limit],
  );
}

/** One silence by its id, however old. */
export async function findSilence(pool: pg.Pool, plan: string, id: string): Promise<Silence | undefined> {
  const [silence] = await list<Silence>(
    pool,
    "select schema, state from aggregate where plan = $1 and kind = 'silence' and key = $2",
    [plan, id],
  );
  return silence;
}

async function list<Row extends Aggregate>(
  pool: pg.Pool,
  text: string,
  values: readonly unknown[] & unknown[],
): Promise<readonly Row[]> {
  const result = await pool.query<{ schema: number; state: Row }>(text, values);
  return result.rows.map(({ schema, state }) => upgradeAggregate(schema, state) as Row);
}
