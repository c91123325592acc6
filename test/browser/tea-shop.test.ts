import { createTransport } from 'nodemailer';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Letterbox, startLetterbox } from '../../examples/tea-shop/letterbox.ts';
import { type Office, startOffice } from '../../examples/tea-shop/office.ts';
import { type Shop, startShop } from '../../examples/tea-shop/shop.ts';
import { horizontalOverflow, seriousFindings, walkWithTab } from './accessibility.ts';
import { chromiumPath, desktop, launchChromium, openWatched, phone } from './chromium.ts';

const webhookSecret = `whsec_${Buffer.from('a secret of thirty-two bytes or so').toString('base64')}`;

describe.skipIf(chromiumPath === undefined)("the tea shop's own page", () => {
  let browser: Browser;
  let letterbox: Letterbox;
  let shop: Shop;
  let office: Office;

  beforeAll(async () => {
    browser = await launchChromium();
    letterbox = await startLetterbox({ port: 0, smtpPort: 0, webhookSecret, received: () => {} });
    // Nobody takes its events: the page does not need them.
    shop = await startShop({ port: 0, intakeUrl: 'http://127.0.0.1:9', key: 'wb_ingest_test', load: 2 });
    office = await startOffice({ port: 0, shop, receivedUrl: letterbox.receivedUrl });
    await sendMail('resolved: few-sign-ups', '<p>Over.</p>');
  });

  async function sendMail(subject: string, html: string): Promise<void> {
    const mailer = createTransport({ host: '127.0.0.1', port: letterbox.smtpPort, ignoreTLS: true });
    await mailer.sendMail({ from: 'watchbill@tea.example', to: 'mia@tea.example', subject, text: 'plain', html });
  }

  afterAll(async () => {
    await browser.close();
    await office.close();
    await shop.close();
    await letterbox.close();
  });

  test('shows live orders, breaks and mends by its switches, and sells', async () => {
    const { page, context, complaints } = await openWatched(browser);
    await page.goto(office.url);
    await page.locator('#latest-orders li').first().waitFor();
    const payments = page.getByRole('switch', { name: 'Payments fail' });
    await payments.click();
    await page.getByText('open, payments fail').waitFor();
    expect(await payments.getAttribute('aria-checked')).toBe('true');
    expect(shop.faults.active()).toEqual(['payments']);
    await page.getByRole('button', { name: 'Buy' }).click();
    await page.getByText('The payment did not work.').waitFor();
    await page.getByText(/[1-9]\d* failed payments a minute/).waitFor();
    await payments.click();
    await page.getByText('open', { exact: true }).waitFor();
    expect(shop.faults.active()).toEqual([]);
    await page.getByRole('switch', { name: 'All down' }).click();
    await page.getByRole('button', { name: 'Buy' }).click();
    await page.getByText('Nobody answers the door.').waitFor();
    await page.getByRole('switch', { name: 'All down' }).click();
    await page.getByText('open', { exact: true }).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test.each([
    ['desktop', 'light', desktop],
    ['desktop', 'dark', desktop],
    ['phone', 'light', phone],
    ['phone', 'dark', phone],
  ] as const)('on a %s in %s: axe, no sideways scroll, every control by Tab', async (_, colorScheme, viewport) => {
    const { page, context, complaints } = await openWatched(browser, { viewport, colorScheme });
    await page.goto(office.url);
    await page.getByRole('switch', { name: 'Payments fail' }).waitFor();
    await page.locator('#messages li').first().waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    expect(await horizontalOverflow(page)).toEqual([]);
    const walk = await walkWithTab(page);
    expect(walk).toMatchObject({ unreached: [], unmarked: [] });
    expect(walk.reached).toBeGreaterThan(7);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('shows mail in a frame that runs nothing, with a link that opens beside it, and Slack as Slack does', async () => {
    const { page, context, complaints } = await openWatched(browser, {
      // What the mail tries is refused by its own policy, which the console says.
      expected: [/Blocked script execution in/, /Refused to load/, /violates the following Content Security Policy/],
    });
    await page.goto(office.url);
    const script = "<script>document.body.textContent = 'it ran'</script>";
    await sendMail(
      'urgent: payments-failing fires',
      `<p>Payments fail.</p>${script}<a href="${office.url}/?from-mail">Acknowledge</a>`,
    );
    const frame = page.frameLocator('#message iframe');
    await frame.getByText('Payments fail.').waitFor();
    expect(await frame.getByText('it ran', { exact: true }).count()).toBe(0);
    const opened = context.waitForEvent('page');
    await frame.getByRole('link', { name: 'Acknowledge' }).click();
    expect((await opened).url()).toBe(`${office.url}/?from-mail`);

    const block = { type: 'section', text: { type: 'mrkdwn', text: '*Payments* &lt;fail&gt; `3`' } };
    const blocks = [{ type: 'header', text: { type: 'plain_text', text: 'payments-failing fires' } }, block];
    expect(
      (await fetch(letterbox.slackUrl, { method: 'POST', body: JSON.stringify({ text: 'x', blocks }) })).status,
    ).toBe(200);
    await page.getByRole('button', { name: /slack.*payments-failing fires/ }).click();
    expect(await page.locator('.slack-message strong').textContent()).toBe('Payments');
    expect(await page.locator('.slack-message').textContent()).toContain('Payments <fail> 3');
    expect(complaints).toEqual([]);
    await context.close();
  });
});
