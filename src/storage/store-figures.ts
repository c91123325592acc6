import type { ClickHouseClient } from '@clickhouse/client';
import type pg from 'pg';

/** What a store says of itself. */
export interface StoreFigures {
  readonly version: string;
  readonly bytes: number;
  /** Number of the last migration. */
  readonly migration: number;
}

/** Throws what the driver throws. */
export async function postgresFigures(pool: pg.Pool): Promise<StoreFigures> {
  const result = await pool.query<StoreFigures>(
    `select current_setting('server_version') as version, pg_database_size(current_database())::float8 as bytes,
       (select max(number) from schema_migration)::integer as migration`,
  );
  const row = result.rows[0];
  if (row === undefined) throw new Error('PostgreSQL answered with nothing.');
  return { ...row, version: row.version.split(' ')[0] ?? row.version };
}

/** Throws what the client throws. */
export async function clickHouseFigures(client: ClickHouseClient, signal: AbortSignal): Promise<StoreFigures> {
  const answer = await client.query({
    query: `select version() as version, (select max(number) from schema_migration) as migration,
      toFloat64((select sum(bytes_on_disk) from system.parts where active and database = currentDatabase())) as bytes`,
    format: 'JSONEachRow',
    abort_signal: signal,
    clickhouse_settings: { max_execution_time: 2 },
  });
  const [row] = await answer.json<StoreFigures>();
  if (row === undefined) throw new Error('The telemetry store answered with nothing.');
  return row;
}
