import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../crash/server-process.ts';
import { onCleanUp } from './program.ts';

const BINARY = '/usr/bin/prometheus';
const TOOL = '/usr/bin/promtool';

/** A real Prometheus on a free port with a folder of its own. */
export interface Prometheus {
  /** Values by metric and labels, as its own query API answers them now. */
  query(query: string): Promise<readonly { readonly metric: Record<string, string>; readonly value: number }[]>;
  readonly printed: () => string;
}

export function prometheusIsInstalled(): boolean {
  return existsSync(BINARY) && existsSync(TOOL);
}

/** Starts Prometheus on a configuration; `cleanUp` ends it. Resolves when it answers. */
export async function startPrometheus(folder: string, configuration: string): Promise<Prometheus> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'prometheus.yml');
  await writeFile(file, configuration);
  const port = await freePort();
  const child = spawn(
    BINARY,
    [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let printed = '';
  child.stderr.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  onCleanUp(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  const url = `http://127.0.0.1:${port}`;
  while (
    !(await fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (child.exitCode !== null) throw new Error(`prometheus ended with ${child.exitCode}: ${printed}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    printed: () => printed,
    async query(query) {
      const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`);
      const answer = (await response.json()) as {
        readonly data?: { readonly result: readonly { metric: Record<string, string>; value: [number, string] }[] };
      };
      return (answer.data?.result ?? []).map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
    },
  };
}

/** What `promtool check metrics` finds wrong with an exposition; empty when nothing. */
export async function lintMetrics(text: string): Promise<string> {
  const child = spawn(TOOL, ['check', 'metrics']);
  let found = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      found += chunk.toString();
    });
  }
  child.stdin.end(text);
  await new Promise((resolve) => child.once('close', resolve));
  return found;
}

/** What one asker was told, in order. */
export interface Told {
  readonly orders: readonly number[];
  readonly levels: readonly number[];
  /** With each answer, all orders since the first one, counted without looking at the counter. */
  readonly placed: readonly number[];
}

/** A program with a counter that starts again from nothing in the middle, and a gauge; it remembers what it told whom. */
export interface Target {
  readonly url: string;
  told(asker: 'prometheus' | 'watchbill'): Told;
}

/** The counter of each asker restarts with its `restartAt`th answer. Who shows the token is Watchbill. */
export async function startTarget(token: string, restartAt: number): Promise<Target> {
  const askers = {
    prometheus: { orders: [] as number[], levels: [] as number[], placed: [] as number[], counter: 0 },
    watchbill: { orders: [] as number[], levels: [] as number[], placed: [] as number[], counter: 0 },
  };
  const server = createServer((request, response) => {
    const { authorization } = request.headers;
    if (authorization !== undefined && authorization !== `Bearer ${token}`) {
      response.writeHead(403).end();
      return;
    }
    const asker = askers[authorization === undefined ? 'prometheus' : 'watchbill'];
    const answers = asker.orders.length + 1;
    if (answers === restartAt) asker.counter = 0;
    const placed = (answers * 7) % 13;
    asker.counter += placed;
    const before = asker.placed.at(-1);
    asker.placed.push(before === undefined ? 0 : before + placed);
    const level = Math.sin(answers) * 100;
    asker.orders.push(asker.counter);
    asker.levels.push(level);
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(`# HELP shop_orders_total Orders that were placed.
# TYPE shop_orders_total counter
shop_orders_total{route="/orders \\"new\\"",job="shop"} ${asker.counter}
# TYPE shop_level gauge
shop_level ${level}
# TYPE noise_total counter
noise_total ${answers}
`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onCleanUp(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`,
    told: (asker) => structuredClone({ ...askers[asker] }),
  };
}
