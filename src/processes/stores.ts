import type { ClickHouseAddress } from '#cli/client.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import type { Clock, Random } from '#kernel/ports.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#storage/embedded/embedded-postgres.ts';
import { STORE_CHILD_USER, type StoreChild, startStoreChild } from '#storage/embedded/store-child-process.ts';
import type { PostgresAddress } from '#storage/postgres/pool.ts';
import type { Environment } from '../environment.ts';
import { choosePort } from './port.ts';

export interface StoresOptions {
  readonly dataFolder: string;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: (message: string) => void;
  /** A store of ours runs now, with undefined not any more; `outside` is none of ours. */
  readonly onRunning?: (name: 'PostgreSQL' | 'telemetry store', pid: number | 'outside' | undefined) => void;
  /** A store has never started, and why: trying for ever would only hide it. */
  readonly onFailure: (problem: WatchbillError) => void;
}

const RETRY_FIRST_MS = 100;
const RETRY_LONGEST_MS = 5_000;
/** A store that does not start the first time may only wait for its predecessor to end: tried for about eleven seconds. */
const FIRST_TRIES = 8;

/** The two stores: outside ones as they are named, embedded ones started, and started again whenever they end. */
export interface Stores {
  postgres(): Promise<PostgresAddress>;
  clickhouse(): Promise<ClickHouseAddress>;
  /** Where ClickHouse is or will be: for those who have other work while it does not answer. */
  readonly clickhouseAddress: ClickHouseAddress;
  stop(): Promise<void>;
}

export async function startStores(options: StoresOptions): Promise<Stores> {
  const { environment, clock, dataFolder, log } = options;
  const postgres = Promise.withResolvers<PostgresAddress>();
  const clickhouse = Promise.withResolvers<ClickHouseAddress>();
  const kept: { stop(): Promise<void> }[] = [];

  if (environment.databaseUrl !== undefined) {
    options.onRunning?.('PostgreSQL', 'outside');
    postgres.resolve({ url: environment.databaseUrl });
  } else {
    kept.push(
      keepRunning<EmbeddedPostgres>(
        options,
        'PostgreSQL',
        () => startEmbeddedPostgres({ dataFolder, clock }),
        (running) => {
          reportRunning(options, 'PostgreSQL', running);
          if (running.adopted) log('took over the PostgreSQL that was still running');
          postgres.resolve(running.address);
        },
      ),
    );
  }
  let clickhouseAddress: ClickHouseAddress;
  if (environment.clickhouseUrl !== undefined) {
    clickhouseAddress = splitCredentials(environment.clickhouseUrl);
    clickhouse.resolve(clickhouseAddress);
    options.onRunning?.('telemetry store', 'outside');
  } else {
    // The same port and password for as long as we run, so that a restart of the child is only a pause for its clients.
    const port = await choosePort('127.0.0.1', 0, clock, options.random);
    const password = Buffer.from(options.random.bytes(24)).toString('base64url');
    clickhouseAddress = { url: `http://127.0.0.1:${port}`, username: STORE_CHILD_USER, password };
    kept.push(
      keepRunning<StoreChild>(
        options,
        'the telemetry store',
        () => startStoreChild({ dataFolder, clock, port, password }),
        (running) => {
          reportRunning(options, 'telemetry store', running);
          clickhouse.resolve({ url: running.url, username: running.username, password: running.password });
        },
      ),
    );
  }
  return {
    postgres: () => postgres.promise,
    clickhouse: () => clickhouse.promise,
    clickhouseAddress,
    stop: async () => {
      await Promise.all(kept.map((store) => store.stop()));
    },
  };
}

function reportRunning(
  options: StoresOptions,
  name: 'PostgreSQL' | 'telemetry store',
  running: RunningStore & { readonly pid: number },
): void {
  options.onRunning?.(name, running.pid);
  running.onExit(() => options.onRunning?.(name, undefined));
}

interface RunningStore {
  onExit(listener: () => void): void;
  stop(): Promise<void>;
}

function keepRunning<Store extends RunningStore>(
  options: StoresOptions,
  name: string,
  start: () => Promise<Store>,
  onRunning: (store: Store) => void,
): { stop(): Promise<void> } {
  const { clock, log } = options;
  let running: Promise<Store>;
  let stopping = false;
  let hasRun = false;
  let cancelRetry = (): void => {};

  function attempt(failures: number): void {
    running = start();
    running.then(
      (store) => {
        hasRun = true;
        onRunning(store);
        store.onExit(() => {
          if (stopping) return;
          log(`${name} ended; starting it again`);
          attempt(0);
        });
      },
      (problem: unknown) => {
        if (stopping) return;
        if (!hasRun && failures + 1 >= FIRST_TRIES) return options.onFailure(asFailure(problem));
        const delayMs = Math.min(RETRY_LONGEST_MS, RETRY_FIRST_MS * 2 ** failures);
        cancelRetry = clock.after(delayMs, () => attempt(failures + 1));
      },
    );
  }

  attempt(0);
  return {
    async stop() {
      stopping = true;
      cancelRetry();
      // A store that did not start has nothing to stop.
      const store = await running.catch(() => undefined);
      await store?.stop();
    },
  };
}

function asFailure(problem: unknown): WatchbillError {
  if (problem instanceof WatchbillError) return problem;
  return new WatchbillError('store-failed', problem instanceof Error ? problem.message : String(problem));
}

function splitCredentials(url: string): ClickHouseAddress {
  const parsed = new URL(url);
  const username = decodeURIComponent(parsed.username) || 'default';
  const password = decodeURIComponent(parsed.password);
  parsed.username = '';
  parsed.password = '';
  return { url: parsed.toString(), username, password };
}
