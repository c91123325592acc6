import { spawn } from 'node:child_process';
import { open, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { WatchbillError } from '#kernel/error-codes.ts';
import type { DurationMs } from '#kernel/instant.ts';
import type { Clock } from '#kernel/ports.ts';
import type { PostgresAddress } from '../postgres/pool.ts';
import { pause, within } from './pause.ts';
import { POSTGRES_NAME, type PostgresPlace, preparePostgres } from './postgres-place.ts';
import { disownPidFile, findPostmaster, forgetPostmaster, recordPostmaster } from './postmaster-file.ts';
import { identifyProcess, isStillRunning, type ProcessIdentity } from './process-identity.ts';

export interface EmbeddedPostgresOptions {
  readonly dataFolder: string;
  readonly clock: Clock;
  /** Where binaries and, if need be, data live when we are root; `/var/lib/watchbill`. */
  readonly systemFolder?: string;
  /** How long it may take until it answers, crash recovery included. */
  readonly readyWithinMs?: DurationMs;
}

/** A running PostgreSQL of ours. */
export interface EmbeddedPostgres {
  readonly address: PostgresAddress;
  readonly pid: number;
  /** True when it had survived our own crash and was taken over. */
  readonly adopted: boolean;
  readonly logFile: string;
  /** Calls back once when it ends, for whatever reason; at once if it has. Start it again then. */
  onExit(listener: () => void): void;
  /** Fast shutdown: open transactions are rolled back, a checkpoint is written. Resolves when the process is gone. */
  stop(): Promise<void>;
}

const LOG_BYTES = 8_388_608;
const POLL_MS: DurationMs = 20;
const ADOPTED_POLL_MS: DurationMs = 250;
const ORPHANS_WITHIN_MS: DurationMs = 15_000;
const ORPHANS_POLL_MS: DurationMs = 100;
const STOP_WITHIN_MS: DurationMs = 20_000;

/** Small in memory and in processes, and as careful with the disk as a large one. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  port: '5432',
  max_connections: '40',
  shared_buffers: '32MB',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '256MB',
  min_wal_size: '48MB',
  jit: 'off',
  io_method: 'sync',
  max_worker_processes: '0',
  max_parallel_workers: '0',
  max_parallel_workers_per_gather: '0',
  max_logical_replication_workers: '0',
  autovacuum_worker_slots: '2',
  autovacuum_max_workers: '1',
  huge_pages: 'off',
  log_timezone: 'UTC',
  timezone: 'UTC',
  log_line_prefix: '%m [%p] %a ',
};

/**
 * Starts PostgreSQL on a data folder, or adopts the one that still runs there from before a crash of ours. Resolves when it
 * answers. Throws `store-failed` when it does not start; no process that is not ours is ever signalled.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const place = await preparePostgres(options.dataFolder, options.systemFolder ?? '/var/lib/watchbill');
  const logFile = join(options.dataFolder, 'postgres.log');
  const survivor = await findPostmaster(place);
  const running =
    survivor === undefined ? await launchPatiently(options, place, logFile) : adopt(options.clock, survivor);
  if (survivor !== undefined) await untilReady(options, place, running, logFile);
  return {
    address: { socketFolder: place.socketFolder, user: POSTGRES_NAME, database: POSTGRES_NAME },
    pid: running.identity.pid,
    adopted: survivor !== undefined,
    logFile,
    onExit: (listener) => void running.ended.then(listener),
    stop: () => stop(options.clock, place, running),
  };
}

interface Running {
  readonly identity: ProcessIdentity;
  readonly ended: Promise<void>;
  /** Sends a signal to this very process, and to no later one with its number. */
  signal(signal: NodeJS.Signals): void;
  /** Whether it has ended already. */
  hasEnded(): boolean;
}

/** Backends of a killed server live on for a moment and hold its memory; PostgreSQL refuses to start until they are gone. */
async function launchPatiently(
  options: EmbeddedPostgresOptions,
  place: PostgresPlace,
  logFile: string,
): Promise<Running> {
  const deadline = options.clock.monotonicMs() + ORPHANS_WITHIN_MS;
  for (;;) {
    const running = await launch(place, logFile);
    try {
      await untilReady(options, place, running, logFile);
      return running;
    } catch (problem) {
      running.signal('SIGKILL');
      await running.ended;
      const orphans = problem instanceof Error && problem.message.includes('pre-existing shared memory block');
      if (!orphans || options.clock.monotonicMs() > deadline) throw problem;
      await pause(options.clock, ORPHANS_POLL_MS);
    }
  }
}

/** Spawned in our own process group: a kill of the group takes it along. */
async function launch(place: PostgresPlace, logFile: string): Promise<Running> {
  await disownPidFile(place);
  const log = await openLog(logFile);
  const settings = { ...SETTINGS, unix_socket_directories: place.socketFolder };
  const child = spawn(
    join(place.binaries.folder, 'bin', 'postgres'),
    ['-D', place.data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    {
      cwd: place.data,
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', log.fd, log.fd],
      // A group of its own: Ctrl-C in a terminal reaches everybody in ours, and the core needs its database to end in good order.
      detached: true,
      ...(place.user === undefined ? {} : { uid: place.user.uid, gid: place.user.gid }),
    },
  );
  let over = false;
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      over = true;
      resolve();
    };
    child.once('exit', end);
    child.once('error', end);
  });
  await log.close();
  const identity = child.pid === undefined ? undefined : await identifyProcess(child.pid);
  if (identity === undefined) throw await startFailure(logFile);
  await recordPostmaster(place, identity);
  return { identity, ended, signal: (signal) => void child.kill(signal), hasEnded: () => over };
}

/** Not our child any more, so nobody tells us of its end: it is looked at a few times a second. */
function adopt(clock: Clock, identity: ProcessIdentity): Running {
  let over = false;
  const watch = async (): Promise<void> => {
    while (await isStillRunning(identity)) await pause(clock, ADOPTED_POLL_MS);
    over = true;
  };
  const signal = async (name: NodeJS.Signals): Promise<void> => {
    if (await isStillRunning(identity)) process.kill(identity.pid, name);
  };
  return { identity, ended: watch(), signal: (name) => void signal(name).catch(() => {}), hasEnded: () => over };
}

async function untilReady(
  options: EmbeddedPostgresOptions,
  place: PostgresPlace,
  running: Running,
  logFile: string,
): Promise<void> {
  const deadline = options.clock.monotonicMs() + (options.readyWithinMs ?? 60_000);
  for (;;) {
    const problem = await ensureDatabase(place);
    if (problem === undefined) return;
    if (running.hasEnded()) throw await startFailure(logFile);
    if (options.clock.monotonicMs() > deadline) {
      throw new WatchbillError('store-failed', `PostgreSQL does not answer: ${problem.message}`, logFile);
    }
    await pause(options.clock, POLL_MS);
  }
}

/** Connects as everyone will, and makes the database the first time. Returns why it is not possible yet. */
async function ensureDatabase(place: PostgresPlace): Promise<Error | undefined> {
  const client = new pg.Client({
    host: place.socketFolder,
    user: POSTGRES_NAME,
    database: 'postgres',
    password: '',
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const found = await client.query('select from pg_database where datname = $1', [POSTGRES_NAME]);
    if (found.rowCount === 0) await client.query(`create database ${POSTGRES_NAME}`);
    return undefined;
  } catch (problem) {
    return problem instanceof Error ? problem : new Error(String(problem));
  } finally {
    await client.end().catch(() => {});
  }
}

async function stop(clock: Clock, place: PostgresPlace, running: Running): Promise<void> {
  running.signal('SIGINT');
  if ((await within(clock, STOP_WITHIN_MS, running.ended)) === 'late') {
    // Immediate shutdown: nothing is lost, the next start recovers from the log.
    running.signal('SIGQUIT');
    await running.ended;
  }
  await forgetPostmaster(place);
}

async function openLog(logFile: string) {
  const size = await stat(logFile).then(
    (found) => found.size,
    () => 0,
  );
  if (size > LOG_BYTES) await rename(logFile, `${logFile}.1`);
  return open(logFile, 'a', 0o600);
}

/** The last words of the log say why; people should not have to look for it. */
async function startFailure(logFile: string): Promise<WatchbillError> {
  const log = await open(logFile, 'r');
  try {
    const { size } = await log.stat();
    const length = Math.min(size, 2_000);
    const { buffer } = await log.read(Buffer.alloc(length), 0, length, size - length);
    const last = buffer.toString('utf8').trim().split('\n').slice(-3).join(' | ');
    return new WatchbillError('store-failed', `PostgreSQL does not start: ${last}`, logFile);
  } finally {
    await log.close();
  }
}
