import { fileURLToPath } from 'node:url';
import type { ClickHouseClient } from '@clickhouse/client';
import type { DurationMs, Instant } from '#kernel/instant.ts';
import { DAY_MS } from '#kernel/instant.ts';
import { tokens } from '../embedded/store-child/sql-text.ts';
import { type AppliedMigration, type Migration, pendingMigrations, readMigrations } from '../postgres/migrate.ts';
import { rollUps } from './roll-up.ts';
import { clickHouseTime } from './time.ts';

const RECORD_TABLE = `create table if not exists schema_migration
  (number UInt32, name String, hash String, applied_at DateTime64(3, 'UTC')) engine = MergeTree order by number`;

/** This program's own migrations for ClickHouse. */
export function clickHouseMigrations(): Promise<readonly Migration[]> {
  return readMigrations(fileURLToPath(new URL('.', import.meta.url)));
}

/**
 * Brings the tables up to this program's version. ClickHouse has no transactions for this, so every statement of a migration can be
 * run again (`if not exists`), and its record is written last. One process migrates: the loader's.
 */
export async function migrateClickHouse(
  client: ClickHouseClient,
  now: Instant,
  migrations?: readonly Migration[],
): Promise<{ readonly version: number; readonly applied: number }> {
  const known = migrations ?? (await clickHouseMigrations());
  await client.command({ query: RECORD_TABLE });
  const answer = await client.query({
    query: 'select distinct number, name, hash from schema_migration order by number',
    format: 'JSONEachRow',
  });
  const pending = pendingMigrations(known, await answer.json<AppliedMigration>());
  for (const { number, name, hash, sql } of pending) {
    for (const statement of splitStatements(sql)) await client.command({ query: statement });
    const row = { number, name, hash, applied_at: clickHouseTime(now) };
    await client.insert({ table: 'schema_migration', values: [row], format: 'JSONEachRow' });
  }
  return { version: known.length, applied: pending.length };
}

/** Statements of a file, split at semicolons that are not within a string or a comment. */
export function splitStatements(sql: string): readonly string[] {
  const statements: string[] = [];
  let from: number | undefined;
  let to = 0;
  for (const token of tokens(sql)) {
    if (token.text === ';') {
      if (from !== undefined) statements.push(sql.slice(from, to));
      from = undefined;
    } else {
      from ??= token.at;
      to = token.at + token.text.length;
    }
  }
  if (from !== undefined) statements.push(sql.slice(from, to));
  return statements;
}

/** Sets how long rows are kept; whole days, at least one. Nothing is changed when it is so already. */
export async function setRetention(
  client: ClickHouseClient,
  retention: { readonly eventsMs: DurationMs; readonly readingsMs: DurationMs },
): Promise<void> {
  const tables = [
    ['events', 'ts', retention.eventsMs],
    ['readings', 'at', retention.readingsMs],
    ...rollUps.map(({ table }) => [table, 'at', retention.readingsMs] as const),
    // What says which hours are read from events goes before they do; the runs, which stay, are then all that there is.
    ['check_hours', 'at', retention.eventsMs - DAY_MS],
    ['check_hours_late', 'at', retention.eventsMs - DAY_MS],
    ['check_slices', 'slice', retention.eventsMs],
    ['check_slices_written', 'slice', retention.eventsMs],
    ['samples', 'ts', retention.eventsMs],
    // Described every day: what describes the oldest points is never gone before them.
    ['series', 'described_at', retention.eventsMs + 2 * DAY_MS],
  ] as const;
  for (const [table, column, lengthMs] of tables) {
    const days = Math.max(1, Math.ceil(lengthMs / DAY_MS));
    const answer = await client.query({
      query:
        'select create_table_query as text from system.tables where database = currentDatabase() and name = {t:String}',
      query_params: { t: table },
      format: 'JSONEachRow',
    });
    const [row] = await answer.json<{ text: string }>();
    if (row?.text.includes(`toIntervalDay(${days})`)) continue;
    await client.command({
      query: `alter table ${table} modify ttl toDateTime(${column}) + toIntervalDay(${days})`,
      // Old parts go when their day is over; rewriting them now would load the machine at every change.
      clickhouse_settings: { materialize_ttl_after_modify: 0 },
    });
  }
}
