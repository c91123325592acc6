import { type ChildProcess, fork } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdir, open, rename, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WatchbillError } from '#kernel/error-codes.ts';
import type { DurationMs } from '#kernel/instant.ts';
import type { Clock } from '#kernel/ports.ts';
import { engineHome, giveTo, shortHash } from './engine-home.ts';
import { within } from './pause.ts';
import type { FromParent, FromStoreChild } from './store-child/messages.ts';
import { isRoot, type SystemUser, systemUser } from './system-user.ts';

export interface StoreChildOptions {
  readonly dataFolder: string;
  readonly clock: Clock;
  /** Made by the caller from the Random port; the child learns it over IPC. */
  readonly password: string;
  /** Any free one when absent. Give the same after a restart, so that clients need not learn another. */
  readonly port?: number;
  /** The Node that runs it; ours when absent. */
  readonly nodePath?: string;
  /** The child's program; that of this release when absent. */
  readonly entry?: string;
  /** Where the data live when we are root and the data folder is closed to others; `/var/lib/watchbill`. */
  readonly systemFolder?: string;
  readonly readyWithinMs?: DurationMs;
}

/** A running store child: ClickHouse's HTTP interface on loopback. */
export interface StoreChild {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly pid: number;
  readonly logFile: string;
  /** Calls back once when it ends, for whatever reason; at once if it has. Start it again then. */
  onExit(listener: () => void): void;
  /** Closes the engine and resolves when the process is gone. */
  stop(): Promise<void>;
}

/** The one user of the embedded engine. */
export const STORE_CHILD_USER = 'watchbill';
/** Long queries leave one processor to inserts, and to the pager beside us; one more session is for short ones. */
const READERS = Math.min(4, Math.max(1, availableParallelism() - 1) + 1);
const STOP_WITHIN_MS: DurationMs = 10_000;
const LOG_BYTES = 8_388_608;

/**
 * Starts the process that holds the ClickHouse engine. It gets an empty environment, as root a user of its own, and ends when we do.
 * Throws `store-failed` when it does not get ready; an engine that still runs on these data (for a moment after our crash) is such a case,
 * so try again.
 */
export async function startStoreChild(options: StoreChildOptions): Promise<StoreChild> {
  const user = isRoot() ? await systemUser('watchbill-store') : undefined;
  const home = await engineHome('telemetry', options.dataFolder, options.systemFolder ?? '/var/lib/watchbill', user);
  const folder = join(home, 'data');
  await mkdir(folder, { recursive: true });
  await giveTo(folder, user);
  const rowsFolder = await makeRowsFolder(home, user);
  const logFile = join(options.dataFolder, 'telemetry.log');
  const child = await launch(options, logFile);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const tell = (message: FromParent): void => {
    // A child that has just died is seen by its exit; the failed send adds nothing.
    child.send(message, () => {});
  };
  const answer = firstAnswer(child, ended);
  tell({
    type: 'start',
    folder,
    rowsFolder,
    username: STORE_CHILD_USER,
    password: options.password,
    port: options.port ?? 0,
    readers: READERS,
    ...(user === undefined ? {} : { user: { uid: user.uid, gid: user.gid } }),
  });
  await within(options.clock, options.readyWithinMs ?? 30_000, answer.promise);
  const port = answer.port();
  if (port === undefined || child.pid === undefined) {
    child.kill('SIGKILL');
    throw new WatchbillError('store-failed', `The telemetry store does not start: ${answer.problem()}`, logFile);
  }
  return {
    url: `http://127.0.0.1:${port}`,
    username: STORE_CHILD_USER,
    password: options.password,
    pid: child.pid,
    logFile,
    onExit: (listener) => void ended.then(listener),
    stop: async () => {
      if (child.connected) tell({ type: 'stop' });
      if ((await within(options.clock, STOP_WITHIN_MS, ended)) === 'late') child.kill('SIGKILL');
      await ended;
    },
  };
}

function firstAnswer(child: ChildProcess, ended: Promise<void>) {
  let port: number | undefined;
  let problem = 'it gives no answer';
  const promise = new Promise<void>((resolve) => {
    child.once('message', (message: FromStoreChild) => {
      if (message.type === 'ready') port = message.port;
      else problem = message.message;
      resolve();
    });
    void ended.then(() => {
      problem = port === undefined && problem === 'it gives no answer' ? 'it ended' : problem;
      resolve();
    });
  });
  return { promise, port: () => port, problem: () => problem };
}

async function launch(options: StoreChildOptions, logFile: string): Promise<ChildProcess> {
  const size = await stat(logFile).then(
    (found) => found.size,
    () => 0,
  );
  if (size > LOG_BYTES) await rename(logFile, `${logFile}.1`);
  const log = await open(logFile, 'a', 0o600);
  try {
    return fork(options.entry ?? fileURLToPath(new URL('store-child/entry.ts', import.meta.url)), [], {
      ...(options.nodePath === undefined ? {} : { execPath: options.nodePath }),
      execArgv: ['--max-old-space-size=512', '--disable-proto=delete'],
      // Not where the command was given: the engine's own user may not be let in there, and the engine looks where it is.
      cwd: '/',
      // Queries run on Node's thread pool: with the default of four they would hold up every file and name lookup.
      env: { UV_THREADPOOL_SIZE: '32', TZ: 'UTC', LC_ALL: 'C.UTF-8' },
      stdio: ['ignore', log.fd, log.fd, 'ipc'],
    });
  } finally {
    await log.close();
  }
}

/** In memory where there is such a place: rows are on their way to the engine's own files, and a crash sends them again. */
async function makeRowsFolder(home: string, user: SystemUser | undefined): Promise<string> {
  const memory = '/dev/shm';
  const usable = await access(memory, constants.W_OK).then(
    () => true,
    () => false,
  );
  const folder = usable ? join(memory, `watchbill-${shortHash(home)}`) : join(home, 'rows');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await giveTo(folder, user);
  return folder;
}
