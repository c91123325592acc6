import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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

interface Asked {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly agent: string | undefined;
  readonly body: unknown;
}

/** Answers as the server would, by method and path, and writes down what was asked; for tests of commands. */
export function answeringServer() {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on('end', () => {
      const agent = request.headers['user-agent'];
      asked.push({ method: request.method, url: request.url, agent, body: text === '' ? undefined : JSON.parse(text) });
      const [status, answer] = answering.answers[`${request.method} ${request.url}`] ?? [404, {}];
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  const answering = {
    asked,
    answers: {} as Readonly<Record<string, readonly [number, unknown]>>,
    start: () => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)),
    stop: () => new Promise((resolve) => server.close(resolve)),
    forget: () => {
      asked.length = 0;
    },
    /** Runs a command against it, about the plan `tea shop`. */
    run: (...words: readonly string[]): Promise<Ran> => answering.runIn('/', ...words),
    runIn: (folder: string, ...words: readonly string[]): Promise<Ran> => {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const options = { defaults: { token: 'wb_admin_x' } };
      return run(folder, [...words, '--server', url, '--plan', 'tea shop'], options);
    },
  };
  return answering;
}
