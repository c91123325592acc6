import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ServerProcess } from '../crash/server-process.ts';
import { cleanUp, emptyFolder, INGEST_KEY, makeServer, sendEvents } from '../end-to-end/program.ts';
import { chromiumPath, launchChromium } from './chromium.ts';
import { makeOwner, openSignedIn, type Session } from './signed-in.ts';

const PLAN = `plan: orders
title: Orders
timezone: UTC
launch: 2026-01-01 00:00
sources: { orders: events "order" }
signals: { orders_taken: count(orders) over 1h }
objectives: { orders_taken: target > 0 }
`;

describe.skipIf(chromiumPath === undefined)('a page whose server is killed', () => {
  let browser: Browser;
  let server: ServerProcess;
  let session: Session;

  beforeAll(async () => {
    const folder = await emptyFolder();
    const plan = join(folder, 'plan.yaml');
    await writeFile(plan, PLAN);
    server = await makeServer({
      dataFolder: join(folder, 'data'),
      plan,
      environment: { WATCHBILL_INGEST_KEY: INGEST_KEY },
    });
    server.start();
    await server.untilReady();
    browser = await launchChromium();
    session = await makeOwner(browser, server);
  });

  afterAll(async () => {
    await browser?.close();
    await cleanUp();
  });

  test('says that it reconnects, keeps its figures, and is live again without a reload', async () => {
    const { page, complaints } = await openSignedIn(browser, session, {
      // The server is away on purpose.
      expected: [/Failed to load resource: net::ERR_/, /ERR_INCOMPLETE_CHUNKED_ENCODING/, /status of 503/],
    });
    await page.goto(`${server.url}/plans/orders`);
    const tile = page.locator('[data-signal="orders_taken"]');
    const value = tile.locator('[data-value]');
    const mark = page.locator('[data-connection]').first();
    await sendEvents(server, [{ name: 'order' }, { name: 'order' }]);
    await value.getByText('2', { exact: true }).waitFor();
    await page.evaluate(() => Object.assign(globalThis, { neverReloaded: true }));

    await server.killForGood();
    await page.locator('[data-connection="away"]').first().waitFor();
    expect(await mark.textContent()).toContain('reconnecting');
    await page.getByRole('alert').getByText('What you see is of').waitFor();
    // What was known stands there still, and is not taken for new.
    expect(await value.textContent()).toBe('2');

    server.start();
    await server.untilReady();
    await page.locator('[data-connection="live"]').first().waitFor();
    await sendEvents(server, [{ name: 'order' }]);
    await value.getByText('3', { exact: true }).waitFor();
    await mark.getByText('live', { exact: true }).waitFor();
    await page.getByRole('alert').waitFor({ state: 'detached' });
    expect(await page.evaluate(() => 'neverReloaded' in globalThis)).toBe(true);
    expect(complaints).toEqual([]);
  });
});
