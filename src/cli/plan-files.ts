import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { WatchbillError } from '#kernel/error-codes.ts';
import { limits } from '#kernel/limits.ts';
import { isScenarioPath } from '#plan/scenario-file.ts';

export interface PlanFile {
  /** Relative to the working folder where it lies inside: it is what diagnostics show. */
  readonly path: string;
  readonly text: string;
}

/** The folder within a plan's own whose scenarios belong to it as well. */
const SCENARIO_FOLDER = 'scenarios';

/**
 * Reads a plan: one file, or the `.yaml` and `.yml` files of a folder in the order of their names, then its scenarios: those beside
 * them and those in `scenarios/`.
 */
export function readPlanFiles(workingFolder: string, path: string): readonly PlanFile[] {
  const whole = isAbsolute(path) ? path : join(workingFolder, path);
  const kind = statSync(whole, { throwIfNoEntry: false });
  if (kind === undefined) throw new WatchbillError('file-unreadable', `There is nothing at ${path}.`, path);
  if (!kind.isDirectory()) return [readTextFile(workingFolder, whole)];
  const found = readdirSync(whole).filter((name) => /\.ya?ml$/.test(name));
  const plan = found.filter((name) => !isScenarioPath(name)).sort();
  const names = [...plan, ...found.filter(isScenarioPath).sort(), ...scenariosBelow(whole)];
  if (plan.length === 0) throw new WatchbillError('file-unreadable', `The folder ${path} has no .yaml file.`, path);
  if (names.length > limits.planFiles) {
    throw new WatchbillError(
      'file-unreadable',
      `A plan has at most ${limits.planFiles} files; ${path} has ${names.length}.`,
      path,
    );
  }
  return names.map((name) => readTextFile(workingFolder, join(whole, name)));
}

/** The same for a server, which keeps the names: outside of the working folder they begin at the plan, and say nothing about this machine. */
export function readPlanToApply(workingFolder: string, path: string): readonly PlanFile[] {
  const whole = isAbsolute(path) ? path : join(workingFolder, path);
  const files = readPlanFiles(workingFolder, path);
  const folder = statSync(whole).isDirectory() ? whole : dirname(whole);
  return files.map((file) => (isAbsolute(file.path) ? { ...file, path: relative(folder, file.path) } : file));
}

function scenariosBelow(folder: string): readonly string[] {
  const below = join(folder, SCENARIO_FOLDER);
  if (statSync(below, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  const names = readdirSync(below).filter(isScenarioPath).sort();
  return names.map((name) => `${SCENARIO_FOLDER}/${name}`);
}

/** One file of UTF-8 text within the limit of a plan's files. */
export function readTextFile(workingFolder: string, path: string): PlanFile {
  const whole = isAbsolute(path) ? path : join(workingFolder, path);
  const inside = relative(workingFolder, whole);
  const shown = inside.startsWith('..') ? whole : inside;
  let bytes: Buffer;
  try {
    bytes = readFileSync(whole);
  } catch {
    throw new WatchbillError('file-unreadable', `${shown} cannot be read.`, shown);
  }
  if (bytes.length > limits.planBytes) {
    throw new WatchbillError(
      'file-unreadable',
      `A file has at most ${limits.planBytes} bytes; ${shown} has ${bytes.length}.`,
      shown,
    );
  }
  try {
    return { path: shown, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    throw new WatchbillError('file-unreadable', `${shown} is not UTF-8 text.`, shown);
  }
}
