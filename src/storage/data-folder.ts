import { link, mkdir, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WatchbillError } from '#kernel/error-codes.ts';
import { identifyProcess, isStillRunning } from './embedded/process-identity.ts';
import { isRoot } from './embedded/system-user.ts';

/** The one process that works on a data folder holds this. */
export interface DataFolderLock {
  /** Gives the folder free. A process that dies without it leaves a lock that the next start sees through. */
  release(): Promise<void>;
}

interface LockRecord {
  readonly pid: number;
  readonly startToken: string;
}

/**
 * Makes a data folder where there is none. Nobody else can list it or read a file in it; as root, others may pass through to folders of
 * their own, since PostgreSQL and the store child run as users of their own and keep their data inside.
 */
export async function makeDataFolder(dataFolder: string): Promise<void> {
  await mkdir(dataFolder, { recursive: true, mode: isRoot() ? 0o711 : 0o700 });
}

const LOCK_FILE = 'watchbill.lock';
const TRIES = 5;

/**
 * Takes the lock of a data folder. Throws `data-folder-in-use` while the process that holds it lives; the start time in the file tells it
 * from a later process with the same number.
 */
export async function lockDataFolder(dataFolder: string): Promise<DataFolderLock> {
  await makeDataFolder(dataFolder);
  const path = join(dataFolder, LOCK_FILE);
  const own = await identifyProcess(process.pid);
  if (own === undefined)
    throw new WatchbillError('store-failed', 'This process cannot find itself in the process table');
  const text = JSON.stringify({ pid: own.pid, startToken: own.startToken } satisfies LockRecord);
  const mine = `${path}.${own.pid}`;
  await writeFile(mine, text, { mode: 0o600 });
  try {
    for (let tries = 0; tries < TRIES; tries += 1) {
      // A link appears whole and only if the name is free, which neither a write nor a rename promises.
      if (await tryLink(mine, path)) return { release: () => release(path, text) };
      const held = await readFile(path, 'utf8').catch(() => undefined);
      if (held === undefined) continue;
      const holder = parse(held);
      if (holder !== undefined && (await isStillRunning(holder))) {
        throw new WatchbillError('data-folder-in-use', `Process ${holder.pid} works on ${dataFolder}`, path);
      }
      await breakStale(path, held);
    }
    throw new WatchbillError('data-folder-in-use', `Others keep taking the lock of ${dataFolder}`, path);
  } finally {
    await rm(mine, { force: true });
  }
}

async function tryLink(from: string, to: string): Promise<boolean> {
  return link(from, to).then(
    () => true,
    (problem: NodeJS.ErrnoException) => {
      if (problem.code === 'EEXIST') return false;
      throw problem;
    },
  );
}

/**
 * Removes a lock whose holder is dead. Two starts may see the same stale lock: who links the breaker's name first removes it, and looks at
 * the content again under that protection, so that it never removes the lock that the other has just taken.
 */
async function breakStale(path: string, stale: string): Promise<void> {
  const breaker = `${path}.breaking`;
  const own = await identifyProcess(process.pid);
  const claim = `${breaker}.${process.pid}`;
  await writeFile(claim, JSON.stringify({ pid: process.pid, startToken: own?.startToken ?? '' }), { mode: 0o600 });
  try {
    if (!(await tryLink(claim, breaker))) {
      const other = parse(await readFile(breaker, 'utf8').catch(() => ''));
      // A breaker that was killed in the middle would stand for ever.
      if (other === undefined || !(await isStillRunning(other))) await rm(breaker, { force: true });
      return;
    }
    if ((await readFile(path, 'utf8').catch(() => undefined)) === stale) await unlink(path);
    await rm(breaker, { force: true });
  } finally {
    await rm(claim, { force: true });
  }
}

async function release(path: string, text: string): Promise<void> {
  if ((await readFile(path, 'utf8').catch(() => undefined)) === text) await rm(path, { force: true });
}

function parse(text: string): LockRecord | undefined {
  try {
    const { pid, startToken } = JSON.parse(text) as Partial<LockRecord>;
    return typeof pid === 'number' && typeof startToken === 'string' ? { pid, startToken } : undefined;
  } catch {
    return undefined;
  }
}
