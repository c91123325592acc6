import { isAbsolute, join } from 'node:path';
import type { Command } from 'commander';
import { backUp, restore } from '#storage/backup.ts';
import type { BackupManifest } from '#storage/backup-format.ts';
import { openClickHouse } from '#storage/clickhouse/client.ts';
import { openPool } from '#storage/postgres/pool.ts';
import { dataFolderOf, readServerRecord } from './client.ts';
import type { OpenStores, Runtime } from './runtime.ts';

/** `watchbill backup`: both stores into a folder, while the server runs or not. */
export function registerBackup(program: Command, runtime: Runtime): void {
  program
    .command('backup')
    .summary('write everything into a folder, while the server runs or not')
    .argument('<folder>', 'a folder that does not exist yet')
    .option('--data <folder>', 'the data folder (default: .watchbill, or WATCHBILL_DATA)')
    .option('--json', 'print the manifest')
    .addHelpText('after', '\nExample:\n  $ watchbill backup backups/monday')
    .action(async (folder: string, options: { data?: string; json?: true }) => {
      const dataFolder = dataFolderOf(runtime, options);
      const record = await readServerRecord(dataFolder);
      const write = ({ postgres, clickhouse }: OpenStores): Promise<BackupManifest> =>
        backUp(
          { pool: postgres, clickhouse },
          { folder: whole(runtime, folder), program: runtime.version, now: runtime.clock.now() },
        );
      const manifest =
        record === undefined
          ? await runtime.withStores(dataFolder, write)
          : await withRunningStores(record.stores, write);
      runtime.write(
        options.json ? `${JSON.stringify(manifest, null, 2)}\n` : `${describe(manifest)} are in ${folder}.\n`,
      );
    });
}

/** `watchbill restore`: a backup into stores that hold nothing yet; also the way to outside stores. */
export function registerRestore(program: Command, runtime: Runtime): void {
  program
    .command('restore')
    .summary('read a backup into an empty data folder, or into empty outside stores')
    .argument('<folder>', 'what `backup` wrote')
    .option('--data <folder>', 'the data folder (default: .watchbill, or WATCHBILL_DATA)')
    .option('--json', 'print the manifest')
    .addHelpText(
      'after',
      '\nThe way to grow: set WATCHBILL_DATABASE_URL and WATCHBILL_CLICKHOUSE_URL and restore into those.\n\nExample:\n  $ watchbill restore backups/monday --data .watchbill-new',
    )
    .action(async (folder: string, options: { data?: string; json?: true }) => {
      const manifest = await runtime.withStores(dataFolderOf(runtime, options), ({ postgres, clickhouse }) =>
        restore({ pool: postgres, clickhouse }, whole(runtime, folder), runtime.clock.now()),
      );
      runtime.write(options.json ? `${JSON.stringify(manifest, null, 2)}\n` : `${describe(manifest)} were restored.\n`);
    });
}

async function withRunningStores<Value>(
  addresses: NonNullable<Awaited<ReturnType<typeof readServerRecord>>>['stores'],
  use: (stores: OpenStores) => Promise<Value>,
): Promise<Value> {
  const postgres = openPool({ address: addresses.postgres, applicationName: 'watchbill backup' });
  const clickhouse = openClickHouse(addresses.clickhouse);
  try {
    return await use({ postgres, clickhouse });
  } finally {
    await clickhouse.close();
    await postgres.end();
  }
}

function describe(manifest: BackupManifest): string {
  const rows = [...manifest.postgres.tables, ...manifest.clickhouse.tables].reduce((sum, table) => sum + table.rows, 0);
  return `${rows} rows of ${manifest.postgres.tables.length + manifest.clickhouse.tables.length} tables`;
}

function whole(runtime: Runtime, path: string): string {
  return isAbsolute(path) ? path : join(runtime.workingFolder, path);
}
