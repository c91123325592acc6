import { createHmac } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ServerProcess } from '../crash/server-process.ts';
import { cleanUp } from '../end-to-end/program.ts';
import { chromiumPath, desktop, launchChromium } from './chromium.ts';
import { untilShown } from './every-page.ts';
import { makeOwner, openSignedIn, type Session } from './signed-in.ts';
import { burn, GITHUB_SECRET, startWatched } from './watched-plan.ts';

const RUN = 'https://github.com/tea/shop/actions/runs/7';

describe.skipIf(chromiumPath === undefined)('webhooks and deployments', () => {
  let browser: Browser;
  let server: ServerProcess;
  let session: Session;

  beforeAll(async () => {
    browser = await launchChromium();
    const started = await startWatched();
    server = started.server;
    session = await makeOwner(browser, server);
    await burn(server, started.dataFolder);
  });

  afterAll(async () => {
    await browser?.close();
    await cleanUp();
  });

  /** As GitHub tells of a deployment that succeeded. */
  async function deliver(delivery: string, secret = GITHUB_SECRET): Promise<number> {
    const body = JSON.stringify({
      action: 'created',
      deployment_status: { state: 'success', environment: 'production', log_url: RUN },
      deployment: { id: 7, sha: 'f00dcafe'.repeat(5), ref: 'main' },
      repository: { name: 'tea-shop', full_name: 'tea/shop' },
    });
    const response = await fetch(`${server.intakeUrl}/v1/webhooks/watched/github`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'deployment_status',
        'x-github-delivery': delivery,
        'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
      },
      body,
    });
    await response.arrayBuffer();
    return response.status;
  }

  test('a deployment is marked in charts, said of alerts and told among what happens, without a reload', async () => {
    const chart = await openSignedIn(browser, session, { viewport: desktop });
    await chart.page.goto(`${server.url}/plans/watched/signals/failures?range=15m`);
    await untilShown(chart.page);
    // The figures were sent together with the deployment of another service.
    await chart.page.getByRole('button', { name: /Deployment of payments 2\.3\.0/ }).waitFor();
    const home = await openSignedIn(browser, session, { viewport: desktop });
    await home.page.goto(`${server.url}/plans/watched`);
    await untilShown(home.page);

    expect(await deliver('d-1')).toBe(200);
    const flags = chart.page.getByRole('list', { name: 'Deployments in the chart of failures' });
    const flag = flags.getByRole('button', { name: /shop f00dcaf/ });
    await flag.waitFor();
    await chart.page.getByText(/2 deployments, the last shop f00dcaf at|Deployed: shop f00dcaf/).waitFor();
    await flag.focus();
    await chart.page.keyboard.press('Enter');
    const panel = chart.page.getByRole('dialog');
    await panel.getByText('shop f00dcaf').waitFor();
    expect(await panel.getByRole('link', { name: 'Open its page' }).first().getAttribute('href')).toBe(RUN);
    await home.page.getByText('shop f00dcaf deployed to production').waitFor();

    const alert = await openSignedIn(browser, session, { viewport: desktop });
    await alert.page.goto(`${server.url}/plans/watched/alerts/A-1`);
    await untilShown(alert.page);
    await alert.page.getByText(/^payments 2\.3\.0 was deployed .*before this alert/).waitFor();

    for (const { complaints, context } of [chart, home, alert]) {
      expect(complaints).toEqual([]);
      await context.close();
    }
  });

  test('the page of the data has each webhook with its address, its last request and why one was refused', async () => {
    expect(await deliver('d-1')).toBe(200);
    const { page, complaints, context } = await openSignedIn(browser, session, { viewport: desktop });
    await page.goto(`${server.url}/plans/watched/data`);
    await untilShown(page);
    const github = page.locator('[data-webhook="github"]');
    await github.getByText(`${server.intakeUrl}/v1/webhooks/watched/github`).waitFor();
    await github.getByText('received', { exact: true }).waitFor();
    await page.locator('[data-webhook="stripe"]').getByText('nothing came in 30 days').waitFor();

    expect(await deliver('d-2', 'a guess')).toBe(401);
    await github.locator('[data-code="signature-invalid"]').waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });
});
