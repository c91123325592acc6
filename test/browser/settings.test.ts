import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort, type ServerProcess } from '../crash/server-process.ts';
import { cleanUp, emptyFolder, makeServer } from '../end-to-end/program.ts';
import { horizontalOverflow, seriousFindings, walkWithTab } from './accessibility.ts';
import { chromiumPath, launchChromium, openWatched, phone } from './chromium.ts';
import { makeOwner, openSignedIn, owner, type Session, viewer } from './signed-in.ts';

/** What people do in the settings, on a running server. */
describe.skipIf(chromiumPath === undefined)('the settings', () => {
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

  const open = (page: Page, section = '') => page.goto(`${demo.url}/settings${section}`);
  const dialog = (page: Page) => page.getByRole('dialog');

  test('people: invited by a link that is shown once, changed, removed', async () => {
    const { page, complaints, context } = await openSignedIn(browser, session);
    await open(page, '/people');
    await page.locator('[data-person="mia"]').getByText('has an account').waitFor();
    const last = page.locator(`[data-member="${owner.email}"]`);
    await last.getByText('The last owner: cannot be').waitFor();
    await last.getByRole('button', { name: 'More about' }).click();
    await page.getByRole('menuitem', { name: 'Link for a new password' }).waitFor();
    expect(await page.getByRole('menuitem', { name: 'Remove' }).count()).toBe(0);
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Invite somebody' }).click();
    await dialog(page).getByLabel('E-mail address').fill(owner.email);
    await dialog(page).getByLabel('Level').selectOption('viewer');
    await dialog(page).getByRole('button', { name: 'Make the link' }).click();
    await dialog(page).getByText(`${owner.email} is a member already`).waitFor();
    await dialog(page).getByLabel('E-mail address').fill(viewer.email);
    await dialog(page).getByRole('button', { name: 'Make the link' }).click();
    const link = (await dialog(page).locator('[data-once]').textContent()) ?? '';
    await dialog(page).getByRole('button', { name: 'Done' }).click();
    await page.locator(`[data-invitation="${viewer.email}"]`).getByText('viewer on the server').waitFor();

    const { page: other, context: otherContext } = await openWatched(browser);
    await other.goto(link);
    await other.getByLabel('Your name').fill(viewer.name);
    await other.getByLabel('Password', { exact: true }).fill(viewer.password);
    await other.getByRole('button', { name: 'Join' }).click();
    await other.locator('[data-connection="live"]').first().waitFor();
    await open(other);
    await other.getByText('viewer on the server').waitFor();
    // What a viewer may not is not there.
    const tabs = other.getByRole('navigation', { name: 'Settings' });
    expect(await tabs.getByRole('link').allTextContents()).toEqual(['You', 'People', 'Channels']);
    await open(other, '/tokens');
    await other.getByText('Tokens: for administrators').waitFor();
    await open(other, '/people');
    await other.locator('[data-person="mia"]').waitFor();
    expect(await other.getByRole('button', { name: 'Invite somebody' }).count()).toBe(0);
    await open(other, '/channels');
    await other.locator('[data-channel="email"]').waitFor();
    expect(await other.getByRole('button', { name: 'Send a test' }).count()).toBe(0);

    await open(page, '/people');
    const row = page.locator(`[data-member="${viewer.email}"]`);
    await row.getByRole('button', { name: 'Change' }).click();
    await dialog(page).getByLabel('On the whole server').selectOption('responder');
    await dialog(page).getByLabel('On the plan tea-shop').selectOption('admin');
    // An owner's action of somebody who signed in long ago: the server asks for the password once.
    let refusals = 0;
    await page.route('**/api/members/*', async (route) => {
      refusals += 1;
      if (refusals > 1) return route.continue();
      const error = { code: 'reauthentication-needed', message: 'Again.', hint: '', requestId: 'r' };
      return route.fulfill({ status: 403, json: { error } });
    });
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    const again = page.getByRole('dialog', { name: 'Your password again' });
    await again.getByLabel('Password', { exact: true }).fill('not the password');
    await again.getByRole('button', { name: 'Go on' }).click();
    await again.getByText('This is not your password.').waitFor();
    await again.getByLabel('Password', { exact: true }).fill(owner.password);
    await again.getByRole('button', { name: 'Go on' }).click();
    await row.getByText('responder on the server, admin of tea-shop').waitFor();
    await page.unroute('**/api/members/*');

    await row.getByRole('button', { name: 'More about' }).click();
    await page.getByRole('menuitem', { name: 'Remove' }).click();
    await dialog(page).getByText(`${viewer.email} is signed out everywhere`).waitFor();
    await dialog(page)
      .getByRole('button', { name: `Remove ${viewer.name}` })
      .click();
    await row.waitFor({ state: 'detached' });
    // The answer that took the password has begun a new session.
    session = await context.storageState();
    const known = [/status of 409/, /status of 40[13]/];
    expect(complaints.filter((text) => !known.some((pattern) => pattern.test(text)))).toEqual([]);
    await context.close();
    await otherContext.close();
  });

  test('channels: a test says at once what became of it, and is refused when there were many', async () => {
    const { page, context } = await openSignedIn(browser, session);
    await open(page, '/channels');
    const mail = page.locator('[data-channel="email"]');
    const button = mail.getByRole('button', { name: 'Send a test' });
    for (let sent = 0; sent < 5; sent += 1) {
      const answered = page.waitForResponse(/channels\/email\/test$/);
      await button.click();
      expect((await answered).status()).toBe(200);
      await mail.getByText('Sent to mia: accepted by the provider.').first().waitFor();
    }
    await mail.getByText('works', { exact: true }).waitFor();
    await button.click();
    await mail.getByText('try again in a minute').waitFor();

    const slack = page.locator('[data-channel="slack"]');
    expect(await slack.getByRole('combobox').count()).toBe(0);
    await slack.getByRole('button', { name: 'Send a test' }).click();
    await slack.getByText('accepted by the provider').first().waitFor();
    await slack.getByText('secret TEA_SHOP_SLACK_URL, set').waitFor();

    const discord = page.locator('[data-kind="discord"]');
    await discord.locator('summary').click();
    await discord.getByText('DISCORD_OPS_URL in the environment').waitFor();
    await discord.getByText('{ kind: discord').waitFor();
    await context.close();
  });

  test('tokens: shown once with a line that works, and revoked', async () => {
    const { page, complaints, context } = await openSignedIn(browser, session);
    await open(page, '/tokens');
    await page.getByText('No token yet').waitFor();
    await page.getByRole('button', { name: 'Make a token' }).click();
    await dialog(page).getByRole('button', { name: 'Make it' }).click();
    await dialog(page).getByText('Give it a name.').waitFor();
    await dialog(page).getByLabel('Name').fill('pipeline');
    await dialog(page).getByLabel('Where').selectOption('tea-shop');
    await dialog(page).getByRole('button', { name: 'Make it' }).click();
    await dialog(page).locator('[data-once]').first().waitFor();
    const [token, line] = await dialog(page).locator('[data-once]').allTextContents();
    const [, header = '', url = ''] = /^curl -H "([^"]+)" (\S+)$/.exec(line ?? '') ?? [];
    expect(header).toBe(`Authorization: Bearer ${token}`);
    const ask = () => fetch(url, { headers: { authorization: header.slice('Authorization: '.length) } });
    expect((await ask()).status).toBe(200);
    await dialog(page).getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Revoke pipeline' }).click();
    await dialog(page).getByText('refused within seconds').waitFor();
    await dialog(page).getByRole('button', { name: 'Revoke it' }).click();
    await page.getByText('No token is good any more').waitFor();
    await page.getByRole('button', { name: 'Show 1 token' }).click();
    await page.locator('[data-token="pipeline"]').getByText('revoked', { exact: true }).waitFor();
    expect((await ask()).status).toBe(401);
    expect(complaints.filter((text) => !/status of 400/.test(text))).toEqual([]);
    await context.close();
  });

  test('the audit log says what was done, and that it is whole', async () => {
    const { page, context } = await openSignedIn(browser, session);
    await open(page, '/audit');
    await page.getByText(/^What is shown, \d+ entries/).waitFor();
    const revoked = page.locator('[data-sequence]').filter({ hasText: 'Revoke a token' });
    await revoked.getByText(`by ${owner.email}`).waitFor();
    await page.getByText('responder', { exact: true }).first().waitFor();
    await page.getByRole('button', { name: 'Verify the whole log' }).click();
    await page.getByText(/^The whole log, \d+ entries: none altered, none missing/).waitFor();
    await page.getByText('as it was written', { exact: true }).waitFor();
    await context.close();
  });

  test('you: the password is changed, and other sessions end', async () => {
    const { page, context } = await openSignedIn(browser, session);
    const elsewhere = await openWatched(browser);
    await elsewhere.page.goto(`${demo.url}/sign-in`);
    await elsewhere.page.getByLabel('E-mail address').fill(owner.email);
    await elsewhere.page.getByLabel('Password', { exact: true }).fill(owner.password);
    await elsewhere.page.getByRole('button', { name: 'Sign in' }).click();
    await elsewhere.page.locator('[data-connection="live"]').first().waitFor();

    await open(page);
    await page.getByText('this one', { exact: true }).waitFor();
    const before = await page.locator('[data-session]').count();
    expect(before).toBeGreaterThan(1);
    await page.getByLabel('Your password now').fill('a wrong one');
    await page.getByLabel('New password').fill('steeping for three minutes');
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByText('This is not your password.').waitFor();
    await page.getByLabel('Your password now').fill(owner.password);
    await page.getByLabel('New password').fill('password12345');
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByText('This password is one of those that are tried first.').waitFor();
    await page.getByLabel('New password').fill('steeping for three minutes');
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByText('Changed. You are signed out everywhere else.').waitFor();
    await expect.poll(() => page.locator('[data-session]').count()).toBe(1);
    session = await context.storageState();
    await context.close();
    await elsewhere.context.close();
  });

  test('every section is narrow enough for a phone, accessible, and reached by the keyboard', async () => {
    const { page, complaints, context } = await openSignedIn(browser, session);
    for (const section of ['', '/people', '/channels', '/tokens', '/audit']) {
      await page.setViewportSize({ width: 1_440, height: 900 });
      await open(page, section);
      await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' });
      expect(await seriousFindings(page), section).toEqual([]);
      const { unreached, unmarked } = await walkWithTab(page);
      expect({ unreached, unmarked }, section).toEqual({ unreached: [], unmarked: [] });
      await page.setViewportSize(phone);
      expect(await horizontalOverflow(page), section).toEqual([]);
    }
    expect(complaints).toEqual([]);
    await context.close();
  });
});
