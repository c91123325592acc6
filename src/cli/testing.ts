import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from './program.ts';
import type { Runtime, ServerOptions } from './runtime.ts';

/** What a command did to its surroundings. */
export interface Ran {
  readonly exit: number;
  readonly output: string;
  readonly errors: string;
  readonly servers: readonly ServerOptions[];
}

/** A runtime without a world: time stands, no server ever starts, and what is written is kept. */
export function emptyRuntime(workingFolder: string, overrides: Partial<Runtime> = {}) {
  const kept = { output: '', errors: '', servers: [] as ServerOptions[] };
  const runtime: Runtime = {
    clock: { now: () => 0, monotonicMs: () => 0, schedule: () => () => {}, after: () => () => {} },
    random: { bytes: (length) => new Uint8Array(length), fraction: () => 0 },
    workingFolder,
    defaults: {},
    version: '1.2.3',
    secret: () => undefined,
    egressAllow: [],
    childEnvironment: {},
    createIngestKey: () => 'wb_ingest_key',
    width: 120,
    write: (text) => {
      kept.output += text;
    },
    writeError: (text) => {
      kept.errors += text;
    },
    stopSignal: new AbortController().signal,
    startServer: async (options) => {
      kept.servers.push(options);
      return 0;
    },
    withStores: () => Promise.reject(new Error('There are no stores here.')),
    ...overrides,
  };
  return { runtime, kept };
}

/** Runs a command line in a folder without a server. */
export async function run(folder: string, words: readonly string[], overrides: Partial<Runtime> = {}): Promise<Ran> {
  const { runtime, kept } = emptyRuntime(folder, overrides);
  return { exit: await runCommandLine(words, runtime), ...kept };
}

const folders: string[] = [];

/** A folder with these files, until `removeFolders`. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'watchbill-cli-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}
