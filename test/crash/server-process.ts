import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';

/** The parts that can be killed: the whole group, or one process of it. */
export const victims = ['group', 'supervisor', 'core', 'intake', 'store', 'postgres'] as const;
export type Victim = (typeof victims)[number];
/** What a process of the server does. The prober runs only while a plan has probes. */
export type Part = Victim | 'prober' | 'other';

export interface ServerProcessOptions {
  /** Applied at start. */
  readonly plan?: string;
  /** What to run instead of `up`; it takes the same options. */
  readonly command?: readonly string[];
  readonly dataFolder: string;
  readonly port: number;
  readonly intakePort: number;
  /** Of OTLP over gRPC; none without it. */
  readonly grpcPort?: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** The shipped program in a process group of its own, started again whenever a kill has ended it. */
export class ServerProcess {
  readonly #options: ServerProcessOptions;
  #child: ChildProcess | undefined;
  #ended: Promise<number | null> = Promise.resolve(null);
  readonly #output: string[] = [];

  constructor(options: ServerProcessOptions) {
    this.#options = options;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#options.port}`;
  }

  get intakeUrl(): string {
    return `http://127.0.0.1:${this.#options.intakePort}`;
  }

  /** Everything that it printed, over all its starts. */
  get printed(): string {
    return this.#output.join('');
  }

  /** The last lines that it printed, for the report of a failure. */
  get output(): string {
    return this.#output.slice(-60).join('');
  }

  start(): void {
    const { plan, command, dataFolder, port, intakePort, grpcPort = 'off', environment } = this.#options;
    const child = spawn(
      process.execPath,
      [
        join(import.meta.dirname, '../../bin/watchbill.js'),
        ...(command ?? ['up', ...(plan === undefined ? [] : [plan])]),
        '--data',
        dataFolder,
        '--port',
        String(port),
        '--intake-port',
        String(intakePort),
        // Many servers run beside each other here, and OpenTelemetry's port is one.
        ...(command === undefined || command[0] === 'up' ? ['--grpc-port', String(grpcPort)] : []),
      ],
      { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment } },
    );
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => this.#output.push(chunk.toString()));
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      child.once('exit', (code) => {
        this.#child = undefined;
        resolve(code);
      });
    });
  }

  /** Kills with SIGKILL. When that ends the program itself, it is started again at once, as an init system would. */
  async kill(victim: Victim | 'prober'): Promise<boolean> {
    const group = this.#child?.pid;
    if (group === undefined) return false;
    if (victim === 'group') {
      await this.killForGood();
      this.start();
      return true;
    }
    const pid =
      victim === 'postgres'
        ? await this.#postmaster()
        : (await processesOf(group)).find((candidate) => candidate.part === victim)?.pid;
    if (pid === undefined) return false;
    if (!killIfThere(pid)) return false;
    if (victim === 'supervisor') {
      // The launcher passes the end on, when there is one; on a Node that replaces itself the two are one process.
      await this.#ended;
      this.start();
    }
    return true;
  }

  /** Kills all of it with SIGKILL, and leaves it so until `start`. */
  async killForGood(): Promise<void> {
    const group = this.#child?.pid;
    if (group === undefined) return;
    // PostgreSQL has a group of its own.
    const postmaster = await this.#postmaster();
    process.kill(-group, 'SIGKILL');
    if (postmaster !== undefined) killIfThere(postmaster);
    await this.#ended;
  }

  /** It may have been adopted, and then it is in the group of a supervisor that is dead: its data folder tells. */
  async #postmaster(): Promise<number | undefined> {
    const place = await readFile(join(this.#options.dataFolder, 'postgres.place'), 'utf8').catch(() => undefined);
    if (place === undefined) return undefined;
    for (const name of await readdir('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      const command = (await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')).split('\0');
      const folder = command[command.indexOf('-D') + 1];
      const home = resolve(this.#options.dataFolder, place.trim());
      if (command[0]?.endsWith('/postgres') && folder?.startsWith(`${home}/`)) return Number(name);
    }
    return undefined;
  }

  /** Every process of the group with the part that it plays. */
  async processes(): Promise<readonly { readonly pid: number; readonly part: Part }[]> {
    const group = this.#child?.pid;
    return group === undefined ? [] : processesOf(group, await this.#postmaster());
  }

  /** Milliseconds until `GET /readyz` says yes. Throws after the limit, which is against hanging, with what the program printed. */
  async untilReady(limitMs = 120_000): Promise<number> {
    const startedMs = performance.now();
    for (;;) {
      const answer = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(1_000) }).then(
        async (response) => ({ ready: response.ok, text: await response.text() }),
        (problem: unknown) => ({ ready: false, text: String(problem) }),
      );
      const waitedMs = performance.now() - startedMs;
      if (answer.ready && (await this.#isRecorded())) return waitedMs;
      if (waitedMs > limitMs)
        throw new Error(`not ready after ${limitMs} ms (${answer.text}); it printed:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  /** The address of its stores is written down a moment after it is ready. */
  async #isRecorded(): Promise<boolean> {
    const record = await readFile(join(this.#options.dataFolder, 'server.json'), 'utf8').catch(() => '');
    return record.endsWith('}');
  }

  /** The exit code of the program, once it has ended by itself. */
  get ended(): Promise<number | null> {
    return this.#ended;
  }

  /** Ends it as an init system would. Resolves with its exit code; null when it had to be killed, or did not run. */
  async stop(): Promise<number | null> {
    const group = this.#child?.pid;
    if (group === undefined) return null;
    process.kill(-group, 'SIGTERM');
    const forced = setTimeout(() => process.kill(-group, 'SIGKILL'), 20_000);
    const code = await this.#ended;
    clearTimeout(forced);
    return code;
  }
}

function killIfThere(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

/** The processes of a group by what they do, from /proc; PostgreSQL has groups of its own and is found by the postmaster. */
async function processesOf(
  group: number,
  postmaster?: number,
): Promise<readonly { readonly pid: number; readonly part: Part }[]> {
  const found: { pid: number; part: Part }[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    // The command's name stands in parentheses and may hold anything; what follows the last one is fixed.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ofPostgres = postmaster !== undefined && [Number(name), Number(fields[1])].includes(postmaster);
    if (Number(fields[2]) !== group && !ofPostgres) continue;
    const command = (await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')).split('\0');
    found.push({ pid: Number(name), part: partOf(command) });
  }
  return found;
}

function partOf(command: readonly string[]): Part {
  const role = command[command.indexOf('role') + 1];
  if (command.includes('role') && (role === 'core' || role === 'intake' || role === 'prober')) return role;
  if (command.some((word) => word.includes('store-child'))) return 'store';
  if (command[0]?.endsWith('/postgres') && command.includes('-D')) return 'postgres';
  if (command.some((word) => word.endsWith('main.ts'))) return 'supervisor';
  return 'other';
}

/** Below those that systems give to outgoing connections, one of which could take a port before it is used. */
const PORTS = { first: 10_000, last: 32_000 } as const;
const given = new Set<number>();

/** A port that nobody listens on now; each is given once. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(PORTS.first, PORTS.last);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
