import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort, type ServerProcess } from '../crash/server-process.ts';
import { cleanUp, emptyFolder, makeServer } from '../end-to-end/program.ts';
import { chromiumPath, launchChromium, openWatched } from './chromium.ts';
import { makeOwner, openSignedIn, owner, type Session } from './signed-in.ts';

/** How people get about: by keyboard, and by a link that somebody sent them. */
describe.skipIf(chromiumPath === undefined)('ways through the app', () => {
  let browser: Browser;
  let demo: ServerProcess;
  let session: Session;

  beforeAll(async () => {
    demo = await makeServer({
      dataFolder: await emptyFolder(),
      command: ['demo', '--shop-port', String(await freePort())],
    });
    demo.start();
    await demo.untilReady();
    browser = await launchChromium();
    session = await makeOwner(browser, demo);
  });

  afterAll(async () => {
    await browser?.close();
    await cleanUp();
  });

  const title = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor();
  /** Presses Tab, and says whether the keyboard is then within the content. */
  const tabIsInside = async (page: Page): Promise<boolean> => {
    await page.keyboard.press('Tab');
    return page.evaluate(() => document.querySelector('#content')?.contains(document.activeElement) === true);
  };

  test('after a page that was left and a dialog that closed, Tab goes on within the content', async () => {
    const { page, context, complaints } = await openSignedIn(browser, session);
    await page.goto(`${demo.url}/plans/tea-shop/signals`);
    await title(page, 'Signals');
    await page.locator('#content input').first().focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('g');
    await page.keyboard.press('a');
    await title(page, 'Alerts');
    expect(await tabIsInside(page)).toBe(true);

    await page.keyboard.press('/');
    await page.getByRole('combobox', { name: 'Search' }).fill('inbox');
    await page.keyboard.press('Enter');
    await title(page, 'Inbox');
    expect(await tabIsInside(page)).toBe(true);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('a link that is opened before signing in leads there afterwards', async () => {
    for (const wanted of [
      '/plans/tea-shop/alerts?state=open',
      '/plans/tea-shop/signals/error_rate',
      '/settings/tokens',
    ]) {
      const { page, context } = await openWatched(browser);
      await page.goto(`${demo.url}${wanted}`);
      await page.getByLabel('E-mail address').fill(owner.email);
      await page.getByLabel('Password', { exact: true }).fill(owner.password);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.waitForURL(`${demo.url}${wanted}`);
      await context.close();
    }
  });
});
