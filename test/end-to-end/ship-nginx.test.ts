import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { freePort, ServerProcess } from '../crash/server-process.ts';
import { nginxIsInstalled, startNginx } from './nginx.ts';
import { getApi, until } from './program.ts';

const REQUESTS = 12_000;
/** Against hanging, not for speed. */
const WAIT_MS = 90_000;
const INGEST_KEY = `wb_ingest_${'n'.repeat(16)}_${'x'.repeat(32)}`;
const PLAN = `plan: behind-nginx
timezone: UTC
launch: 2026-01-01 00:00
people:
  mia: { email: mia@shop.example }
signals:
  requests_seen: count(requests) over 1h
  error_rate: share(requests where status >= 500) over 1h, at least 20
  p95_response: p95(requests.duration) over 1h
  by_method: count(requests by method) over 1h
severities:
  urgent: { notify: [mia by app] }
rules:
  errors: { when: error_rate > 90%, severity: urgent }
`;

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

test.skipIf(!nginxIsInstalled())(
  'the figures of a shipped nginx log equal those of an independent counter, rotation included',
  { timeout: 400_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'watchbill-nginx-'));
    cleanUps.push(() => rm(folder, { recursive: true, force: true }));

    let served = 0;
    const upstream = createServer((incoming, response) => {
      served += 1;
      // Deterministic: 3 of 100 fail, delays from 1 to 40 ms with a long tail.
      const status = incoming.url === '/up' ? 204 : served % 100 < 3 ? 503 : served % 50 === 0 ? 404 : 200;
      setTimeout(() => response.writeHead(status).end(), served % 20 === 0 ? 40 : served % 7);
    });
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    cleanUps.push(async () => {
      upstream.closeAllConnections();
      await new Promise((resolve) => upstream.close(resolve));
    });
    const nginx = await startNginx(
      join(folder, 'nginx'),
      await freePort(),
      (upstream.address() as AddressInfo).port,
      'json',
    );
    cleanUps.push(() => nginx.stop());

    await writeFile(join(folder, 'plan.yaml'), PLAN);
    const server = new ServerProcess({
      plan: join(folder, 'plan.yaml'),
      dataFolder: join(folder, 'data'),
      port: await freePort(),
      intakePort: await freePort(),
      environment: { WATCHBILL_INGEST_KEY: INGEST_KEY },
    });
    server.start();
    cleanUps.push(() => server.stop());
    await server.untilReady();

    const placeFile = join(folder, 'place.json');
    const ship = spawn(
      process.execPath,
      [
        join(import.meta.dirname, '../../bin/watchbill.js'),
        'ship',
        nginx.logFile,
        '--intake',
        server.intakeUrl,
        '--key',
        INGEST_KEY,
        '--data',
        join(folder, 'data'),
        '--place',
        placeFile,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let said = '';
    for (const stream of [ship.stdout, ship.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
    }
    cleanUps.push(async () => {
      const ended = new Promise((resolve) => ship.once('exit', resolve));
      if (!ship.kill('SIGTERM')) return;
      await ended;
    });
    // What was rotated away before the first run is not read, so it has to follow by then.
    await until('ship to follow the log', () => existsSync(placeFile) || undefined, WAIT_MS);

    const half = REQUESTS / 2;
    await sendRequests(nginx.url, half);
    const rotated = join(folder, 'nginx', 'access.log.1');
    await nginx.rotate(rotated);
    await sendRequests(nginx.url, half);

    const expected = countIndependently(await untilLogged([rotated, nginx.logFile], () => served));
    expect(expected.requests).toBeGreaterThanOrEqual(REQUESTS);

    const figures = await untilCounted(server, join(folder, 'data'), expected.requests, () => said);
    expect(figures.get('requests_seen []')).toBe(expected.requests);
    expect(figures.get('error_rate []')).toBeCloseTo(expected.failed / expected.requests, 12);
    expect(figures.get('by_method ["GET"]')).toBe(expected.gets);
    expect(figures.get('by_method ["POST"]')).toBe(expected.posts);
    // The histogram promises one per cent of the exact percentile.
    expect(Math.abs((figures.get('p95_response []') ?? 0) / expected.p95 - 1)).toBeLessThanOrEqual(0.01);
  },
);

async function sendRequests(url: string, count: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 48 });
  let sent = 0;
  const worker = async (): Promise<void> => {
    while (sent < count) {
      sent += 1;
      const method = sent % 4 === 0 ? 'POST' : 'GET';
      await new Promise<void>((resolve, reject) => {
        const outgoing = request(`${url}/orders/${sent % 10}`, { method, agent }, (response) =>
          response.resume().once('end', resolve),
        );
        outgoing.once('error', reject).end();
      });
    }
  };
  await Promise.all(Array.from({ length: 48 }, worker));
  agent.destroy();
}

/** nginx writes its line after the answer, so the last ones may still be on their way. */
function untilLogged(files: readonly string[], served: () => number): Promise<string> {
  return until(
    'a line of each request in the logs',
    async () => {
      const text = (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('');
      return text.split('\n').filter(Boolean).length >= served() ? text : undefined;
    },
    WAIT_MS,
  );
}

/** The other counter: shares no code with Watchbill. */
function countIndependently(log: string) {
  const lines = log
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { status: number; request_time: number; request_method: string });
  const times = lines.map((line) => line.request_time * 1_000).sort((left, right) => left - right);
  return {
    requests: lines.length,
    failed: lines.filter(({ status }) => status >= 500).length,
    gets: lines.filter(({ request_method }) => request_method === 'GET').length,
    posts: lines.filter(({ request_method }) => request_method === 'POST').length,
    p95: times[Math.ceil(times.length * 0.95) - 1] ?? 0,
  };
}

/** The figures once all requests are in them; what was seen instead, and what ship said, are in the failure. */
async function untilCounted(
  server: ServerProcess,
  dataFolder: string,
  requests: number,
  said: () => string,
): Promise<ReadonlyMap<string, number>> {
  let last: unknown;
  return until(
    'all requests in the figures',
    async () => {
      const status = await getApi<{
        readonly plans: readonly {
          readonly signals: readonly {
            readonly signal: string;
            readonly group: readonly string[];
            readonly value?: number;
          }[];
        }[];
      }>(server, dataFolder, '/api/status');
      last = status;
      const figures = new Map(
        status.plans[0]?.signals.flatMap(({ signal, group, value }) =>
          value === undefined ? [] : [[`${signal} ${JSON.stringify(group)}`, value] as const],
        ),
      );
      return (figures.get('requests_seen []') ?? 0) >= requests ? figures : undefined;
    },
    WAIT_MS,
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}; ship said:\n${said()}\nand the status is ${JSON.stringify(last)}`);
  });
}
