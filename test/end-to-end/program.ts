import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort, ServerProcess } from '../crash/server-process.ts';

export const LAUNCHER = join(import.meta.dirname, '../../bin/watchbill.js');
/** Of the right shape, so that a server takes it as `WATCHBILL_INGEST_KEY`. */
export const INGEST_KEY = `wb_ingest_${'e'.repeat(16)}_${'x'.repeat(32)}`;

const cleanUps: (() => Promise<unknown>)[] = [];

/** To be done by `cleanUp`, the last first. */
export function onCleanUp(task: () => Promise<unknown>): void {
  cleanUps.push(task);
}

export async function cleanUp(): Promise<void> {
  for (const task of cleanUps.splice(0).reverse()) await task();
}

/** An empty folder, which goes away with everything that an engine keeps elsewhere for the data folders in it. */
export async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'watchbill-end-to-end-'));
  onCleanUp(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The engines' homes of a data folder, outside of it when their user cannot walk down to it. */
export function removeEnginesOf(dataFolder: string): void {
  onCleanUp(async () => {
    for (const engine of ['postgres', 'telemetry']) {
      const place = (await readFile(join(dataFolder, `${engine}.place`), 'utf8').catch(() => '')).trim();
      const home = place.startsWith('/') ? place : join(dataFolder, place);
      await rm(`/dev/shm/watchbill-${shortHash(home)}`, { recursive: true, force: true });
      if (place.startsWith('/')) await rm(dirname(home), { recursive: true, force: true });
    }
  });
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** A server on free ports, not started yet; it is stopped by `cleanUp` if it still runs then. */
export async function makeServer(options: {
  readonly dataFolder: string;
  readonly plan?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly grpcPort?: number;
}): Promise<ServerProcess> {
  removeEnginesOf(options.dataFolder);
  const server = new ServerProcess({
    port: await freePort(),
    intakePort: await freePort(),
    ...options,
    environment: options.environment ?? {},
  });
  onCleanUp(() => server.stop());
  return server;
}

export interface Finished {
  readonly exit: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs one command of the shipped program to its end. */
export function watchbill(
  words: readonly string[],
  options: { readonly environment?: Readonly<Record<string, string>>; readonly input?: string } = {},
): Promise<Finished> {
  const child = spawn(process.execPath, [LAUNCHER, ...words], { env: { ...process.env, ...options.environment } });
  const text = { output: '', errors: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    text.output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    text.errors += chunk.toString();
  });
  child.stdin.end(options.input ?? '');
  return new Promise((resolve) => child.once('close', (exit) => resolve({ exit, ...text })));
}

/** The same for a command that has to succeed and prints JSON. */
export async function watchbillJson<Answer>(words: readonly string[]): Promise<Answer> {
  const { exit, output, errors } = await watchbill([...words, '--json']);
  if (exit !== 0) throw new Error(`${words.join(' ')} ended with ${exit}: ${errors}`);
  return JSON.parse(output) as Answer;
}

/** Against hanging, not for speed: the machine may have much else to do. */
const WAIT_MS = 100_000;

/** What `find` finds, as soon as it finds something. Throws after the limit, with what was wanted. */
export async function until<Found>(
  wanted: string,
  find: () => Promise<Found | undefined> | Found | undefined,
  limitMs = WAIT_MS,
): Promise<Found> {
  const startedMs = performance.now();
  for (;;) {
    const found = await find();
    if (found !== undefined) return found;
    if (performance.now() - startedMs > limitMs) throw new Error(`waited ${limitMs} ms for ${wanted}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** What intake answers of a list of events. */
interface SentAnswer {
  readonly accepted: number;
  readonly rejected?: readonly { readonly index: number; readonly code: string }[];
}

/** Sends events to a server's intake; resolves with its answer's status and body. */
export async function sendEvents(
  server: ServerProcess,
  events: readonly Readonly<Record<string, unknown>>[],
  key = INGEST_KEY,
): Promise<{ readonly status: number; readonly body: SentAnswer }> {
  const response = await fetch(`${server.intakeUrl}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(events),
  });
  return { status: response.status, body: (await response.json()) as SentAnswer };
}

/** `GET` of the API with the data folder's token. */
export async function getApi<Answer>(server: ServerProcess, dataFolder: string, path: string): Promise<Answer> {
  const token = (await readFile(join(dataFolder, 'admin-token'), 'utf8')).trim();
  const response = await fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Answer;
}
