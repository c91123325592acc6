import { join } from 'node:path';
import type pg from 'pg';
import { WatchbillError } from '#kernel/error-codes.ts';
import { linesOf, writeHashed } from './backup-files.ts';
import { SCHEMA_TABLE, type StoreBackup, type TableBackup } from './backup-format.ts';
import type { AppliedMigration } from './postgres/migrate.ts';

const ROWS_A_PAGE = 500;

/** A page is cut before it has more of a table's rows than this, or after one row: lists that people compared take 4 MiB each. */
const BYTES_A_PAGE = 8 * 1024 * 1024;

/** Ours, beside the one that the connection is in. */
const SCHEMAS = ['auth'];

interface Column {
  readonly name: string;
  readonly generated: boolean;
}

/**
 * Writes every table within one read-only snapshot: the core may go on working, and the backup is of one instant. A row is a JSON
 * array of the columns as PostgreSQL itself writes them as text, so it comes back bit for bit whatever its type.
 */
export async function backUpPostgres(pool: pg.Pool, folder: string): Promise<StoreBackup> {
  const client = await pool.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    const migrations = await client.query<AppliedMigration>(
      'select number, name, hash from schema_migration order by number',
    );
    const tables: TableBackup[] = [];
    for (const table of await tableNames(client)) tables.push(await backUpTable(client, table, folder));
    return { migrations: migrations.rows, tables };
  } finally {
    await client.query('rollback').catch(() => {});
    client.release();
  }
}

async function backUpTable(client: pg.PoolClient, table: string, folder: string): Promise<TableBackup> {
  const columns = (await columnsOf(client, table)).filter(({ generated }) => !generated).map(({ name }) => name);
  let rows = 0;
  const list = columns.map((column) => `${quoted(column)}::text`).join(', ');
  async function* lines(): AsyncGenerator<string> {
    const pageRows = await rowsAPage(client, table, columns);
    await client.query(
      `declare backup no scroll cursor for select array[${list}]::text[] as row from ${quoted(table)}`,
    );
    for (;;) {
      const page = await client.query<{ row: readonly (string | null)[] }>(`fetch ${pageRows} from backup`);
      if (page.rows.length === 0) break;
      rows += page.rows.length;
      yield page.rows.map(({ row }) => `${JSON.stringify(row)}\n`).join('');
    }
    await client.query('close backup');
  }
  const file = `postgres-${table}.ndjson`;
  const { bytes, sha256 } = await writeHashed(join(folder, file), lines());
  return { table, file, columns, rows, bytes, sha256 };
}

/** How many rows of a table are asked for at a time: of the largest that it has as many as a page holds. */
async function rowsAPage(client: pg.PoolClient, table: string, columns: readonly string[]): Promise<number> {
  const bytes = columns.map((column) => `coalesce(octet_length(${quoted(column)}::text), 0)`).join(' + ');
  const found = await client.query<{ readonly bytes: number | null }>(
    `select max(${bytes}) as bytes from ${quoted(table)}`,
  );
  const largest = Math.max(1, found.rows[0]?.bytes ?? 0);
  return Math.min(ROWS_A_PAGE, Math.max(1, Math.floor(BYTES_A_PAGE / largest)));
}

/** Throws `restore-not-empty` when any table holds a row. */
export async function assertPostgresEmpty(pool: pg.Pool): Promise<void> {
  for (const table of await tableNames(pool)) {
    const found = await pool.query(`select from ${quoted(table)} limit 1`);
    if (found.rowCount !== 0) throw new WatchbillError('restore-not-empty', `Table ${table} holds rows already`);
  }
}

/** Restores all tables in one transaction: a failure leaves the database as empty as it was. */
export async function restorePostgres(pool: pg.Pool, folder: string, backup: StoreBackup): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const present = await tableNames(client);
    for (const table of inOrder(backup.tables, present)) await restoreTable(client, table, folder);
    await client.query('commit');
  } catch (problem) {
    await client.query('rollback').catch(() => {});
    throw problem;
  } finally {
    client.release();
  }
}

async function restoreTable(client: pg.PoolClient, backup: TableBackup, folder: string): Promise<void> {
  const known = (await columnsOf(client, backup.table)).map(({ name }) => name);
  const unknown = backup.columns.find((column) => !known.includes(column));
  if (unknown !== undefined) {
    throw new WatchbillError('backup-invalid', `Table ${backup.table} has no column ${unknown}`, backup.file);
  }
  const types = await client.query<{ name: string; type: string }>(
    `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
     where attrelid = to_regclass($1) and attnum > 0 and not attisdropped`,
    [quoted(backup.table)],
  );
  const typeOf = new Map(types.rows.map(({ name, type }) => [name, type]));
  const values = backup.columns.map((column, index) => `(r.row ->> ${index})::${typeOf.get(column)}`).join(', ');
  const statement = `insert into ${quoted(backup.table)} (${backup.columns.map(quoted).join(', ')})
    select ${values} from unnest($1::json[]) with ordinality as r (row, position) order by r.position`;
  let restored = 0;
  let page: string[] = [];
  let pageBytes = 0;
  const flush = async (): Promise<void> => {
    if (page.length > 0) await client.query(statement, [page]);
    restored += page.length;
    page = [];
    pageBytes = 0;
  };
  for await (const line of linesOf(join(folder, backup.file))) {
    const bytes = Buffer.byteLength(line);
    if (pageBytes + bytes > BYTES_A_PAGE) await flush();
    page.push(line);
    pageBytes += bytes;
    if (page.length === ROWS_A_PAGE) await flush();
  }
  await flush();
  if (restored !== backup.rows) {
    throw new WatchbillError('backup-invalid', `${backup.rows} rows were promised, ${restored} are there`, backup.file);
  }
}

/** Referenced tables first: names come from the schema in the order in which migrations made them. */
function inOrder(tables: readonly TableBackup[], present: readonly string[]): readonly TableBackup[] {
  const unknown = tables.find(({ table }) => !present.includes(table));
  if (unknown !== undefined) {
    throw new WatchbillError('backup-invalid', `This program has no table ${unknown.table}`, unknown.file);
  }
  return [...tables].sort((a, b) => present.indexOf(a.table) - present.indexOf(b.table));
}

/** Names of the tables; of those outside of the connection's own schema with their schema and a dot. */
async function tableNames(client: pg.Pool | pg.PoolClient): Promise<readonly string[]> {
  const result = await client.query<{ name: string }>(
    `select case when relnamespace = current_schema()::regnamespace then '' else n.nspname || '.' end || relname as name
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where relkind = 'r' and (relnamespace = current_schema()::regnamespace or n.nspname = any($2)) and relname <> $1
     order by c.oid`,
    [SCHEMA_TABLE, SCHEMAS],
  );
  return result.rows.map(({ name }) => name);
}

async function columnsOf(client: pg.PoolClient, table: string): Promise<readonly Column[]> {
  const result = await client.query<Column>(
    `select attname as name, attgenerated <> '' as generated from pg_attribute
     where attrelid = to_regclass($1) and attnum > 0 and not attisdropped order by attnum`,
    [quoted(table)],
  );
  return result.rows;
}

/** A column's name, or a table's with or without its schema; none of ours has a dot of its own. */
function quoted(name: string): string {
  return name
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.');
}
