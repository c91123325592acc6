// PostgreSQL's packages hold each library once; its other names are links that npm cannot carry and an install script would make.
import { lstatSync, mkdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Makes the links that are not there yet. Returns false when the package is missing; throws where nothing may be written. */
export function linkLibraries(folder) {
  let links;
  try {
    links = readFileSync(join(folder, 'native', 'pg-symlinks.json'), 'utf8');
  } catch {
    return false;
  }
  for (const { source, target } of JSON.parse(links)) {
    link(relative(dirname(join(folder, target)), join(folder, source)), join(folder, target));
  }
  return true;
}

/** A symbolic link to `to` at `path`, in place of whatever was there. */
export function link(to, path) {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() && readlinkSync(path) === to) return;
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  symlinkSync(to, path);
}
