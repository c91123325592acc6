import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ToldMessage } from '../../examples/tea-shop/told.ts';
import { freePort, type ServerProcess } from '../crash/server-process.ts';
import { cleanUp, emptyFolder, makeServer, until, watchbillJson } from '../end-to-end/program.ts';
import { horizontalOverflow, seriousFindings } from './accessibility.ts';
import { chromiumPath, launchChromium, openWatched, phone } from './chromium.ts';
import { owner, setUpLink } from './signed-in.ts';

/** What people see who start the demo, from the printed link to the message that all is well again. */
describe.skipIf(chromiumPath === undefined)('the whole story', () => {
  let browser: Browser;
  let demo: ServerProcess;
  let dataFolder: string;

  beforeAll(async () => {
    dataFolder = join(await emptyFolder(), 'data');
    demo = await makeServer({ dataFolder, command: ['demo', '--shop-port', String(await freePort())] });
    demo.start();
    await demo.untilReady();
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser?.close();
    await cleanUp();
  });

  /** What arrived at the mail server, at the Slack-shaped webhook and at the signed one. */
  async function received(): Promise<readonly ToldMessage[]> {
    const { receivedUrl } = JSON.parse(await readFile(join(dataFolder, 'demo.json'), 'utf8')) as {
      receivedUrl: string;
    };
    return (await (await fetch(receivedUrl)).json()) as readonly ToldMessage[];
  }

  async function becomeOwner(page: Page): Promise<void> {
    await page.goto(await setUpLink(demo));
    await page.getByLabel('Your name').fill(owner.name);
    await page.getByLabel('E-mail address').fill(owner.email);
    await page.getByLabel('Password', { exact: true }).fill(owner.password);
    await page.getByRole('button', { name: 'Become the owner' }).click();
    await page.locator('[data-connection="live"]').first().waitFor();
  }

  test('from the first start to the all-clear', async () => {
    const shopUrl = await until(
      'the address of the shop',
      () => /tea shop is open at (\S+?):? /.exec(demo.output)?.[1],
    );
    // Who is not signed in is told so once, which the console repeats.
    const expected = [/status of 401.*\/api\/session/];
    const { page: watch, complaints: watchComplaints } = await openWatched(browser, { expected });
    const { page: shop, complaints: shopComplaints } = await openWatched(browser);

    // The printed link makes the owner, and mission control is alive.
    await becomeOwner(watch);
    const tile = (signal: string) => watch.locator(`[data-signal="${signal}"]`);
    for (const signal of ['payment_success', 'orders_per_minute', 'p95_response', 'memory']) {
      await watch.locator(`[data-signal="${signal}"][data-state="on target"]`).waitFor();
    }
    const before = await tile('orders_per_minute').locator('[data-value]').textContent();
    await until('another figure', async () =>
      (await tile('orders_per_minute').locator('[data-value]').textContent()) === before ? undefined : true,
    );

    // Payments are broken on the shop's own page; the tile turns and the alert says why.
    await shop.goto(shopUrl);
    await shop.getByRole('switch', { name: 'Payments fail' }).click();
    await watch.locator('[data-signal="payment_success"][data-state="critical"]').waitFor();
    await watch
      .getByRole('link', { name: /payments-failing/ })
      .first()
      .click();
    await watch.getByRole('heading', { name: 'A-1 payments-failing' }).waitFor();
    await watch.getByText('payment_failures > 3 in 10s').first().waitFor();
    await watch.getByText('its condition was true').first().waitFor();

    // Everybody was told: the inbox, a mail, Slack and the signed webhook.
    await watch.getByRole('link', { name: 'Inbox' }).first().click();
    await watch
      .getByText(/payments-failing/)
      .first()
      .waitFor();
    const fired = await until('a message by every channel', async () => {
      const messages = (await received()).filter(({ title }) => title.includes('payments-failing fires'));
      return messages.length === 3 ? messages : undefined;
    });
    expect(fired.map(({ channel }) => channel).sort()).toEqual(['email', 'slack', 'webhook']);
    await shop.getByRole('button', { name: /mail.*payments-failing fires/ }).click();
    const acknowledge = shop.frameLocator('#message iframe').getByRole('link', { name: /acknowledge/i });
    const link = (await acknowledge.getAttribute('href')) ?? '';
    expect(link).toMatch(new RegExp(`^${demo.url}/a/`));

    // The mail's link on a phone that runs no script: it shows, and only the button acts.
    const onPhone = await openWatched(browser, { viewport: phone, javaScriptEnabled: false });
    await onPhone.page.goto(link);
    await onPhone.page.goto(link);
    const button = onPhone.page.getByRole('button', { name: 'Acknowledge as mia' });
    await button.waitFor();
    expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(44);
    await watch.getByRole('link', { name: 'Alerts' }).first().click();
    await watch
      .getByRole('link', { name: /payments-failing/ })
      .first()
      .click();
    await watch.getByRole('button', { name: 'Acknowledge' }).first().waitFor();
    await button.click();
    await onPhone.page.getByText(/Acknowledged by mia/).waitFor();
    await watch
      .getByText(/acknowledged/i)
      .first()
      .waitFor();
    await watch.getByRole('button', { name: 'Acknowledge', exact: true }).waitFor({ state: 'detached' });

    // The same page with scripts, for those who look after it.
    const withScript = await openWatched(browser, { viewport: phone });
    await withScript.page.goto(link);
    expect(await seriousFindings(withScript.page)).toEqual([]);
    expect(await horizontalOverflow(withScript.page)).toEqual([]);

    // Mended: it resolves, and each is told so once.
    await shop.getByRole('switch', { name: 'Payments fail' }).click();
    await watch
      .getByText(/resolved/i)
      .first()
      .waitFor();
    const overIn = async (): Promise<readonly string[]> =>
      (await received())
        .filter(({ title }) => title.includes('payments-failing is over'))
        .map(({ channel }) => channel);
    await until('the all-clear by every channel', async () => ((await overIn()).length >= 3 ? true : undefined));
    const inbox = await until('the all-clear in the inbox', async () => {
      const messages = await watchbillJson<readonly { alert: string; step: string }[]>([
        'inbox',
        'mia',
        '--data',
        dataFolder,
      ]);
      return messages.some(({ step }) => step === 'resolved') ? messages : undefined;
    });
    expect(
      inbox
        .filter(({ alert }) => alert === 'A-1')
        .map(({ step }) => step)
        .sort(),
    ).toEqual(['fired', 'resolved']);
    expect([...(await overIn())].sort()).toEqual(['email', 'slack', 'webhook']);
    expect((await received()).filter(({ title }) => title.includes('payments-failing'))).toHaveLength(6);
    await watch.getByRole('link', { name: 'Mission control' }).first().click();
    await watch.locator('[data-signal="payment_success"][data-state="on target"]').waitFor();

    for (const complaints of [watchComplaints, shopComplaints, onPhone.complaints, withScript.complaints]) {
      expect(complaints).toEqual([]);
    }
  });
});
