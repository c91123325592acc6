import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PostgresPlace } from './postgres-place.ts';
import { identifyProcess, type ProcessIdentity } from './process-identity.ts';

/** What we wrote down of the postmaster that we started, beside its data folder and not in it: the file of PostgreSQL is its own. */
interface PostmasterRecord {
  readonly pid: number;
  readonly startToken: string;
}

const recordPath = (place: PostgresPlace): string => join(place.data, '..', 'postmaster.json');
const pidPath = (place: PostgresPlace): string => join(place.data, 'postmaster.pid');

/** Writes down which process we started, so that a later start can tell it from another with the same number. */
export async function recordPostmaster(place: PostgresPlace, identity: ProcessIdentity): Promise<void> {
  const record: PostmasterRecord = { pid: identity.pid, startToken: identity.startToken };
  await writeFile(`${recordPath(place)}.new`, JSON.stringify(record), { mode: 0o600 });
  await rename(`${recordPath(place)}.new`, recordPath(place));
}

/** Forgets it after a proper stop. */
export async function forgetPostmaster(place: PostgresPlace): Promise<void> {
  await rm(recordPath(place), { force: true });
}

/**
 * The postmaster that still runs on this data folder, if it is ours: named by its pid file, of the right user and data folder, and
 * with the start time that we recorded. Between a start and its record a crash may fall; then its command line has to name the folder.
 */
export async function findPostmaster(place: PostgresPlace): Promise<ProcessIdentity | undefined> {
  const file = await readPidFile(place);
  if (file === undefined || file.data !== place.data) return undefined;
  const identity = await identifyProcess(file.pid);
  if (identity === undefined || identity.uid !== place.uid) return undefined;
  const record = await readRecord(place);
  const recorded = record?.pid === identity.pid && record.startToken === identity.startToken;
  return recorded || namesFolder(identity, place) ? identity : undefined;
}

/**
 * Lets PostgreSQL start although its pid file names a living process that is not a postmaster of this folder. Only the number is replaced,
 * by our own: PostgreSQL never takes its parent for another server, and goes on to check from the rest of the file that no
 * orphan of the old server still uses the shared memory. Deleting the file would skip that check.
 */
export async function disownPidFile(place: PostgresPlace): Promise<void> {
  // The socket's lock file has no such check behind it and would stop the start just as well; its folder is this database's alone.
  await rm(join(place.socketFolder, '.s.PGSQL.5432.lock'), { force: true });
  const text = await readFile(pidPath(place), 'utf8').catch(() => undefined);
  if (text === undefined) return;
  const rest = text.slice(text.indexOf('\n') + 1);
  await writeFile(pidPath(place), `${process.pid}\n${rest}`);
}

async function readPidFile(place: PostgresPlace): Promise<{ readonly pid: number; readonly data: string } | undefined> {
  const text = await readFile(pidPath(place), 'utf8').catch(() => '');
  const [pid, data] = text.split('\n');
  // A standalone backend writes its number negative.
  const number = Math.abs(Number(pid));
  return Number.isSafeInteger(number) && data !== undefined ? { pid: number, data } : undefined;
}

async function readRecord(place: PostgresPlace): Promise<PostmasterRecord | undefined> {
  try {
    return JSON.parse(await readFile(recordPath(place), 'utf8')) as PostmasterRecord;
  } catch {
    return undefined;
  }
}

function namesFolder({ command }: ProcessIdentity, place: PostgresPlace): boolean {
  const at = command.indexOf('-D');
  return (command[0]?.endsWith('/bin/postgres') ?? false) && at > 0 && command[at + 1] === place.data;
}
