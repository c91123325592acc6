import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ServerProcess } from '../crash/server-process.ts';
import { cleanUp } from '../end-to-end/program.ts';
import { horizontalOverflow, seriousFindings, settle, walkWithTab } from './accessibility.ts';
import { chromiumPath, desktop, launchChromium, openWatched, phone, type WatchedPage } from './chromium.ts';
import { builtPages, everyPage, type ListedPage, untilShown } from './every-page.ts';
import { recordShifts, SHIFT_MAX, shiftsOf } from './layout-shifts.ts';
import { owner as account, invite, makeOwner, openSignedIn, type Session, viewer } from './signed-in.ts';
import { smallTargets } from './touch.ts';
import { breakDown, burn, startWatched } from './watched-plan.ts';

const pages = everyPage('watched', 'failures', 'A-1');
/** Before anybody signs in the page asks who is there, and the console repeats the answer. */
const nobody = [/status of 401.*\/api\/session/];

describe.skipIf(chromiumPath === undefined)('every page', () => {
  let browser: Browser;
  let server: ServerProcess;
  let dataFolder: string;
  let owner: Session;

  beforeAll(async () => {
    browser = await launchChromium();
    ({ server, dataFolder } = await startWatched());
    owner = await makeOwner(browser, server);
    await burn(server, dataFolder);
    await breakDown(server, dataFolder);
  });

  afterAll(async () => {
    await browser?.close();
    await cleanUp();
  });

  async function open(
    { path, before }: ListedPage,
    options: Parameters<typeof openWatched>[1],
    session: Session = owner,
  ): Promise<WatchedPage & { readonly close: () => Promise<void> }> {
    const { page, complaints, context } = await (before === true
      ? openWatched(browser, { ...options, expected: nobody })
      : openSignedIn(browser, session, options));
    await page.addInitScript(recordShifts);
    await page.goto(`${server.url}${path}`);
    await untilShown(page);
    return { page, complaints, close: () => context.close() };
  }

  test('that the app has is looked at here', () => {
    expect(builtPages().length).toBeGreaterThan(10);
    expect([...new Set(pages.map(({ pattern }) => pattern))].sort()).toEqual([...builtPages()].sort());
  });

  /** Nothing jumps while the page loads, and until it stands still. */
  async function expectStill(page: Page): Promise<void> {
    const { total, shifts } = await shiftsOf(page);
    expect(total, JSON.stringify(shifts, undefined, 1)).toBeLessThanOrEqual(SHIFT_MAX);
  }

  test.each(pages)('$path: nothing jumps, axe in light and dark, every control by Tab', async (listed) => {
    const { page, complaints, close } = await open(listed, { viewport: desktop, colorScheme: 'light' });
    await expectStill(page);
    expect({ colorScheme: 'light', findings: await seriousFindings(page) }).toEqual({
      colorScheme: 'light',
      findings: [],
    });
    const { unreached, unmarked, reached } = await walkWithTab(page);
    expect({ unreached, unmarked }).toEqual({ unreached: [], unmarked: [] });
    expect(reached).toBeGreaterThan(0);
    // As somebody's machine goes over to the night.
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.locator('[data-mantine-color-scheme="dark"]').first().waitFor({ state: 'attached' });
    await settle(page);
    expect({ colorScheme: 'dark', findings: await seriousFindings(page) }).toEqual({
      colorScheme: 'dark',
      findings: [],
    });
    expect(complaints).toEqual([]);
    await close();
  });

  test.each(pages)(
    '$path: on a phone nothing jumps, no sideways scroll, axe, and thumbs hit what they want',
    async (listed) => {
      const { page, complaints, close } = await open(listed, { viewport: phone, hasTouch: true, isMobile: true });
      await expectStill(page);
      expect(await horizontalOverflow(page)).toEqual([]);
      expect(await seriousFindings(page)).toEqual([]);
      expect(await smallTargets(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await close();
    },
  );

  test('of mission control: on a phone the first thing that needs somebody is whole, and the rest is one press away', async () => {
    const { page, close } = await open(
      { pattern: 'missionControl', path: '/plans/watched' },
      { viewport: phone, hasTouch: true, isMobile: true },
    );
    /** Where the rows stand that are seen, and how far their section reaches. */
    const places = () =>
      page.evaluate(() => {
        const section = [...document.querySelectorAll('aside section')].find((one) =>
          one.querySelector('h2')?.textContent?.startsWith('Needs you'),
        );
        const box = ({ top, bottom }: DOMRect) => ({ top: Math.round(top), bottom: Math.round(bottom) });
        const seen = [...(section?.querySelectorAll('li') ?? [])].map((row) => row.getBoundingClientRect());
        return {
          rows: seen.filter(({ height }) => height > 0).map(box),
          section: box((section ?? document.body).getBoundingClientRect()),
        };
      });
    const acknowledge = page.getByRole('button', { name: 'Acknowledge' }).first();
    await acknowledge.waitFor();
    const { rows, section } = await places();
    expect(rows).toHaveLength(1);
    expect(rows[0]?.bottom).toBeLessThanOrEqual(section.bottom);
    const button = await acknowledge.boundingBox();
    expect((button?.y ?? 0) + (button?.height ?? 0)).toBeLessThanOrEqual(section.bottom);
    await page.getByRole('button', { name: /^Show \d+ more$/ }).click();
    const all = await places();
    expect(all.rows.length).toBeGreaterThan(2);
    for (const [index, row] of all.rows.entries()) {
      expect(row.bottom).toBeLessThanOrEqual(all.rows[index + 1]?.top ?? all.section.bottom);
    }
    await close();
  });

  test('shows what changes nothing to those who may only read', async () => {
    const session = await invite(browser, server, owner, viewer, 'viewer');
    const changing = /^(acknowledge|silence|apply|save|end|revoke|invite|send a test)/i;
    const seen: Record<string, readonly string[]> = {};
    for (const listed of pages.filter(({ before }) => before !== true)) {
      const { page, complaints, close } = await open(listed, { viewport: desktop }, session);
      const buttons = await page.getByRole('button').allTextContents();
      seen[listed.path] = buttons.filter((text) => changing.test(text.trim()));
      expect({ path: listed.path, complaints }).toEqual({ path: listed.path, complaints: [] });
      await close();
    }
    // One's own name, password and sessions are one's own to change.
    const others = Object.entries(seen).filter(([path]) => !path.startsWith('/settings'));
    expect(others.filter(([, buttons]) => buttons.length > 0)).toEqual([]);

    const alert = pages.find(({ pattern }) => pattern === 'alert');
    if (alert === undefined) throw new Error('there is no page of an alert');
    const { page, close } = await open(alert, { viewport: desktop });
    expect(await page.getByRole('button', { name: 'Acknowledge' }).count()).toBeGreaterThan(0);
    await close();
  });

  test('after one that was left and a dialog that closed, Tab goes on within the content', async () => {
    const { page, context, complaints } = await openSignedIn(browser, owner);
    const title = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor();
    /** Presses Tab, and says whether the keyboard is then within the content. */
    const tabIsInside = async (): Promise<boolean> => {
      await page.keyboard.press('Tab');
      return page.evaluate(() => document.querySelector('#content')?.contains(document.activeElement) === true);
    };
    await page.goto(`${server.url}/plans/watched/signals`);
    await title('Signals');
    await page.locator('#content input').first().focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('g');
    await page.keyboard.press('a');
    await title('Alerts');
    expect(await tabIsInside()).toBe(true);

    await page.keyboard.press('/');
    await page.getByRole('combobox', { name: 'Search' }).fill('inbox');
    await page.keyboard.press('Enter');
    await title('Inbox');
    expect(await tabIsInside()).toBe(true);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('by a link that is opened before signing in, leads there afterwards', async () => {
    for (const wanted of [
      '/plans/watched/alerts?state=open',
      '/plans/watched/signals/error_rate',
      '/settings/tokens',
    ]) {
      const { page, context } = await openWatched(browser);
      await page.goto(`${server.url}${wanted}`);
      await page.getByLabel('E-mail address').fill(account.email);
      await page.getByLabel('Password', { exact: true }).fill(account.password);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.waitForURL(`${server.url}${wanted}`);
      await context.close();
    }
  });

  test('of reviews: samples are judged by keys alone, and a pasted list says what differs', async () => {
    const { page, complaints, close } = await open({ pattern: 'reviews', path: '/plans/watched/reviews' }, {});
    const card = page.locator('article[data-sample]');
    const first = await card.getAttribute('data-sample');
    await page.keyboard.press('r');
    await page.locator('[data-progress="1 of 5"]').waitFor();
    await page.locator(`article:not([data-sample="${first}"])`).waitFor();
    const second = await card.getAttribute('data-sample');
    await page.keyboard.press('w');
    await page.getByLabel('What is wrong?').waitFor();
    // It is written, not pressed.
    await page.keyboard.type('rung up twice');
    await page.keyboard.press('Enter');
    await page.locator('[data-progress="2 of 5"]').waitFor();
    await page.locator(`article:not([data-sample="${second}"])`).waitFor();
    await page.keyboard.press('ArrowLeft');
    await page.getByText('rung up twice').waitFor();
    expect(await card.getAttribute('data-sample')).toBe(second);

    await page.getByRole('button', { name: 'cash-book' }).click();
    const list = page.getByLabel('The list', { exact: true });
    await list.fill('id,amount\nno-such-payment,"1');
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByRole('alert').getByText('A double quote was opened').waitFor();
    await list.fill('id;amount\nno-such-payment;=1+1\n');
    await page.getByRole('button', { name: 'Compare' }).click();
    const row = page.getByRole('row', { name: 'no-such-payment' });
    await row.getByText('only in the list').waitFor();
    await row.getByText('=1+1').waitFor();
    // The browser repeats that a list could not be read.
    expect(complaints.filter((text) => !text.includes('400'))).toEqual([]);
    await close();
  });
});
