import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#storage/embedded/embedded-postgres.ts';
import { migratePostgres } from '#storage/postgres/migrate.ts';
import { openPool } from '#storage/postgres/pool.ts';
import { createSystemClock } from '../../src/system-clock.ts';

export const clock = createSystemClock();

/** A folder under the system's temporary one, and what removes it, the database that it may have elsewhere included. */
export async function temporaryFolder(): Promise<{ readonly folder: string; readonly remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'watchbill-test-'));
  return {
    folder,
    remove: async () => {
      for (const record of ['postgres.place', 'telemetry.place']) {
        const place = await readFile(join(folder, record), 'utf8').catch(() => '');
        // Outside homes have a folder of their own for this data folder, one above the engine's.
        if (place.startsWith('/')) await rm(dirname(place.trim()), { recursive: true, force: true });
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A migrated PostgreSQL of its own; `close` stops it and removes its files. */
export async function temporaryPostgres() {
  const { folder, remove } = await temporaryFolder();
  const postgres: EmbeddedPostgres = await startEmbeddedPostgres({ dataFolder: folder, clock });
  const pool = openPool({ address: postgres.address, applicationName: 'watchbill test' });
  await migratePostgres(pool, clock.now());
  return {
    folder,
    postgres,
    pool,
    close: async () => {
      await pool.end();
      await postgres.stop();
      await remove();
    },
  };
}
