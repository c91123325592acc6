import { execFile } from 'node:child_process';
import { lstat, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { WatchbillError } from '#kernel/error-codes.ts';
import { engineHome, giveTo, shortHash } from './engine-home.ts';
import { findPostgresBinaries, type PostgresBinaries, shareBinaries } from './postgres-binaries.ts';
import { isRoot, type SystemUser, systemUser } from './system-user.ts';

/** Where one PostgreSQL lives and as whom it runs. */
export interface PostgresPlace {
  readonly binaries: PostgresBinaries;
  /** Its own data folder, `PGDATA`. */
  readonly data: string;
  readonly socketFolder: string;
  /** Undefined when it runs as the user that we are. */
  readonly user: SystemUser | undefined;
  /** The effective user of its processes. */
  readonly uid: number;
}

/** The name of the superuser and of the database. Only who can reach the socket can connect at all. */
export const POSTGRES_NAME = 'watchbill';

/** `sun_path` holds 108 bytes with the closing NUL. */
const SOCKET_PATH_BYTES = 107;
const SOCKET_NAME = '/.s.PGSQL.5432';

/**
 * Decides where PostgreSQL's files live, makes the folders, and initialises the database once. As root the files belong to a user
 * of their own; when that user cannot walk down to the data folder they live under `systemFolder`, and the data folder says where.
 */
export async function preparePostgres(dataFolder: string, systemFolder: string): Promise<PostgresPlace> {
  const found = await findPostgresBinaries();
  const user = isRoot() ? await systemUser('watchbill-postgres') : undefined;
  const binaries = user === undefined ? found : await shareBinaries(found, systemFolder);
  const home = await engineHome('postgres', dataFolder, systemFolder, user);
  const place: PostgresPlace = {
    binaries,
    data: join(home, 'data'),
    socketFolder: await makeSocketFolder(home, user),
    user,
    uid: user?.uid ?? process.getuid?.() ?? 0,
  };
  await initialise(place);
  return place;
}

/** The socket's folder beside the data, or a short one named by a hash where that path would be too long for a socket. */
async function makeSocketFolder(home: string, user: SystemUser | undefined): Promise<string> {
  const beside = join(home, 'socket');
  const fits = Buffer.byteLength(beside + SOCKET_NAME) <= SOCKET_PATH_BYTES;
  const folder = fits ? beside : join('/tmp', `watchbill-${shortHash(home)}`);
  await mkdir(folder, { mode: 0o700 }).catch((problem: NodeJS.ErrnoException) => {
    if (problem.code !== 'EEXIST') throw problem;
  });
  // In /tmp somebody else may have made it before us, to have us talk to a server of theirs.
  const found = await lstat(folder);
  const owners = [process.getuid?.(), user?.uid];
  if (!found.isDirectory() || !owners.includes(found.uid)) {
    throw new WatchbillError(
      'store-failed',
      'The folder for the socket of PostgreSQL belongs to somebody else',
      folder,
    );
  }
  await giveTo(folder, user);
  return folder;
}

const run = promisify(execFile);

/** `initdb` into a folder beside, renamed when it is whole: a crash in the middle leaves nothing that looks like a database. */
async function initialise(place: PostgresPlace): Promise<void> {
  const { binaries, data, user } = place;
  const major = binaries.version.split('.')[0];
  const present = await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (present !== undefined) {
    if (present.trim() === major) return;
    throw new WatchbillError(
      'store-failed',
      `The database is of PostgreSQL ${present.trim()}, this release brings ${major}; restore a backup into a new data folder`,
      data,
    );
  }
  const fresh = `${data}.new`;
  await rm(fresh, { recursive: true, force: true });
  const identity = user === undefined ? {} : { uid: user.uid, gid: user.gid };
  await run(
    join(binaries.folder, 'bin', 'initdb'),
    ['--locale=C', '--encoding=UTF8', '--auth=trust', '-U', POSTGRES_NAME, '-D', fresh],
    { ...identity, cwd: dirname(data), env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' } },
  ).catch((problem: Error & { readonly stderr?: string }) => {
    throw new WatchbillError('store-failed', `initdb failed: ${problem.stderr?.trim() || problem.message}`, data);
  });
  await rename(fresh, data);
}
