import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { WatchbillError } from '#kernel/error-codes.ts';
import { SECOND_MS } from '#kernel/instant.ts';
import { writeHashed } from './backup-files.ts';
import { SCHEMA_TABLE, type StoreBackup, type TableBackup } from './backup-format.ts';
import { CHECK_RUNS_STEP_MS } from './clickhouse/check-runs.ts';
import { rollUps } from './clickhouse/roll-up.ts';
import type { AppliedMigration } from './postgres/migrate.ts';

/** One file holds at most so many rows: a piece is one insert when it is restored. */
const ROWS_A_FILE = 200_000;

/**
 * How far readings are rolled up is written before what they are rolled up to, since that goes on meanwhile: a note that is older than its
 * table can be mended, and one that is newer would leave a hole. So are the notes of slices; a slice without one counts for nothing.
 */
const NOTE = 'readings_rolled_up';
const FIRST: readonly string[] = [NOTE, 'check_slices_written'];
const hourly = ['check_runs', 'check_hours'].map((table) => ({ table, stepMs: CHECK_RUNS_STEP_MS }));

/**
 * Writes every table in ClickHouse's own `Native` format, part by part. A part never changes, and merging, which replaces parts, rests
 * meanwhile; rows that arrive later are in parts that are not among them.
 */
export async function backUpClickHouse(client: ClickHouseClient, folder: string): Promise<StoreBackup> {
  const migrations = await all<AppliedMigration>(
    client,
    'select distinct number, name, hash from schema_migration order by number',
  );
  const tables: TableBackup[] = [];
  const names = await tableNames(client);
  for (const table of [...FIRST, ...names.filter((one) => !FIRST.includes(one))]) {
    await client.command({ query: `system stop merges ${name(table)}` });
    try {
      tables.push(...(await backUpTable(client, table, folder)));
    } finally {
      await client.command({ query: `system start merges ${name(table)}` });
    }
  }
  return { migrations: migrations.map((row) => ({ ...row, number: Number(row.number) })), tables };
}

async function backUpTable(client: ClickHouseClient, table: string, folder: string): Promise<readonly TableBackup[]> {
  const columns = await all<{ name: string }>(
    client,
    'select name from system.columns where database = currentDatabase() and table = {t:String} order by position',
    { t: table },
  );
  const parts = await activeParts(client, table);
  const files: TableBackup[] = [];
  for (const part of parts) {
    for (let from = 0; from < Number(part.rows); from += ROWS_A_FILE) {
      const file = `clickhouse-${table}-${files.length + 1}.native`;
      const pieces = native(client, table, part.name, from);
      const { bytes, sha256 } = await writeHashed(join(folder, file), pieces);
      const rows = Math.min(ROWS_A_FILE, Number(part.rows) - from);
      files.push({ table, file, columns: columns.map(({ name }) => name), rows, bytes, sha256 });
    }
  }
  const still = new Set((await activeParts(client, table)).map((part) => part.name));
  const gone = parts.find((part) => !still.has(part.name));
  // A merge that had begun before, or a day that reached its end: its rows may be missing from what was read.
  if (gone !== undefined)
    throw new WatchbillError('store-failed', `Part ${gone.name} of ${table} went away; try again`);
  return files;
}

async function activeParts(client: ClickHouseClient, table: string) {
  return all<{ name: string; rows: number }>(
    client,
    'select name, rows from system.parts where database = currentDatabase() and table = {t:String} and active order by name',
    { t: table },
  );
}

async function* native(
  client: ClickHouseClient,
  table: string,
  part: string,
  from: number,
): AsyncGenerator<Uint8Array> {
  const answer = await client.exec({
    query: `select * from ${name(table)} where _part = {part:String} and _part_offset >= {from:UInt64} and _part_offset < {to:UInt64} format Native`,
    query_params: { part, from, to: from + ROWS_A_FILE },
  });
  for await (const piece of answer.stream) yield piece as Uint8Array;
}

/** Throws `restore-not-empty` when any table holds a row. */
export async function assertClickHouseEmpty(client: ClickHouseClient): Promise<void> {
  for (const table of await tableNames(client)) {
    const found = await all(client, `select 1 as one from ${name(table)} limit 1`);
    if (found.length > 0) throw new WatchbillError('restore-not-empty', `Table ${table} holds rows already`);
  }
}

/** Restores every file as one block with its hash as deduplication token, so that one sent twice is there once. */
export async function restoreClickHouse(client: ClickHouseClient, folder: string, backup: StoreBackup): Promise<void> {
  const present = await tableNames(client);
  for (const { table, file, rows, sha256 } of backup.tables) {
    if (!present.includes(table))
      throw new WatchbillError('backup-invalid', `This program has no table ${table}`, file);
    const result = await client.exec({
      query: `insert into ${name(table)} format Native`,
      values: createReadStream(join(folder, file)),
      clickhouse_settings: { insert_deduplication_token: sha256, async_insert: 0 },
    });
    await result.stream.toArray();
    const kept = await all<{ n: string }>(client, `select toString(count()) as n from ${name(table)}`);
    if (rows > 0 && kept[0]?.n === '0') {
      throw new WatchbillError('backup-invalid', `Nothing of ${file} was stored`, file);
    }
  }
  // What was rolled up while the backup was written is rolled up again: here no token knows it.
  for (const { table, stepMs } of [...rollUps, ...hourly]) {
    await client.command({
      query: `alter table ${table} delete where at >= (select max(up_to) from ${NOTE} where step = {step:UInt32})`,
      query_params: { step: stepMs / SECOND_MS },
      clickhouse_settings: { mutations_sync: '1' },
    });
  }
}

async function tableNames(client: ClickHouseClient): Promise<readonly string[]> {
  const rows = await all<{ name: string }>(
    client,
    "select name from system.tables where database = currentDatabase() and engine like '%MergeTree' and name != {schema:String} order by name",
    { schema: SCHEMA_TABLE },
  );
  return rows.map((row) => row.name);
}

async function all<Row>(client: ClickHouseClient, query: string, query_params: Record<string, unknown> = {}) {
  const answer = await client.query({ query, query_params, format: 'JSONEachRow' });
  return answer.json<Row>();
}

function name(table: string): string {
  return `\`${table.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}
