import { createServer } from 'node:http';
import { afterEach, expect, test, vi } from 'vitest';
import type { FaultName } from './faults.ts';
import { answer, listen, readBody, stop } from './http.ts';
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
  const shop = await startShop({ port: 0, controlPort: 0, intakeUrl, key: 'wb_ingest_test', load });
  closers.push(() => shop.close());
  return shop;
}

async function switchFault(shop: Shop, name: FaultName, on: boolean): Promise<void> {
  const response = await fetch(`${shop.controlUrl}/faults/${name}`, { method: 'POST', body: JSON.stringify({ on }) });
  expect(response.status).toBe(200);
}

const order = { product: 'assam', quantity: 2, user: 'mia' };
const buy = (shop: Shop) => fetch(`${shop.url}/orders`, { method: 'POST', body: JSON.stringify(order) });

test('its own customers bring requests, payments and sign-ups', async () => {
  const intake = await startIntake();
  await openShop(intake.url, 4);
  await vi.waitFor(
    () => {
      const names = new Set(intake.events.map((event) => event.name));
      expect(names).toEqual(new Set(['request', 'payment', 'sign_up']));
    },
    { timeout: 20_000 },
  );
  expect(intake.requests[0]?.authorization).toBe('Bearer wb_ingest_test');
  const request = intake.events.find((event) => event.name === 'request');
  expect(request).toMatchObject({ route: expect.stringMatching(/^\//), status: expect.any(Number) });
  expect(request?.duration_ms).toBeGreaterThanOrEqual(0);
  expect(new Set(intake.events.map((event) => event.event_id)).size).toBe(intake.events.length);
});

test('broken payments fail, each attempt with an id of its own, and mending mends them', async () => {
  const intake = await startIntake();
  const shop = await openShop(intake.url, 0);
  await switchFault(shop, 'payments', true);
  expect((await buy(shop)).status).toBe(402);
  await switchFault(shop, 'payments', false);
  // One card in three hundred is declined; three in a row never happen.
  const statuses = [(await buy(shop)).status, (await buy(shop)).status, (await buy(shop)).status];
  expect(statuses).toContain(201);
  await vi.waitFor(() => {
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
  await switchFault(shop, 'database', true);
  const startedAt = performance.now();
  expect((await fetch(`${shop.url}/products`)).status).toBe(200);
  expect(performance.now() - startedAt).toBeGreaterThan(1_000);
  await switchFault(shop, 'sign-ups', true);
  expect(await (await fetch(`${shop.url}/sign-up`)).text()).not.toContain('button');
  await switchFault(shop, 'down', true);
  await expect(fetch(`${shop.url}/health`)).rejects.toThrow();
  await switchFault(shop, 'down', false);
  await vi.waitFor(async () => expect((await fetch(`${shop.url}/health`)).status).toBe(200));
  expect(await (await fetch(`${shop.controlUrl}/faults`)).json()).toMatchObject({ on: ['database', 'sign-ups'] });
});

test('a batch that was not taken comes again, whole and under the same key', async () => {
  const intake = await startIntake([503, 429]);
  const shop = await openShop(intake.url, 0);
  await fetch(`${shop.url}/`);
  await vi.waitFor(() => expect(intake.events).toHaveLength(1), { timeout: 10_000 });
  expect(intake.requests).toHaveLength(3);
  expect(new Set(intake.requests.map((request) => request.key)).size).toBe(1);
  expect(new Set(intake.requests.map((request) => request.body)).size).toBe(1);
  await vi.waitFor(() => expect(shop.telemetry).toMatchObject({ sent: 1, dropped: 0 }));
});

test('faults are switched by nobody from a web page, and only by their names', async () => {
  const intake = await startIntake();
  const shop = await openShop(intake.url, 0);
  const post = (path: string, body: string, headers: Record<string, string> = {}) =>
    fetch(`${shop.controlUrl}${path}`, { method: 'POST', body, headers });
  expect((await post('/faults/down', '{"on":true}', { origin: 'http://evil.example' })).status).toBe(403);
  expect((await post('/faults/everything', '{"on":true}')).status).toBe(404);
  expect((await post('/faults/down', '{"on":"yes"}')).status).toBe(400);
  expect((await post('/faults/payments', '{"on":true,"forSeconds":0.2}')).status).toBe(200);
  await vi.waitFor(() => expect(shop.faults.active()).toEqual([]));
});
