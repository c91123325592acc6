import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ServerProcess } from '../crash/server-process.ts';
import { cleanUp } from '../end-to-end/program.ts';
import { chromiumPath, desktop, launchChromium, openWatched, phone } from './chromium.ts';
import { everyPage, untilShown } from './every-page.ts';
import { makeOwner, openSignedIn, type Session } from './signed-in.ts';
import { burn, startWatched } from './watched-plan.ts';

/** The sum of all layout shifts of a load; from 0.1 on people notice. */
const SHIFT_MAX = 0.05;
/** A page that has not moved for so long has found its shape. */
const STILL_MS = 700;
const viewports = { phone, desktop } as const;

/** What moved: by how much, and from where to where. */
interface Shift {
  readonly value: number;
  readonly atMs: number;
  readonly moved: readonly string[];
}

/** Runs in the page, before anything of it. */
function recordShifts(): void {
  type Box = { readonly x: number; readonly y: number };
  type Source = { readonly node: Node | null; readonly previousRect: Box; readonly currentRect: Box };
  type Entry = PerformanceEntry & {
    readonly value: number;
    readonly hadRecentInput: boolean;
    readonly sources: readonly Source[];
  };
  const shifts: Shift[] = [];
  Object.assign(globalThis, { shifts });
  const place = ({ x, y }: Box): string => `${Math.round(x)},${Math.round(y)}`;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as Entry[]) {
      if (entry.hadRecentInput) continue;
      const moved = entry.sources.map(({ node, previousRect, currentRect }) => {
        const words = node?.textContent?.trim().slice(0, 30) ?? '';
        return `${node?.nodeName.toLowerCase()} "${words}" from ${place(previousRect)} to ${place(currentRect)}`;
      });
      shifts.push({ value: entry.value, atMs: entry.startTime, moved });
    }
  }).observe({ type: 'layout-shift', buffered: true });
}

async function shiftsOf(page: Page): Promise<readonly Shift[]> {
  const began = await page.evaluate(() => performance.now());
  await page.waitForFunction(
    ([from, stillMs]) => {
      const { shifts } = globalThis as unknown as { readonly shifts: readonly Shift[] };
      return performance.now() - Math.max(from ?? 0, shifts.at(-1)?.atMs ?? 0) > (stillMs ?? 0);
    },
    [began, STILL_MS],
  );
  return page.evaluate(() => (globalThis as unknown as { readonly shifts: readonly Shift[] }).shifts);
}

describe.skipIf(chromiumPath === undefined)('nothing jumps while a page loads', () => {
  let browser: Browser;
  let server: ServerProcess;
  let owner: Session;

  beforeAll(async () => {
    browser = await launchChromium();
    const watched = await startWatched();
    server = watched.server;
    owner = await makeOwner(browser, server);
    await burn(server, watched.dataFolder);
  });

  afterAll(async () => {
    await browser?.close();
    await cleanUp();
  });

  test.each(everyPage('watched', 'failures', 'A-1'))('$path', async ({ path, before }) => {
    for (const [device, viewport] of Object.entries(viewports)) {
      const options = { viewport, isMobile: device === 'phone', hasTouch: device === 'phone' };
      const { page, context } = await (before === true
        ? openWatched(browser, options)
        : openSignedIn(browser, owner, options));
      await page.addInitScript(recordShifts);
      await page.goto(`${server.url}${path}`);
      await untilShown(page);
      const shifts = await shiftsOf(page);
      const total = shifts.reduce((sum, { value }) => sum + value, 0);
      expect(total, `${device}: ${JSON.stringify(shifts, undefined, 1)}`).toBeLessThanOrEqual(SHIFT_MAX);
      await context.close();
    }
  });
});
