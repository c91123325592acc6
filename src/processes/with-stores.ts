import type { OpenStores } from '#cli/runtime.ts';
import type { WatchbillError } from '#kernel/error-codes.ts';
import type { Clock, Random } from '#kernel/ports.ts';
import { openClickHouse, prepareClickHouse } from '#storage/clickhouse/client.ts';
import { lockDataFolder } from '#storage/data-folder.ts';
import { openPool } from '#storage/postgres/pool.ts';
import type { Environment } from '../environment.ts';
import { startStores } from './stores.ts';

export interface WithStoresOptions {
  readonly dataFolder: string;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly random: Random;
  readonly writeError: (text: string) => void;
}

/** Runs with the stores of a data folder that no server works on: starts the embedded ones, and stops them again. */
export async function withStores<Value>(
  options: WithStoresOptions,
  use: (stores: OpenStores) => Promise<Value>,
): Promise<Value> {
  const lock = await lockDataFolder(options.dataFolder);
  const failure = Promise.withResolvers<never>();
  // Nobody may be waiting for it any more when it comes.
  failure.promise.catch(() => {});
  try {
    const stores = await startStores({
      ...options,
      log: (message) => options.writeError(`watchbill: ${message}\n`),
      onFailure: (problem: WatchbillError) => failure.reject(problem),
    });
    try {
      const address = await Promise.race([stores.postgres(), failure.promise]);
      const telemetry = await Promise.race([stores.clickhouse(), failure.promise]);
      // Stores that no server has used yet have no database.
      await prepareClickHouse(telemetry);
      const postgres = openPool({ address, applicationName: 'watchbill backup' });
      const clickhouse = openClickHouse(telemetry);
      try {
        return await use({ postgres, clickhouse });
      } finally {
        await clickhouse.close();
        await postgres.end();
      }
    } finally {
      await stores.stop();
    }
  } finally {
    await lock.release();
  }
}
