import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY_MS } from '#kernel/instant.ts';
import type { ServerProcess } from '../crash/server-process.ts';
import { cleanUp, emptyFolder, INGEST_KEY, makeServer, sendEvents, watchbill } from '../end-to-end/program.ts';
import { horizontalOverflow, seriousFindings } from './accessibility.ts';
import { chromiumPath, desktop, launchChromium } from './chromium.ts';
import { untilShown } from './every-page.ts';
import { makeOwner, openSignedIn, type Session } from './signed-in.ts';
import { smallTargets } from './touch.ts';

describe.skipIf(chromiumPath === undefined)('probes and heartbeats', () => {
  let browser: Browser;
  let server: ServerProcess;
  let session: Session;
  let target: Server;
  let dataFolder: string;
  let isWell = true;

  beforeAll(async () => {
    browser = await launchChromium();
    target = createServer((request, response) => {
      const run = /run=(\w+)/.exec(request.url ?? '')?.[1];
      if (run !== undefined) {
        response.writeHead(202).end(() => void sendEvents(server, [{ name: 'mail-received', run }]));
        return;
      }
      response.writeHead(isWell ? 200 : 503, { 'content-type': 'text/plain' });
      response.end(isWell ? 'fine' : 'the database is away');
    });
    await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
    const { port } = target.address() as AddressInfo;
    const folder = await emptyFolder();
    dataFolder = join(folder, 'data');
    const plan = join(folder, 'plan.yaml');
    await writeFile(
      plan,
      `plan: shop
launch: ${new Date(Date.now() - DAY_MS).toISOString()}
phases: { night: T+0 .. T+12h, day: T+12h .. T+36h, after: from T+36h }
people: { mia: { email: mia@tea.example } }
services: { shop: { needs: [web] }, web: {}, ledger: {} }
severities: { soon: { notify: [mia by app] } }
probes:
  api:    { check: "GET http://127.0.0.1:${port}/health", every: 1s, expect: status = 200, service: web }
  away:   { check: "tcp 10.255.255.1:5432", every: 2s, service: ledger }
  mail:
    check:   POST http://127.0.0.1:${port}/send?run=<run>
    every:   31d
    confirm: { event: mail-received, field: run, within: 1h }
  ledger: { check: "GET http://127.0.0.1:${port}/ledger?with=a-rather-long-address-that-has-to-break-somewhere", every: 31d }
heartbeats:
  nightly: { every: 'cron "0 3 * * *"', grace: 30m, longest: 2h }
  sync:    { every: 15m }
signals: { uptime: availability(web) over 30d }
objectives: { uptime: target >= 99.9% }
rules:
  api-down: { when: api failing, severity: soon, service: web }
assessments:
  sound:  { of: [api, ledger, sync, api-down] }
  ledger: { of: [ledger], during: [night, day] }
`,
    );
    server = await makeServer({
      dataFolder,
      plan,
      environment: { WATCHBILL_INGEST_KEY: INGEST_KEY, WATCHBILL_EGRESS_ALLOW: `127.0.0.1:${port}` },
    });
    server.start();
    await server.untilReady();
    session = await makeOwner(browser, server);
    await sendEvents(server, earlierResults());
  });

  afterAll(async () => {
    await browser?.close();
    target?.close();
    await cleanUp();
  });

  test('a target that dies is seen with its reason and what it answered', async () => {
    const { page, complaints, context } = await openSignedIn(browser, session, { viewport: desktop });
    await page.goto(`${server.url}/plans/shop/probes`);
    await untilShown(page);
    const api = page.locator('[data-probe="api"]');
    await api.getByText('passing', { exact: true }).waitFor();
    // We may not dial there: that says nothing of the target.
    await page.locator('[data-probe="away"]').getByText('not known', { exact: true }).first().waitFor();
    isWell = false;
    await api.getByText('failing', { exact: true }).waitFor();
    await page.locator('[data-state-sentence]').getByText('1 probe fails').waitFor();
    await api.getByRole('link', { name: 'api' }).click();
    await page.getByRole('heading', { name: 'api', level: 1 }).waitFor();
    const failure = page.locator('[data-failure]').first();
    await failure.waitFor();
    expect(await failure.textContent()).toMatch(/failed: .*503[\s\S]*the database is away/);
    expect(await page.locator('dl').textContent()).toMatch(/expectsstatus = 200[\s\S]*rulesapi-down/);
    expect(await page.locator('[data-location="here"]').textContent()).toContain('failed');
    expect(await page.getByRole('img', { name: /^Durations/ }).count()).toBe(1);
    isWell = true;
    await page.locator('[data-state-sentence]').getByText('passing').waitFor();
    // What was before the first result is not known, and not up.
    await page.getByText('unknown', { exact: true }).first().waitFor();
    await page.getByRole('button', { name: '15 m' }).click();
    await page.getByRole('link', { name: 'All probes' }).click();
    await api.waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('a message that arrives has passed, with the time that it took', async () => {
    const { page, complaints, context } = await openSignedIn(browser, session, { viewport: desktop });
    await page.goto(`${server.url}/plans/shop/probes/mail`);
    await untilShown(page);
    await page.locator('[data-location="here"]').getByText('passed').waitFor();
    await page.locator('li', { hasText: /^confirmed \d/ }).waitFor();
    expect(await page.locator('dl').textContent()).toContain('mail-received brings its id in run, within 1 h');
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('what a target of availability leaves room for stands beside it', async () => {
    const { page, complaints, context } = await openSignedIn(browser, session, { viewport: desktop });
    await page.goto(`${server.url}/plans/shop/signals/uptime`);
    await untilShown(page);
    await page.getByRole('heading', { name: 'Error budget' }).waitFor();
    await page.getByText(/of 43 min 12 s used: a target of 99.9%/).waitFor();
    await page.getByText('Known time', { exact: true }).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('a job checks in by its address, and the page says how it ended', async () => {
    const { page, complaints, context } = await openSignedIn(browser, session, { viewport: desktop });
    await page.goto(`${server.url}/plans/shop/probes`);
    await untilShown(page);
    const nightly = page.locator('[data-heartbeat="nightly"]');
    await nightly.getByText('never came').waitFor();
    await nightly.locator('summary').click();
    const snippet = (await nightly.locator('details code, details pre').first().textContent()) ?? '';
    const address = /http:\S+\/v1\/heartbeats\/KEY\/nightly/.exec(snippet)?.[0] ?? '';
    const made = await watchbill(['key', 'create', 'jobs', '--for', 'heartbeat', '--data', dataFolder]);
    const url = address.replace('KEY', made.output.trim());
    expect(await (await fetch(`${url}/start`)).text()).toBe('OK\n');
    expect((await fetch(`${url}/3`, { method: 'POST', body: 'no space left on device' })).status).toBe(200);
    await nightly.getByText('failed', { exact: true }).waitFor();
    await nightly.getByText('no space left on device').waitFor();
    await nightly.getByText('exit code 3').waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('a service that is down is seen with its reason and with what needs it', async () => {
    isWell = false;
    const { page, complaints, context } = await openSignedIn(browser, session, { viewport: desktop });
    await page.goto(`${server.url}/plans/shop/services`);
    await untilShown(page);
    const web = page.locator('[data-service="web"]');
    await web.getByText('down', { exact: true }).waitFor();
    await web.getByRole('link', { name: /^A-\d+ api-down$/ }).waitFor();
    await page.locator('[data-service="shop"]').getByText('at risk', { exact: true }).waitFor();
    await page
      .locator('[data-state-sentence]')
      .getByText(/^web is down; shop needs what is down/)
      .waitFor();
    // By the keyboard from what needs it to it, and to why.
    await page.locator('[data-node="shop"]').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    const focused = () => page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset['service']);
    expect(await focused()).toBe('web');
    await page.goto(`${server.url}/plans/shop`);
    await page.getByRole('link', { name: 'shop at risk' }).waitFor();
    await page.getByRole('link', { name: /^web down/ }).click();
    await web.getByText('down', { exact: true }).waitFor();
    isWell = true;
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('a verdict over a phase names the check that failed in it, and what that found', async () => {
    isWell = false;
    const { page, complaints, context } = await openSignedIn(browser, session, { viewport: desktop });
    await page.goto(`${server.url}/plans/shop`);
    await untilShown(page);
    await page.locator('[data-verdict="sound"]').getByText('in day: api, api-down').waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('t');
    await page.getByRole('heading', { name: 'Verdicts', level: 1 }).waitFor();
    const sound = page.locator('[data-assessment="sound"]');
    await sound.waitFor();
    const verdicts = sound.locator('thead [data-verdict]');
    expect(await verdicts.evaluateAll((list) => list.map((one) => one.getAttribute('data-verdict')))).toEqual([
      'not proved',
      'failed',
      'not begun',
    ]);
    const cell = (check: string, phase: string) =>
      sound.locator(`[data-check="${check}"] td[data-phase="${phase}"]`).textContent();
    expect(await cell('api', 'night')).toBe('0% known');
    expect(await cell('api', 'day')).toMatch(/^fail/);
    expect(await cell('ledger', 'day')).toMatch(/known$/);
    expect(await cell('api', 'after')).toBe('not begun');
    expect(await page.locator('[data-finding="api"]').textContent()).toContain('the database is away');
    await page
      .locator('[data-finding="api-down"]')
      .getByRole('link', { name: /^Alert A-/ })
      .waitFor();
    await sound.getByRole('link', { name: 'api', exact: true }).click();
    await page.getByRole('heading', { name: 'api', level: 1 }).waitFor();
    isWell = true;
    expect(complaints).toEqual([]);
    await context.close();
  });

  test.each(['light', 'dark'] as const)(
    'in the %s scheme both pages fit a phone, for everybody',
    async (colorScheme) => {
      const { page, context } = await openSignedIn(browser, session, {
        viewport: { width: 390, height: 844 },
        colorScheme,
      });
      for (const path of ['probes', 'probes/ledger', 'probes/api', 'services', 'verdicts', 'signals/uptime']) {
        await page.goto(`${server.url}/plans/shop/${path}`);
        await untilShown(page);
        expect(await horizontalOverflow(page)).toEqual([]);
        expect(await seriousFindings(page)).toEqual([]);
        if (path === 'verdicts') expect(await smallTargets(page)).toEqual([]);
      }
      await context.close();
    },
  );
});

/** Of a day: every ten minutes, failures for an hour, and three hours in which nobody looked. */
function earlierResults(): readonly Readonly<Record<string, unknown>>[] {
  const now = Date.now();
  return Array.from({ length: 143 }, (_, index) => {
    const at = now - (143 - index) * 600_000;
    const isFailure = index >= 60 && index < 66;
    return {
      name: 'check',
      time: new Date(at).toISOString(),
      duration_ms: 60 + (index % 7) * 12,
      ...{
        probe: 'ledger',
        location: 'berlin',
        outcome: isFailure ? 'failed' : 'passed',
        status: isFailure ? 500 : 200,
      },
      ...{ 'time.dns': 4, 'time.connect': 12, 'time.tls': 21, 'time.first_byte': 20 + (index % 7) * 10 },
      ...(isFailure && {
        reason: 'expectation-failed',
        message: 'The status is 500; 200 to 299 was expected.',
        evidence: '{"status":"down","checks":{"database":"refused the connection of the ledger"}}',
      }),
    };
  }).filter((_, index) => index < 90 || index > 108);
}
