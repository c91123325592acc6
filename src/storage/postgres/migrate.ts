import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { WatchbillError } from '#kernel/error-codes.ts';
import type { Instant } from '#kernel/instant.ts';
import { timestamp } from './pool.ts';

/** One numbered file of SQL. Once released it never changes: what was applied is compared with it at every start. */
export interface Migration {
  readonly number: number;
  /** File name without its ending, e.g. `0001-spine`. */
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file, hex. */
  readonly hash: string;
}

export interface AppliedMigration {
  readonly number: number;
  readonly name: string;
  readonly hash: string;
}

/** PostgreSQL 15 is the oldest that is tested. */
const OLDEST_VERSION = 150_000;

/** Any number will do, as long as no other program takes the same one on this database. */
const MIGRATION_LOCK = 4_700_431_801;

/** Reads the migrations of a folder in order; throws when a number is missing or doubled. */
export async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (file, index) => {
      const sql = await readFile(`${folder}/${file}`, 'utf8');
      const number = Number(file.slice(0, 4));
      if (number !== index + 1) throw new WatchbillError('schema-changed', `Migration ${index + 1} is missing`, file);
      return { number, name: file.slice(0, -4), sql, hash: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/** This program's own migrations for PostgreSQL. */
export function postgresMigrations(): Promise<readonly Migration[]> {
  return readMigrations(fileURLToPath(new URL('.', import.meta.url)));
}

/**
 * What is still to be applied. Throws `schema-too-new` when the database has migrations that this program does not know,
 * and `schema-changed` when one that was applied differs from ours.
 */
export function pendingMigrations(
  known: readonly Migration[],
  applied: readonly AppliedMigration[],
): readonly Migration[] {
  for (const row of applied) {
    const ours = known[row.number - 1];
    if (ours === undefined) {
      throw new WatchbillError(
        'schema-too-new',
        `The data have schema ${applied.length}, this program knows ${known.length}`,
        row.name,
      );
    }
    if (ours.hash !== row.hash) {
      throw new WatchbillError('schema-changed', `Migration ${ours.name} differs from the one that was applied`);
    }
  }
  return known.slice(applied.length);
}

/**
 * Brings the schema up to this program's version. Each migration is one transaction with its record; two programs that
 * start at once wait for each other.
 */
export async function migratePostgres(
  pool: pg.Pool,
  now: Instant,
  migrations?: readonly Migration[],
): Promise<{ readonly version: number; readonly applied: number }> {
  const known = migrations ?? (await postgresMigrations());
  const client = await pool.connect();
  try {
    const version = await client.query<{ version: number }>(
      "select current_setting('server_version_num')::int as version",
    );
    const server = version.rows[0]?.version ?? 0;
    if (server < OLDEST_VERSION) {
      throw new WatchbillError('store-too-old', `PostgreSQL reports version ${server}; 15 or newer is needed`);
    }
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    try {
      await client.query(`create table if not exists schema_migration (
        number integer primary key, name text not null, hash text not null, applied_at timestamptz not null)`);
      const applied = await client.query<AppliedMigration>(
        'select number, name, hash from schema_migration order by number',
      );
      const pending = pendingMigrations(known, applied.rows);
      for (const migration of pending) await applyOne(client, migration, now);
      return { version: known.length, applied: pending.length };
    } finally {
      await client.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    }
  } finally {
    client.release();
  }
}

async function applyOne(client: pg.PoolClient, migration: Migration, now: Instant): Promise<void> {
  await client.query('begin');
  try {
    await client.query(migration.sql);
    await client.query('insert into schema_migration (number, name, hash, applied_at) values ($1, $2, $3, $4)', [
      migration.number,
      migration.name,
      migration.hash,
      timestamp(now),
    ]);
    await client.query('commit');
  } catch (problem) {
    await client.query('rollback');
    throw problem;
  }
}
