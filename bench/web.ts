import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CDPSession, Page } from 'playwright-core';
import { desktop, launchChromium } from '../test/browser/chromium.ts';
import { largePlan, stepOfEveryPart } from '../test/browser/large-plan.ts';
import { startQuickStream } from '../test/browser/quick-stream.ts';
import { makeOwner, openSignedIn, type Session } from '../test/browser/signed-in.ts';
import { freePort, ServerProcess } from '../test/crash/server-process.ts';

/**
 * Mission control of a large plan in a real browser: what the first view weighs, how soon it can be used, and how much of the main
 * thread live figures take.
 */
const SIGNALS = 200;
const SERVICES = 50;
const CHANGES_PER_SECOND = 20;
const MEASURED_SECONDS = 20;
const LOADS = 5;

const folder = await mkdtemp(join(tmpdir(), 'watchbill-web-'));
const plan = join(folder, 'plan.yaml');
await writeFile(plan, largePlan(SIGNALS, SERVICES));
const key = `wb_ingest_${'w'.repeat(16)}_${'b'.repeat(32)}`;
const server = new ServerProcess({
  plan,
  dataFolder: join(folder, 'data'),
  port: await freePort(),
  intakePort: await freePort(),
  environment: { WATCHBILL_INGEST_KEY: key },
});
server.start();
const browser = await launchChromium();
let session: Session;
try {
  await server.untilReady(60_000);
  session = await makeOwner(browser, server);
  const stopSending = sendSteps();
  await measureFirstView();
  await measureLive('as the server tells, every signal changing each time', server.url, () => undefined);
  stopSending();
  const quick = await startQuickStream(server.url, {
    changesPerSecond: CHANGES_PER_SECOND,
    readingsPerChange: SIGNALS / CHANGES_PER_SECOND,
  });
  await measureLive(`${CHANGES_PER_SECOND} changes a second, each signal once a second`, quick.url, () => quick.sent);
  await quick.close();
  const flood = await startQuickStream(server.url, {
    changesPerSecond: CHANGES_PER_SECOND,
    readingsPerChange: SIGNALS,
  });
  await measureLive(`${CHANGES_PER_SECOND} changes a second, every signal in each`, flood.url, () => flood.sent);
  await flood.close();
} finally {
  await browser.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}

/** Events of every part four times a second, so that no figure stands still. */
function sendSteps(): () => void {
  const body = JSON.stringify(stepOfEveryPart(SIGNALS));
  const ticker = setInterval(() => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    void fetch(`${server.intakeUrl}/v1/events`, { method: 'POST', headers, body }).catch(() => {});
  }, 250);
  return () => clearInterval(ticker);
}

async function newPage(): Promise<Page> {
  const { page } = await openSignedIn(browser, session, { viewport: desktop });
  return page;
}

/** Every load in a context of its own: nothing is in a cache. */
async function measureFirstView(): Promise<void> {
  const figuresMs: number[] = [];
  const quietMs: number[] = [];
  let bytes = { all: 0, script: 0, style: 0, other: 0 };
  for (let load = 0; load < LOADS; load += 1) {
    const page = await newPage();
    const devTools = await page.context().newCDPSession(page);
    await devTools.send('Network.enable');
    await devTools.send('Network.setCacheDisabled', { cacheDisabled: true });
    bytes = { all: 0, script: 0, style: 0, other: 0 };
    const types = new Map<string, string>();
    devTools.on('Network.responseReceived', ({ requestId, type }) => types.set(requestId, type));
    devTools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      const type = types.get(requestId);
      bytes.all += encodedDataLength;
      bytes[type === 'Script' ? 'script' : type === 'Stylesheet' ? 'style' : 'other'] += encodedDataLength;
    });
    await page.addInitScript(() => {
      const long: { longTasks: number[] } = { longTasks: [] };
      Object.assign(globalThis, long);
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) long.longTasks.push(entry.startTime + entry.duration);
      }).observe({ type: 'longtask', buffered: true });
    });
    await page.goto(`${server.url}/plans/large`);
    await page.locator('[data-signal][data-state="on target"]').first().waitFor();
    const shown = await page.evaluate(() => performance.now());
    await page.waitForTimeout(1_500);
    const lastLong = await page.evaluate(() =>
      Math.max(0, ...(globalThis as unknown as { longTasks: number[] }).longTasks.filter((end) => end < 5_000)),
    );
    figuresMs.push(shown);
    // Usable is what shows its figures and has no long task left.
    quietMs.push(Math.max(shown, lastLong));
    await page.context().close();
  }
  const kilobytes = (count: number): string => `${(count / 1_000).toFixed(0)} KB`;
  console.log(
    `first view over the wire: ${kilobytes(bytes.all)} (scripts ${kilobytes(bytes.script)}, styles ${kilobytes(bytes.style)}, the rest ${kilobytes(bytes.other)}; goal: <= 300 KB)`,
  );
  console.log(
    `from the request of the page to live figures: median ${median(figuresMs)} ms; to the end of the last long task: median ${median(quietMs)} ms (goal: <= 1,000 ms)`,
  );
}

async function measureLive(name: string, address: string, sent: () => number | undefined): Promise<void> {
  const page = await newPage();
  await page.goto(`${address}/plans/large`);
  await page
    .locator('[data-signal][data-state="on target"]')
    .nth(SIGNALS - 1)
    .waitFor({ state: 'attached' });
  const tiles = await page.locator('[data-signal]').count();
  await page.waitForTimeout(3_000);
  const devTools = await page.context().newCDPSession(page);
  // In time of the thread's processor: what else runs on the machine does not count.
  await devTools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const before = await metrics(devTools);
  const sentBefore = sent();
  await page.waitForTimeout(MEASURED_SECONDS * 1_000);
  const after = await metrics(devTools);
  const wall = (after.atMs - before.atMs) / 1_000;
  const share = (key: 'task' | 'script' | 'layout' | 'style'): string =>
    `${(((after[key] - before[key]) / wall) * 100).toFixed(1)}%`;
  const total = sent();
  const rate =
    total === undefined || sentBefore === undefined
      ? ''
      : `, ${((total - sentBefore) / wall).toFixed(1)} a second came`;
  console.log(
    `${tiles} signals, ${SERVICES} services, ${name}: main thread busy ${share('task')} (script ${share('script')}, style ${share('style')}, layout ${share('layout')}${rate}; goal: < 20%)`,
  );
  await page.context().close();
}

async function metrics(devTools: CDPSession) {
  const { metrics: list } = await devTools.send('Performance.getMetrics');
  const value = (name: string): number => list.find((metric) => metric.name === name)?.value ?? Number.NaN;
  return {
    atMs: performance.now(),
    task: value('TaskDuration'),
    script: value('ScriptDuration'),
    layout: value('LayoutDuration'),
    style: value('RecalcStyleDuration'),
  };
}

function median(values: readonly number[]): string {
  const sorted = values.toSorted((left, right) => left - right);
  return Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0).toLocaleString('en');
}
