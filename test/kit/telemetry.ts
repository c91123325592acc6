import { openClickHouse, prepareClickHouse } from '#storage/clickhouse/client.ts';
import { migrateClickHouse } from '#storage/clickhouse/migrate.ts';
import { type StoreChild, startStoreChild } from '#storage/embedded/store-child-process.ts';
import { clock, temporaryFolder } from './postgres.ts';

/** A migrated store child of its own; `close` stops it and removes its files. */
export async function temporaryTelemetry() {
  const { folder, remove } = await temporaryFolder();
  const child: StoreChild = await startStoreChild({ dataFolder: folder, clock, password: 'test' });
  await prepareClickHouse(child);
  const client = openClickHouse(child);
  await migrateClickHouse(client, clock.now());
  return {
    folder,
    child,
    client,
    close: async () => {
      await client.close();
      await child.stop();
      await remove();
    },
  };
}
