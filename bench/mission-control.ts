import { createServer, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { chromium, type Page } from 'playwright-core';
import type { LiveChange, LiveReading, LiveStatus } from '../src/contract/live.ts';
import type { OverviewAnswer, PlanSummaryAnswer } from '../src/contract/overview.ts';
import type { SeriesAnswer } from '../src/contract/signals.ts';
import { readWebFiles } from '../src/http/web/web-files.ts';
import { serveWebPages } from '../src/http/web/web-pages.ts';
import { createSystemRandom } from '../src/system-random.ts';

/**
 * How busy mission control keeps a browser's main thread with 200 signals and 50 services at 20 updates a second, as a share of one core:
 * the time on the processor that Chromium itself counts. The server is ours for the pages and made up for the figures.
 */
const SIGNALS = 200;
const SERVICES = 50;
const UPDATES_PER_SECOND = 20;
const SECONDS = Number(process.argv[2] ?? 10);
const PLAN = 'bench';

const now = (): string => new Date().toISOString();
const names = Array.from({ length: SIGNALS }, (_, index) => `signal_${index}`);
/** Every fourth is by route. */
const groupsOf = (index: number): readonly (readonly string[])[] =>
  index % 4 === 0 ? ['/', '/orders', '/basket'].map((route) => [route]) : [[]];

function reading(index: number, group: readonly string[]): LiveReading {
  const value = Math.random() * 0.02;
  const state = index % 3 !== 0 ? 'no objective' : value < 0.018 ? 'on target' : 'off target';
  return { signal: `signal_${index}`, group: [...group], state, value, sampleSize: 1_000, since: now() };
}

const livePlan = {
  version: 1,
  running: true,
  intakeConnected: true,
  notifications: {},
  notices: [],
  silences: [],
  unjudged: [],
};
const band = { operator: '<', value: 0.018, shown: '< 1.8%' } as const;
const overview: OverviewAnswer = {
  plan: PLAN,
  title: 'Two hundred signals',
  timezone: 'Europe/Berlin',
  version: 1,
  at: now(),
  launch: { state: 'given', at: new Date(Date.now() - 3_600_000).toISOString() },
  phases: [{ name: 'launch-day', from: new Date(Date.now() - 3_600_000).toISOString() }],
  phase: 'launch-day',
  services: Array.from({ length: SERVICES }, (_, index) => ({ name: `service-${index}`, needs: [] })),
  objectives: names.filter((_, index) => index % 3 === 0).map((signal) => ({ signal, bands: { target: band } })),
  signals: names.map((name, index) => ({
    name,
    text: 'share(requests where status >= 500) over 5m, at least 20',
    baseUnit: 'fraction',
    unit: '%',
    by: index % 4 === 0 ? ['route'] : [],
    atLeast: 20,
    stream: false,
    hasObjective: index % 3 === 0,
    rules: [`rule-${index}`],
  })),
  rules: names.map((signal, index) => ({
    name: `rule-${index}`,
    text: `${signal} > 5% for 5m`,
    severity: 'urgent',
    service: `service-${index % SERVICES}`,
    enabled: true,
    by: [],
    signals: [signal],
  })),
  people: [],
  roles: [],
  channels: [],
  severities: [{ name: 'urgent', means: [] }],
};
const summary: PlanSummaryAnswer = {
  plan: PLAN,
  title: overview.title,
  version: 1,
  running: true,
  figures: {},
  alerts: [],
};

function series(): SeriesAnswer {
  const steps = 90;
  const stepMs = 40_000;
  const from = Date.now() - steps * stepMs;
  const line = (): number[] => Array.from({ length: steps }, () => Math.random() * 0.02);
  return {
    from: new Date(from).toISOString(),
    to: now(),
    stepMs,
    at: now(),
    phases: [],
    series: names.map((signal, index) => ({
      signal,
      baseUnit: 'fraction',
      unit: '%',
      by: [],
      groups: groupsOf(index).map((group) => ({
        group: [...group],
        last: line(),
        min: line(),
        max: line(),
        sampleSize: line(),
        gaps: [],
      })),
      groupsLeftOut: 0,
      bands: [],
      alerts: [],
    })),
  };
}

/** `share` of the signals change with each update. */
function startServer(share: number) {
  const streams = new Set<ServerResponse>();
  const send = (stream: ServerResponse, event: string, data: LiveStatus | LiveChange): void => {
    stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  const answers: Readonly<Record<string, () => unknown>> = {
    '/api/plans': () => [summary],
    '/api/session': () => ({
      kind: 'session',
      name: 'Bench',
      serverLevel: 'owner',
      planLevels: {},
      reauthenticationNeeded: false,
    }),
    [`/api/plans/${PLAN}/overview`]: () => overview,
    [`/api/plans/${PLAN}/signals/series`]: series,
    [`/api/plans/${PLAN}/facts`]: () => [],
  };
  const web = new Hono();
  const files = readWebFiles(join(import.meta.dirname, '../web/dist'));
  web.get('*', async (context, next) => {
    const found = await files;
    if (found === undefined) throw new Error('the pages are not built: npm run build:web');
    return serveWebPages(found, createSystemRandom())(context as never, next);
  });
  const pages = getRequestListener(web.fetch);
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const answer = answers[path];
    if (path === `/api/plans/${PLAN}/live`) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      streams.add(response);
      request.on('close', () => streams.delete(response));
      const readings = names.flatMap((_, index) => groupsOf(index).map((group) => reading(index, group)));
      send(response, 'status', {
        at: now(),
        watermark: now(),
        lagMs: 0,
        plan: livePlan,
        readings,
        alerts: [],
        lastFact: 0,
      });
    } else if (answer !== undefined) {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer()));
    } else {
      void pages(request, response);
    }
  });
  let turn = 0;
  const timer = setInterval(() => {
    turn += 1;
    const changed = names.flatMap((_, index) =>
      (index + turn) % Math.round(1 / share) === 0 ? groupsOf(index).map((group) => reading(index, group)) : [],
    );
    for (const stream of streams) send(stream, 'change', { at: now(), watermark: now(), lagMs: 0, readings: changed });
  }, 1_000 / UPDATES_PER_SECOND);
  return new Promise<{ readonly url: string; stop(): void }>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      resolve({
        url: `http://127.0.0.1:${port}`,
        stop() {
          clearInterval(timer);
          server.closeAllConnections();
          server.close();
        },
      });
    });
  });
}

/** Shares of one core that the page's main thread computed, not those that it waited for one. */
async function busy(page: Page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const read = async (): Promise<Readonly<Record<string, number>>> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  };
  const before = await read();
  const startedAt = performance.now();
  await setTimeout(SECONDS * 1_000);
  const after = await read();
  const elapsed = (performance.now() - startedAt) / 1_000;
  const share = (...parts: readonly string[]): string => {
    const used = parts.reduce((sum, name) => sum + (after[name] ?? 0) - (before[name] ?? 0), 0);
    return `${((used / elapsed) * 100).toFixed(1)} %`;
  };
  return {
    all: share('TaskDuration'),
    script: share('ScriptDuration'),
    layout: share('LayoutDuration', 'RecalcStyleDuration'),
  };
}

const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
});
for (const share of [0.1, 0.5, 1]) {
  const server = await startServer(share);
  const page = await browser.newPage({ viewport: { width: 1_440, height: 900 } });
  await page.goto(`${server.url}/plans/${PLAN}`);
  await page
    .locator('[data-signal]')
    .nth(SIGNALS - 1)
    .waitFor({ state: 'attached' });
  await setTimeout(2_000);
  const { all, script, layout } = await busy(page);
  process.stdout.write(
    `${SIGNALS} signals, ${SERVICES} services, ${UPDATES_PER_SECOND} updates/s of ${share * SIGNALS} signals each: main thread ${all} of a core (script ${script}, style and layout ${layout})\n`,
  );
  await page.close();
  server.stop();
}
await browser.close();
