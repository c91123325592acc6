import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ServerProcess } from '../crash/server-process.ts';
import { cleanUp } from '../end-to-end/program.ts';
import { horizontalOverflow, seriousFindings } from './accessibility.ts';
import { chromiumPath, launchChromium, phone } from './chromium.ts';
import { ERROR, TRACE } from './every-page.ts';
import { makeOwner, openSignedIn, type Session } from './signed-in.ts';
import { breakDown, startWatched } from './watched-plan.ts';

describe.skipIf(chromiumPath === undefined)('errors', () => {
  let browser: Browser;
  let server: ServerProcess;
  let dataFolder: string;
  let owner: Session;

  beforeAll(async () => {
    browser = await launchChromium();
    ({ server, dataFolder } = await startWatched());
    owner = await makeOwner(browser, server);
  });

  afterAll(async () => {
    await browser?.close();
    await cleanUp();
  });

  test('before any came the page says how they are sent, and a key for Sentry gives the DSN', async () => {
    const { page, complaints, context } = await openSignedIn(browser, owner, {});
    await page.goto(`${server.url}/plans/watched/errors`);
    await page.getByText('No errors yet').waitFor();
    expect(await page.locator('pre').first().textContent()).toContain('Sentry.init({');
    await page.getByRole('link', { name: 'the page Data' }).click();
    await page.getByLabel('Name of a new key').fill('browsers');
    await page.getByRole('button', { name: 'Sentry SDKs' }).click();
    await page.getByRole('button', { name: 'Make key' }).click();
    const dsn = await page.locator('[data-once]').textContent();
    expect(dsn).toMatch(/^http:\/\/wb_sentry_[a-z2-7]{16}_[a-z2-7]{32}@127\.0\.0\.1:\d+\/1$/);
    expect(await page.locator('[data-snippet="sentry"]').textContent()).toContain(`dsn: '${dsn}'`);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('from the list to one group, its stack, its trace; resolved, it is away', async () => {
    await breakDown(server, dataFolder);
    const { page, complaints, context } = await openSignedIn(browser, owner, {});
    await page.goto(`${server.url}/plans/watched/errors`);
    const rows = page.locator('[data-group]');
    await rows.nth(1).waitFor();
    expect(await rows.count()).toBe(2);
    expect(await page.locator('[data-state-sentence]').textContent()).toContain('2 new groups');
    const payment = page.locator(`[data-group="${ERROR}"]`);
    expect(await payment.textContent()).toMatch(/new[\s\S]*PaymentError[\s\S]*was declined[\s\S]*9[\s\S]*5/);

    await page.getByRole('searchbox').fill('timeout');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelectorAll('[data-group]').length === 1);
    await page.getByRole('searchbox').fill('nothing like it');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Show all errors' }).click();
    await rows.nth(1).waitFor();

    await payment.getByRole('link').click();
    await page.getByRole('heading', { name: 'PaymentError', level: 1 }).waitFor();
    const stack = page.locator('section', { has: page.getByRole('heading', { name: 'Stack' }) });
    await stack.getByText('throw new PaymentError(card);').waitFor();
    expect(await stack.getByText('dispatch').count()).toBe(0);
    await stack.getByRole('button', { name: 'Show 1 frame of libraries' }).click();
    await stack.getByText('dispatch').waitFor();
    expect(await page.locator('dl').textContent()).toMatch(/region[\s\S]*eu[\s\S]*us/);
    expect(await page.getByRole('link', { name: 'Trace' }).first().getAttribute('href')).toContain(`/traces/${TRACE}`);

    await page.getByRole('button', { name: 'Resolve', exact: true }).click();
    await page.getByRole('button', { name: 'Open again' }).waitFor();
    expect(await page.locator('[data-state-sentence]').textContent()).toContain('resolved');
    await page.getByRole('link', { name: 'All errors' }).click();
    await page.waitForFunction(() => document.querySelectorAll('[data-group]').length === 1);
    await page.getByRole('button', { name: 'Resolved' }).click();
    await payment.waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('on a phone nothing is wider than the screen, and nothing serious is found', async () => {
    const { page, context } = await openSignedIn(browser, owner, { viewport: phone });
    for (const path of ['errors?state=all', `errors/${ERROR}`]) {
      await page.goto(`${server.url}/plans/watched/${path}`);
      await page.locator('svg[role="img"]').first().waitFor({ state: 'attached' });
      expect(await horizontalOverflow(page)).toEqual([]);
      expect(await seriousFindings(page)).toEqual([]);
    }
    await context.close();
  });
});
