import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { WatchbillError } from '#kernel/error-codes.ts';
import { limits } from '#kernel/limits.ts';

export interface PlanFile {
  /** Relative to the working folder, with `/`: it is what diagnostics show. */
  readonly path: string;
  readonly text: string;
}

/** Reads a plan: one file, or the `.yaml` and `.yml` files of a folder in the order of their names. */
export async function readPlanFiles(workingFolder: string, path: string): Promise<readonly PlanFile[]> {
  const whole = join(path.startsWith('/') ? '' : workingFolder, path);
  const kind = await stat(whole).catch(() => undefined);
  if (kind === undefined) throw new WatchbillError('file-unreadable', `There is no plan at ${path}.`, path);
  if (!kind.isDirectory()) return [await readPlanFile(workingFolder, whole)];
  const names = (await readdir(whole))
    .filter((name) => /\.ya?ml$/.test(name) && !/\.scenario\.ya?ml$/.test(name))
    .sort();
  if (names.length === 0) throw new WatchbillError('file-unreadable', `The folder ${path} has no .yaml file.`, path);
  if (names.length > limits.planFiles) {
    throw new WatchbillError(
      'file-unreadable',
      `A plan has at most ${limits.planFiles} files; ${path} has ${names.length}.`,
      path,
    );
  }
  return Promise.all(names.map((name) => readPlanFile(workingFolder, join(whole, name))));
}

async function readPlanFile(workingFolder: string, whole: string): Promise<PlanFile> {
  const path = relative(workingFolder, whole).startsWith('..') ? whole : relative(workingFolder, whole);
  let bytes: Buffer;
  try {
    bytes = await readFile(whole);
  } catch {
    throw new WatchbillError('file-unreadable', `${path} cannot be read.`, path);
  }
  if (bytes.length > limits.planBytes) {
    throw new WatchbillError(
      'file-unreadable',
      `A plan's file has at most ${limits.planBytes} bytes; ${path} has ${bytes.length}.`,
      path,
    );
  }
  try {
    return { path, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes) };
  } catch {
    throw new WatchbillError('file-unreadable', `${path} is not UTF-8 text.`, path);
  }
}
