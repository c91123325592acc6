import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ServerProcess } from '../crash/server-process.ts';
import { cleanUp, emptyFolder, INGEST_KEY, makeServer, sendEvents, watchbill } from '../end-to-end/program.ts';
import { chromiumPath, launchChromium } from './chromium.ts';
import { makeOwner, openSignedIn, type Session } from './signed-in.ts';

const PLAN = `plan: counted
title: Counted
timezone: UTC
launch: 2026-01-01 00:00
sources:
  payments: events "payment" once per id with amount in $
signals:
  error_rate:      share(requests where status >= 500) over 1h, at least 20
  p95_response:    p95(requests.duration) over 1h
  requests_seen:   count(requests) over 1h
  payments_seen:   count(payments) over 1h
  revenue:         sum(payments.amount where outcome = "ok") over 1h
  highest:         max(payments.amount) over 1h
  customers:       unique(payments.user) over 1h
  failed_by_shop:  count(payments where outcome != "ok" by shop) over 1h
  rare:            share(payments where outcome = "ok") over 1h, at least 5000
objectives:
  error_rate:    target < 1%, critical > 5%
  p95_response:  target < 500ms, critical > 2s
  requests_seen: target > 100
  payments_seen: target > 100
  revenue:       target > $1
  highest:       target > $1
  customers:     target > 1
  rare:          target > 1%
`;

interface SentEvent extends Readonly<Record<string, unknown>> {
  readonly name: string;
}

/** Numbers from a seed, so that a failure can be repeated. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

/** What is sent; some payments come twice under one id, as from a sender that did not hear the answer. */
function makeEvents(): readonly SentEvent[] {
  const random = numbersFrom(7);
  const events: SentEvent[] = [];
  for (let index = 0; index < 1_237; index += 1) {
    const status = random() < 0.043 ? 503 : 200;
    events.push({ name: 'request', status, route: '/orders', duration_ms: Math.round(random() * 900) + 5 });
  }
  for (let index = 0; index < 611; index += 1) {
    const payment: SentEvent = {
      name: 'payment',
      id: `p${index}`,
      amount: Math.round(random() * 9_000) / 100 + 1,
      outcome: random() < 0.9 ? 'ok' : 'failed',
      shop: random() < 0.6 ? 'berlin' : 'hamburg',
      user: `u${Math.floor(random() * 97)}`,
    };
    events.push(payment);
    if (random() < 0.1) events.push(payment);
  }
  return events;
}

/** The same figures, counted without any of the program's code. */
function count(events: readonly SentEvent[]) {
  const requests = events.filter(({ name }) => name === 'request');
  const payments = [
    ...new Map(events.filter(({ name }) => name === 'payment').map((event) => [event.id, event])).values(),
  ];
  const durations = requests.map((event) => Number(event.duration_ms)).sort((left, right) => left - right);
  const failed = payments.filter((event) => event.outcome !== 'ok');
  const amounts = (list: readonly SentEvent[]): readonly number[] => list.map((event) => Number(event.amount));
  return {
    requests: requests.length,
    payments: payments.length,
    errorShare: requests.filter((event) => Number(event.status) >= 500).length / requests.length,
    p95: durations[Math.ceil(durations.length * 0.95) - 1] ?? 0,
    revenue: amounts(payments.filter((event) => event.outcome === 'ok')).reduce((sum, amount) => sum + amount, 0),
    highest: Math.max(...amounts(payments)),
    customers: new Set(payments.map((event) => event.user)).size,
    failedInBerlin: failed.filter((event) => event.shop === 'berlin').length,
    failedInHamburg: failed.filter((event) => event.shop === 'hamburg').length,
    okShare: (payments.length - failed.length) / payments.length,
  };
}

/** Two decimals, for shares that are not close to none or all. */
function percent(share: number): string {
  return (share * 100).toLocaleString('en-GB', { maximumFractionDigits: 2 });
}

/** As people read it: four significant digits, whole numbers whole. */
function shown(value: number): string {
  const options = Number.isInteger(value) ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 4 };
  return value.toLocaleString('en-GB', options);
}

describe.skipIf(chromiumPath === undefined)('figures on the pages', () => {
  let browser: Browser;
  let server: ServerProcess;
  let session: Session;
  let dataFolder: string;
  const events = makeEvents();
  const counted = count(events);

  beforeAll(async () => {
    const folder = await emptyFolder();
    dataFolder = join(folder, 'data');
    const plan = join(folder, 'plan.yaml');
    await writeFile(plan, PLAN);
    server = await makeServer({ dataFolder, plan, environment: { WATCHBILL_INGEST_KEY: INGEST_KEY } });
    server.start();
    await server.untilReady();
    for (let start = 0; start < events.length; start += 200) {
      expect(await sendEvents(server, events.slice(start, start + 200))).toMatchObject({ status: 200 });
    }
    browser = await launchChromium();
    session = await makeOwner(browser, server);
  });

  afterAll(async () => {
    await browser?.close();
    await cleanUp();
  });

  /** What a tile, a row or a headline shows of a signal: its figure and its sample size. */
  async function tileText(page: Page, signal: string): Promise<string> {
    const tile = page.locator(`[data-signal="${signal}"]`);
    const value = await tile.locator('[data-value]').first().textContent();
    const foot = await tile.textContent();
    return `${value?.replace(/\s+/g, ' ')}, ${/n [\d,]+/.exec(foot ?? '')?.[0] ?? foot}`;
  }

  test('equal those of an independent counter, on mission control, in the list and in the table of groups', async () => {
    const { page, complaints } = await openSignedIn(browser, session);
    await page.goto(`${server.url}/plans/counted`);
    const seen = page.locator('[data-signal="requests_seen"] [data-value]');
    await seen.getByText(shown(counted.requests), { exact: true }).waitFor();

    const requests = `n ${shown(counted.requests)}`;
    const payments = `n ${shown(counted.payments)}`;
    const tiles = {
      error_rate: `${percent(counted.errorShare)} %, ${requests}`,
      requests_seen: `${shown(counted.requests)}, ${requests}`,
      payments_seen: `${shown(counted.payments)}, ${payments}`,
      highest: `${shown(counted.highest)} $, ${payments}`,
      customers: `${shown(counted.customers)}, ${payments}`,
    };
    const found: Record<string, string> = {};
    for (const signal of Object.keys(tiles)) found[signal] = await tileText(page, signal);
    expect(found).toEqual(tiles);
    // Of a large sum people read the whole units.
    expect(await tileText(page, 'revenue')).toContain(`${shown(Math.round(counted.revenue))} $, `);
    // More payments may still come in its first hour, and refunds would be less: a sum is open until then. What more cannot change is not.
    expect(await page.locator('[data-signal="revenue"]').getAttribute('data-state')).toBe('open');
    expect(await page.locator('[data-signal="requests_seen"]').getAttribute('data-state')).toBe('on target');

    // A percentile comes from a histogram: within 1%.
    const p95 = Number(/[\d.]+/.exec(await tileText(page, 'p95_response'))?.[0]);
    expect(Math.abs(p95 - counted.p95) / counted.p95).toBeLessThanOrEqual(0.01);

    // Too few are shown and not judged.
    expect(await page.locator('[data-signal="rare"]').getAttribute('data-state')).toBe('too few');
    expect(await page.locator('[data-signal="error_rate"]').getAttribute('data-state')).toBe('off target');

    await page.goto(`${server.url}/plans/counted/signals`);
    await page.locator('[data-signal="requests_seen"] [data-value]').waitFor();
    const rows: Record<string, string> = {};
    for (const signal of Object.keys(tiles)) rows[signal] = await tileText(page, signal);
    expect(rows).toEqual(tiles);

    await page.goto(`${server.url}/plans/counted/signals/failed_by_shop`);
    const group = (shop: string) => page.locator(`[data-group="${shop}"] [data-value]`);
    expect(await group('berlin').textContent()).toBe(shown(counted.failedInBerlin));
    expect(await group('hamburg').textContent()).toBe(shown(counted.failedInHamburg));
    expect(complaints).toEqual([]);
  });

  test('equal those of the counter in the terminal', async () => {
    const { output } = await watchbill(['status', '--data', dataFolder]);
    const row = (signal: string): string =>
      output
        .split('\n')
        .find((line) => line.startsWith(`${signal} `))
        ?.replaceAll(/\s+/g, ' ') ?? '';
    expect(row('error_rate')).toContain(` ${percent(counted.errorShare)}% `);
    expect(row('requests_seen')).toContain(` ${shown(counted.requests)} `);
    expect(row('highest')).toContain(` ${shown(counted.highest)} $ `);
    expect(row('customers')).toContain(` ${shown(counted.customers)} `);
    const groups = output.split('\n').filter((line) => line.startsWith('failed_by_shop'));
    expect(groups.find((line) => line.includes('berlin'))).toContain(` ${counted.failedInBerlin} `);
    expect(groups.find((line) => line.includes('hamburg'))).toContain(` ${counted.failedInHamburg} `);
  });
});
