import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import type pg from 'pg';
import { WatchbillError } from '#kernel/error-codes.ts';
import { formatInstant, type Instant } from '#kernel/instant.ts';
import { assertClickHouseEmpty, backUpClickHouse, restoreClickHouse } from './backup-clickhouse.ts';
import { hashFile, writeHashed } from './backup-files.ts';
import { type BackupManifest, MANIFEST_FILE, type StoreBackup } from './backup-format.ts';
import { assertPostgresEmpty, backUpPostgres, restorePostgres } from './backup-postgres.ts';
import { clickHouseMigrations, migrateClickHouse } from './clickhouse/migrate.ts';
import { type Migration, migratePostgres, postgresMigrations } from './postgres/migrate.ts';

/** Both stores, open. */
export interface Stores {
  readonly pool: pg.Pool;
  readonly clickhouse: ClickHouseClient;
}

/**
 * Writes both stores into a new folder. It appears whole, by a rename, or not at all. Telemetry comes first, state second: the state
 * then never speaks of telemetry from after the backup. Throws `file-exists` when the folder is there already.
 */
export async function backUp(
  stores: Stores,
  options: { readonly folder: string; readonly program: string; readonly now: Instant },
): Promise<BackupManifest> {
  const partial = `${options.folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(dirname(options.folder), { recursive: true });
  await mkdir(partial, { mode: 0o700 });
  try {
    const clickhouse = await backUpClickHouse(stores.clickhouse, partial);
    const postgres = await backUpPostgres(stores.pool, partial);
    const manifest: BackupManifest = {
      format: 1,
      program: options.program,
      createdAt: formatInstant(options.now),
      postgres,
      clickhouse,
    };
    await writeHashed(join(partial, MANIFEST_FILE), text(`${JSON.stringify(manifest, null, 2)}\n`));
    await rename(partial, options.folder).catch((problem: NodeJS.ErrnoException) => {
      if (problem.code !== 'ENOTEMPTY' && problem.code !== 'EEXIST') throw problem;
      throw new WatchbillError('file-exists', 'A backup is written into a new folder', options.folder);
    });
    return manifest;
  } catch (problem) {
    await rm(partial, { recursive: true, force: true });
    throw problem;
  }
}

async function* text(value: string): AsyncGenerator<string> {
  yield value;
}

/**
 * Restores a backup into stores that hold nothing yet. Everything is checked before the first row is written: the
 * schema's version, each file's hash, that all tables are empty. Throws `backup-invalid`, `restore-not-empty`,
 * `schema-too-new`. PostgreSQL comes last and in one transaction: until it is whole there is no plan that could run or page.
 */
export async function restore(stores: Stores, folder: string, now: Instant): Promise<BackupManifest> {
  const manifest = await readManifest(folder);
  checkSchema(manifest.postgres, await postgresMigrations());
  checkSchema(manifest.clickhouse, await clickHouseMigrations());
  for (const { file, sha256 } of [...manifest.postgres.tables, ...manifest.clickhouse.tables]) {
    const found = await hashFile(join(folder, file)).catch(() => 'nothing');
    if (found !== sha256) throw new WatchbillError('backup-invalid', `${file} is missing or damaged`, folder);
  }
  await migratePostgres(stores.pool, now);
  await migrateClickHouse(stores.clickhouse, now);
  await assertPostgresEmpty(stores.pool);
  await assertClickHouseEmpty(stores.clickhouse);
  await restoreClickHouse(stores.clickhouse, folder, manifest.clickhouse);
  await restorePostgres(stores.pool, folder, manifest.postgres);
  return manifest;
}

async function readManifest(folder: string): Promise<BackupManifest> {
  const content = await readFile(join(folder, MANIFEST_FILE), 'utf8').catch(() => {
    throw new WatchbillError('backup-invalid', `There is no ${MANIFEST_FILE}`, folder);
  });
  try {
    const manifest = JSON.parse(content) as BackupManifest;
    if (manifest.format === 1) return manifest;
  } catch {
    // Falls through to the one answer for all that is no manifest of ours.
  }
  throw new WatchbillError('backup-invalid', `${MANIFEST_FILE} is not one that this program can read`, folder);
}

/** Rows of an older schema fit ours, whose later migrations only add; rows of a newer one do not. */
function checkSchema(backup: StoreBackup, known: readonly Migration[]): void {
  for (const { number, name, hash } of backup.migrations) {
    const ours = known[number - 1];
    if (ours === undefined) throw new WatchbillError('schema-too-new', `The backup has schema ${name}`);
    if (ours.hash !== hash) throw new WatchbillError('schema-changed', `Migration ${name} differs from the backup's`);
  }
}
