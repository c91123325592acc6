import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ServerProcess } from '../crash/server-process.ts';
import { cleanUp, sendEvents, until } from '../end-to-end/program.ts';
import { horizontalOverflow } from './accessibility.ts';
import { chromiumPath, launchChromium, phone } from './chromium.ts';
import { TRACE } from './every-page.ts';
import { makeOwner, openSignedIn, type Session } from './signed-in.ts';
import { burn, startWatched } from './watched-plan.ts';

describe.skipIf(chromiumPath === undefined)('the search of logs', () => {
  let browser: Browser;
  let server: ServerProcess;
  let dataFolder: string;
  let owner: Session;

  beforeAll(async () => {
    browser = await launchChromium();
    ({ server, dataFolder } = await startWatched());
    owner = await makeOwner(browser, server);
    await burn(server, dataFolder);
  });

  afterAll(async () => {
    await browser?.close();
    await cleanUp();
  });

  /** The ids of the lines that are shown, once there are so many. */
  async function lines(page: Page, count: number): Promise<readonly string[]> {
    await page.locator(`[data-lines="${count}"]`).waitFor();
    return page.locator('[data-line-head]').allInnerTexts();
  }

  async function search(page: Page, text: string): Promise<void> {
    await page.getByRole('textbox', { name: 'Search' }).fill(text);
    await page.keyboard.press('Enter');
  }

  test('from a search by a facet to a line, the lines around it, and its trace', async () => {
    const { page, complaints, context } = await openSignedIn(browser, owner, { expected: [/status of 400/] });
    await page.goto(`${server.url}/plans/watched/logs`);
    // What was sent just now is on its way to the store.
    await until('the lines in the store', async () => {
      await search(page, '');
      return (await page.locator('[data-lines="43"]').count()) === 1 ? true : undefined;
    });
    expect(await page.locator('[data-state-sentence] [data-total]').getAttribute('data-total')).toBe('43');

    await search(page, 'path:"/api/payments" AND');
    await page.locator('[data-column="22"]').waitFor();
    expect(await page.getByRole('alert').textContent()).toContain('Nothing to search for stands after `AND`');

    await search(page, 'path:"/api/payments"');
    await lines(page, 3);
    await page.locator('[data-syntax="lucene"]').waitFor();
    await page.locator('[data-facet="level"]').getByRole('button', { name: 'error', exact: false }).first().click();
    expect(await lines(page, 1)).toEqual([expect.stringContaining('payment declined: card expired')]);
    expect(new URL(page.url()).searchParams.get('q')).toBe('path:"/api/payments" level:"error"');

    await page.locator('[data-line-head]').click();
    await page.getByRole('button', { name: 'Lines around it' }).click();
    const around = page.locator('[data-context] li');
    await around.nth(2).waitFor();
    expect(await around.allInnerTexts()).toEqual([
      expect.stringContaining('the provider answers slowly'),
      expect.stringContaining('payment declined'),
      expect.stringContaining('ready for the next one'),
    ]);

    await page.getByRole('link', { name: 'Trace' }).click();
    await page.getByRole('heading', { name: 'POST /checkout' }).waitFor();
    expect(page.url()).toContain(`/traces/${TRACE}`);
    const spans = page.locator('[data-span]');
    expect(await spans.count()).toBe(4);
    expect(await page.locator('[data-state-sentence]').textContent()).toContain('4 errors');
    await page.locator('[data-span-head]').first().focus();
    await page.keyboard.press('ArrowLeft');
    expect(await spans.count()).toBe(1);
    await page.keyboard.press('ArrowRight');
    await spans.nth(3).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator('[data-mark]').nth(1).waitFor();
    expect(await page.locator('[data-mark]').allInnerTexts()).toEqual([
      expect.stringContaining('the provider answers slowly'),
      expect.stringContaining('card expired'),
    ]);

    await byAddress(page);
    expect(complaints).toEqual([]);
    await context.close();
  });

  /** Back in the search, by the address alone, with the plan's own words. */
  async function byAddress(page: Page): Promise<void> {
    const query = 'state = "FAILED" and path starts with "/api/payments"';
    await page.goto(`${server.url}/plans/watched/logs?q=${encodeURIComponent(query)}`);
    await lines(page, 1);
    await page.locator('[data-syntax="plan"]').waitFor();
  }

  test('a tail shows what comes, keeps it back while it is paused, and fits a phone', async () => {
    const { page, complaints, context } = await openSignedIn(browser, owner, { viewport: phone });
    await page.goto(`${server.url}/plans/watched/logs?q=tailed`);
    await page.getByText('Nothing was found').waitFor();
    await page.getByRole('button', { name: 'Live' }).click();
    await page.getByText('Follows what comes').waitFor();
    const send = (message: string) => sendEvents(server, [{ name: 'log', level: 'info', service: 'shop', message }]);
    await send('tailed one');
    expect(await lines(page, 1)).toEqual([expect.stringContaining('tailed one')]);
    await page.getByRole('button', { name: 'Pause' }).click();
    await send('tailed two');
    await page.getByRole('button', { name: '1 new line waiting' }).click();
    expect(await lines(page, 2)).toEqual([
      expect.stringContaining('tailed two'),
      expect.stringContaining('tailed one'),
    ]);
    expect(await horizontalOverflow(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });
});
