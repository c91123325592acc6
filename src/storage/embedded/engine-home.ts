import { createHash } from 'node:crypto';
import { access, chmod, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { WatchbillError } from '#kernel/error-codes.ts';
import { isTraversable, type SystemUser } from './system-user.ts';

/** Beside an engine's data: which data folder they belong to. */
const OWNER_FILE = 'data-folder';

/**
 * The folder in which an engine keeps its data, mode 0700 and owned by its user. It is within the data folder, unless that user
 * cannot walk down to there; then it is under `systemFolder`. The data folder's `<engine>.place` says where, because what
 * decides it (modes, users) may change later.
 */
export async function engineHome(
  engine: 'postgres' | 'telemetry',
  dataFolder: string,
  systemFolder: string,
  user: SystemUser | undefined,
): Promise<string> {
  await mkdir(dataFolder, { recursive: true });
  const absolute = resolve(dataFolder);
  const record = join(absolute, `${engine}.place`);
  const recorded = await readFile(record, 'utf8').catch(() => undefined);
  if (recorded !== undefined) return useHome(engine, absolute, resolve(absolute, recorded.trim()), user);
  const inside = user === undefined || (await isTraversable(absolute));
  const home = inside ? join(absolute, engine) : join(systemFolder, 'data', shortHash(absolute), engine);
  // Data outside without a record inside are those of a data folder that was deleted: a new one at its place begins with nothing.
  if (await exists(join(home, OWNER_FILE))) {
    await rm(`${home}.deleted`, { recursive: true, force: true });
    await rename(home, `${home}.deleted`);
  }
  await mkdir(home, { recursive: true });
  if (!inside) {
    for (const folder of [systemFolder, dirname(dirname(home)), dirname(home)]) await chmod(folder, 0o755);
  }
  await giveTo(home, user);
  await replaceFile(join(home, OWNER_FILE), absolute);
  await replaceFile(record, inside ? engine : home);
  return home;
}

/** A copied data folder must not end up on the database of the one it was copied from; a moved one keeps its own. */
async function useHome(
  engine: string,
  dataFolder: string,
  home: string,
  user: SystemUser | undefined,
): Promise<string> {
  const owner = (await readFile(join(home, OWNER_FILE), 'utf8').catch(() => undefined))?.trim();
  if (owner === undefined) {
    throw new WatchbillError(
      'store-failed',
      `The ${engine} data of this data folder are gone: ${home} is missing`,
      dataFolder,
    );
  }
  if (owner !== dataFolder) {
    const inside = home.startsWith(`${dataFolder}/`);
    if (!inside && (await exists(join(owner, `${engine}.place`)))) {
      throw new WatchbillError('store-failed', `The ${engine} data in ${home} belong to ${owner}`, dataFolder);
    }
    await replaceFile(join(home, OWNER_FILE), dataFolder);
  }
  if (user !== undefined && !(await isTraversable(dirname(home)))) {
    throw new WatchbillError(
      'store-failed',
      `User ${user.name} cannot reach ${home}; open the folders above it with chmod o+x`,
    );
  }
  return home;
}

/** Makes a folder its user's and nobody else's. */
export async function giveTo(folder: string, user: SystemUser | undefined): Promise<void> {
  if (user !== undefined) await chown(folder, user.uid, user.gid);
  await chmod(folder, 0o700);
}

/** Sixteen characters that stand for a long path. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

async function replaceFile(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, `${text}\n`);
  await rename(`${path}.new`, path);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
