import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import { afterEach, expect, test, vi } from 'vitest';
import { answer, listen, readBody, stop } from './http.ts';
import { type Office, startOffice } from './office.ts';
import type { BuyAnswer, OfficeState } from './office-state.ts';
import { type Shop, startShop } from './shop.ts';
import type { ShopEvent } from './telemetry.ts';

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Stands for Watchbill's intake: remembers what came, and answers as it is told. */
async function startIntake(statuses: readonly number[] = []) {
  const events: ShopEvent[] = [];
  const requests: { readonly key: string; readonly body: string; readonly authorization: string }[] = [];
  const server = createServer(async (request, response) => {
    const body = (await readBody(request)) ?? '';
    const status = statuses[requests.length] ?? 200;
    requests.push({
      key: String(request.headers['idempotency-key']),
      authorization: String(request.headers.authorization),
      body,
    });
    if (status !== 200) return answer(response, status, { error: { code: 'overloaded' } });
    const records = body.split('\n').map((line) => JSON.parse(line) as ShopEvent);
    events.push(...records);
    answer(response, 200, { accepted: records.length, rejected: [] });
  });
  const port = await listen(server, 0);
  closers.push(() => stop(server));
  return { url: `http://127.0.0.1:${port}`, events, requests };
}

async function openShop(intakeUrl: string, load: number): Promise<Shop> {
  const shop = await startShop({ port: 0, intakeUrl, key: 'wb_ingest_test', load });
  closers.push(() => shop.close());
  return shop;
}

async function openOffice(shop: Shop): Promise<Office> {
  const office = await startOffice({ port: 0, shop });
  closers.push(() => office.close());
  return office;
}

/** The first state that an open page is sent. */
async function stateOf(office: Office): Promise<OfficeState> {
  // Leaving the loop ends the stream.
  const response = await fetch(`${office.url}/stream`);
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString();
    const state = /event: shop\ndata: (.*)\n/.exec(text)?.[1];
    if (state === undefined) continue;
    return JSON.parse(state) as OfficeState;
  }
  throw new Error(`the stream ended without a state: ${text}`);
}

const order = { product: 'assam', quantity: 2, user: 'mia' };
const buy = (shop: Shop) => fetch(`${shop.url}/orders`, { method: 'POST', body: JSON.stringify(order) });

/** The limit is against hanging, not for speed. */
const eventually = (check: () => void | Promise<void>): Promise<void> => vi.waitFor(check, { timeout: 60_000 });

test('its own customers bring requests, payments and sign-ups', async () => {
  const intake = await startIntake();
  await openShop(intake.url, 4);
  await eventually(() => {
    const names = new Set(intake.events.map((event) => event.name));
    expect(names).toEqual(new Set(['request', 'query', 'payment', 'order', 'sign_up', 'health']));
  });
  expect(intake.requests[0]?.authorization).toBe('Bearer wb_ingest_test');
  const request = intake.events.find((event) => event.name === 'request');
  expect(request).toMatchObject({ route: expect.stringMatching(/^\//), status: expect.any(Number) });
  expect(request?.duration_ms).toBeGreaterThanOrEqual(0);
  expect(new Set(intake.events.map((event) => event.event_id)).size).toBe(intake.events.length);
});

test('broken payments fail, each attempt with an id of its own, and mending mends them', async () => {
  const intake = await startIntake();
  const shop = await openShop(intake.url, 0);
  shop.faults.set('payments', true);
  expect((await buy(shop)).status).toBe(402);
  shop.faults.set('payments', false);
  // One card in three hundred is declined; three in a row never happen.
  const statuses = [(await buy(shop)).status, (await buy(shop)).status, (await buy(shop)).status];
  expect(statuses).toContain(201);
  await eventually(() => {
    const failed = intake.events.filter((event) => event.reason === 'provider-error');
    expect(failed).toHaveLength(3);
    expect(new Set(failed.map((event) => event.id)).size).toBe(3);
    expect(failed[0]).toMatchObject({ name: 'payment', outcome: 'failed', amount: 15, user: 'mia' });
    expect(intake.events.some((event) => event.name === 'payment' && event.outcome === 'ok')).toBe(true);
  });
});

test('a slow database, a form without its button, and a shop that is gone', async () => {
  const intake = await startIntake();
  const shop = await openShop(intake.url, 0);
  shop.faults.set('database', true);
  const startedAt = performance.now();
  expect((await fetch(`${shop.url}/products`)).status).toBe(200);
  expect(performance.now() - startedAt).toBeGreaterThan(1_000);
  await eventually(() => {
    const query = intake.events.find((event) => event.name === 'query');
    expect(query).toMatchObject({ table: 'products' });
    expect(query?.duration_ms).toBeGreaterThan(1_000);
  });
  shop.faults.set('sign-ups', true);
  expect(await (await fetch(`${shop.url}/sign-up`)).text()).not.toContain('button');
  shop.faults.set('down', true);
  await expect(fetch(`${shop.url}/health`)).rejects.toThrow();
  shop.faults.set('down', false);
  await eventually(async () => expect((await fetch(`${shop.url}/health`)).status).toBe(200));
  expect(shop.faults.active()).toEqual(['database', 'sign-ups']);
});

test('a leak grows with every page, and mending gives it back', async () => {
  const intake = await startIntake();
  const shop = await openShop(intake.url, 0);
  const visit = () => fetch(`${shop.url}/health`).then((response) => response.text());
  /** What mending gives back, which happens at once; over the visits others' memory comes and goes. */
  const mend = () => {
    const before = process.memoryUsage().arrayBuffers;
    shop.faults.set('memory', false);
    return before - process.memoryUsage().arrayBuffers;
  };
  shop.faults.set('memory', true);
  for (let visits = 0; visits < 200; visits += 1) await visit();
  expect(mend()).toBeGreaterThan(90_000_000);
  await eventually(() => expect(intake.events.find((event) => event.name === 'health')?.memory).toBeGreaterThan(20));
});

test('what leaks is real memory', async () => {
  // In a process of its own: in this one others' memory comes and goes.
  const program = `
    const { createLeak } = await import(${JSON.stringify(new URL('leak.ts', import.meta.url).href)});
    const leak = createLeak();
    const held = () => process.memoryUsage.rss();
    const before = held();
    for (let drips = 0; drips < 200; drips += 1) leak.drip();
    const leaked = held();
    leak.mend();
    console.log(JSON.stringify([leaked - before, leaked - held()]));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
  for (const change of JSON.parse(stdout) as number[]) expect(change).toBeGreaterThan(90_000_000);
});

test('a shop that is down says nothing to anybody', async () => {
  const intake = await startIntake();
  const shop = await openShop(intake.url, 1);
  await eventually(() => expect(intake.events.length).toBeGreaterThan(5));
  shop.faults.set('down', true);
  const latest = () => Math.max(...intake.events.map((event) => event.time));
  await eventually(() => expect(Date.now() - latest()).toBeGreaterThan(3_000));
});

test('a batch that was not taken comes again, whole and under the same key', async () => {
  const intake = await startIntake([503, 429]);
  const shop = await openShop(intake.url, 0);
  await fetch(`${shop.url}/`);
  await eventually(() => expect(intake.events.length).toBeGreaterThan(0));
  expect(intake.requests).toHaveLength(3);
  expect(new Set(intake.requests.map((request) => request.key)).size).toBe(1);
  expect(new Set(intake.requests.map((request) => request.body)).size).toBe(1);
  await eventually(() => expect(shop.telemetry).toMatchObject({ sent: 1, dropped: 0 }));
});

test('faults are switched by nobody from another web page, and only by their names', async () => {
  const intake = await startIntake();
  const shop = await openShop(intake.url, 0);
  const office = await openOffice(shop);
  const post = (path: string, body: string, headers: Record<string, string> = {}) =>
    fetch(`${office.url}${path}`, { method: 'POST', body, headers });
  expect((await post('/faults/down', '{"on":true}', { origin: 'http://evil.example' })).status).toBe(403);
  expect((await post('/faults/everything', '{"on":true}')).status).toBe(404);
  expect((await post('/faults/down', '{"on":"yes"}')).status).toBe(400);
  expect(shop.faults.active()).toEqual([]);
  expect((await post('/faults/payments', '{"on":true}', { origin: office.url })).status).toBe(200);
  expect(shop.faults.active()).toEqual(['payments']);
  expect((await post('/faults/payments', '{"on":true,"forSeconds":0.2}')).status).toBe(200);
  await eventually(() => expect(shop.faults.active()).toEqual([]));
});

test('the office sells through the door, stays open when the shop is down, and shows what was counted', async () => {
  const intake = await startIntake();
  const shop = await openShop(intake.url, 0);
  const office = await openOffice(shop);
  const buyOne = async () => {
    const response = await fetch(`${office.url}/buy`, { method: 'POST', body: '{"product":"rooibos","quantity":1}' });
    return (await response.json()) as BuyAnswer;
  };
  shop.faults.set('payments', true);
  expect(await buyOne()).toEqual({ outcome: 'refused', text: 'The payment did not work.' });
  shop.faults.set('payments', false);
  await eventually(async () => expect(await buyOne()).toEqual({ outcome: 'sold', text: 'Sold, for $5.40.' }));
  shop.faults.set('down', true);
  await eventually(async () => expect((await buyOne()).outcome).toBe('closed'));
  const { figures, faults } = await stateOf(office);
  expect(figures.latestOrders).toMatchObject([{ product: 'Rooibos', amount: 5.4, user: 'you' }]);
  expect(figures.totalOrders).toBe(1);
  expect(faults.filter(({ on }) => on).map(({ name }) => name)).toEqual(['down']);
});

test('the page comes with a policy that lets nothing else in, as JavaScript that a browser takes', async () => {
  const office = await openOffice(await openShop((await startIntake()).url, 0));
  const page = await fetch(`${office.url}/`);
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
  for (const [, path] of (await page.text()).matchAll(/(?:src|href)="(\/[^"]*)"/g)) {
    const part = await fetch(`${office.url}${path}`);
    expect([path, part.status]).toEqual([path, 200]);
    if (path?.endsWith('.ts')) expect(part.headers.get('content-type')).toMatch(/^text\/javascript/);
  }
  expect((await fetch(`${office.url}/../shop.ts`)).status).toBe(404);
  expect((await fetch(`${office.url}/told/unknown`)).status).toBe(404);
});
