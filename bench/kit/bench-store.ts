import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Clock } from '#kernel/ports.ts';
import { openClickHouse, prepareClickHouse } from '#storage/clickhouse/client.ts';
import { migrateClickHouse } from '#storage/clickhouse/migrate.ts';
import { startStoreChild } from '#storage/embedded/store-child-process.ts';

/** A store child with our tables, in a folder of its own, which the bench takes away at its end. */
export interface BenchStore {
  readonly folder: string;
  readonly child: Awaited<ReturnType<typeof startStoreChild>>;
  readonly client: ClickHouseClient;
}

export async function openBenchStore(clock: Clock): Promise<BenchStore> {
  const folder = await mkdtemp(join(tmpdir(), 'watchbill-bench-'));
  // Open, so that the child's user reaches it and nothing is left outside of it when we are root.
  await chmod(folder, 0o755);
  const child = await startStoreChild({ dataFolder: folder, clock, password: 'bench' });
  await prepareClickHouse(child);
  const client = openClickHouse(child);
  await migrateClickHouse(client, clock.now());
  return { folder, child, client };
}
