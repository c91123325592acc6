import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ServerProcess } from '../crash/server-process.ts';
import { cleanUp, emptyFolder, makeServer } from '../end-to-end/program.ts';
import { startTarget } from '../end-to-end/prometheus.ts';
import { horizontalOverflow, seriousFindings } from './accessibility.ts';
import { chromiumPath, desktop, launchChromium } from './chromium.ts';
import { untilShown } from './every-page.ts';
import { makeOwner, openSignedIn, type Session } from './signed-in.ts';

const TOKEN = 'what the target asks for';

describe.skipIf(chromiumPath === undefined)('targets and metrics on the page of the data', () => {
  let browser: Browser;
  let server: ServerProcess;
  let session: Session;

  beforeAll(async () => {
    browser = await launchChromium();
    const folder = await emptyFolder();
    const target = await startTarget(TOKEN, 1_000);
    const plan = join(folder, 'plan.yaml');
    await writeFile(
      plan,
      `plan: shop
scrapes:
  api: { target: "${target.url}", every: 1s, labels: { team: blue }, token: secret TARGET_TOKEN }
  database: { target: "http://10.255.255.1:9100/a/rather/long/path/under/which/the/metrics/of/the/database/are/told" }
`,
    );
    server = await makeServer({
      dataFolder: join(folder, 'data'),
      plan,
      environment: { TARGET_TOKEN: TOKEN, WATCHBILL_EGRESS_ALLOW: '127.0.0.1' },
    });
    server.start();
    await server.untilReady();
    session = await makeOwner(browser, server);
  });

  afterAll(async () => {
    await browser?.close();
    await cleanUp();
  });

  test('each target says whether it answers and why not, and metrics are found by their name', async () => {
    const { page, complaints, context } = await openSignedIn(browser, session, { viewport: desktop });
    await page.goto(`${server.url}/plans/shop/data`);
    await untilShown(page);
    const api = page.locator('[data-scrape="api"]');
    await api.getByText('up', { exact: true }).waitFor();
    await api.getByText('3 samples').waitFor();
    await api.getByText('team="blue"').waitFor();
    const database = page.locator('[data-scrape="database"]');
    await database.getByText('down: address-refused').waitFor();
    await database.getByText('`shop=10.255.255.1:9100` to WATCHBILL_EGRESS_ALLOW').waitFor();

    const orders = page.locator('[data-metric="shop_orders_total"]');
    await orders.getByText('counter').waitFor();
    await orders.getByText('route').waitFor();
    // Points are data too, when no event ever comes.
    await page
      .getByText(/\d points of \d+ series/)
      .first()
      .waitFor();
    expect(await page.getByText('waiting for the first event').count()).toBe(0);
    await page.reload();
    await untilShown(page);
    await page.getByRole('heading', { name: 'Send events' }).waitFor();
    await page.getByLabel('Part of a metric’s name').fill('LEVEL');
    await page.locator('[data-metric="shop_level"]').getByText('gauge').waitFor();
    await orders.waitFor({ state: 'detached' });
    await page.getByLabel('Part of a metric’s name').fill('nothing like it');
    await page.getByText('No metric’s name holds “nothing like it”').waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('the editor offers the names of metrics where one is written', async () => {
    const { page, complaints, context } = await openSignedIn(browser, session, { viewport: desktop });
    await page.goto(`${server.url}/plans/shop/plan`);
    await untilShown(page);
    await page.getByLabel('Text of plan.yaml').focus();
    await page.keyboard.press('Control+End');
    await page.keyboard.insertText('sources:\n  orders: samples "orders');
    await page.keyboard.press('Control+Space');
    await page.getByRole('option', { name: /shop_orders_total/ }).click();
    await expect.poll(() => page.getByLabel('Text of plan.yaml').textContent()).toContain('samples "shop_orders_total');
    expect(complaints).toEqual([]);
    await context.close();
  });

  test.each(['light', 'dark'] as const)('in the %s scheme it fits a phone, for everybody', async (colorScheme) => {
    const { page, context } = await openSignedIn(browser, session, {
      viewport: { width: 390, height: 844 },
      colorScheme,
    });
    await page.goto(`${server.url}/plans/shop/data`);
    await untilShown(page);
    await page.locator('[data-metric="shop_orders_total"]').waitFor();
    // A name has the width of its row, or it would stand there letter below letter.
    const name = await page.locator('[data-metric="shop_orders_total"] th').boundingBox();
    expect(name?.width).toBeGreaterThan(250);
    expect(await horizontalOverflow(page)).toEqual([]);
    expect(await seriousFindings(page)).toEqual([]);
    await context.close();
  });
});
