import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Core } from '#engine/core-process.ts';
import type { FromCore, FromIntake } from '#intake/link.ts';
import { clock, temporaryPostgres } from '../../../test/kit/postgres.ts';
import { quietCore, serveApi } from '../../../test/kit/served-core.ts';
import type { Actor } from '../actor.ts';
import { createLiveServices } from './live-services.ts';
import { EventReader } from './testing.ts';

const text = `plan: shop
title: The shop
timezone: Europe/Berlin
launch: on command
phases:
  first-day: T+0 .. T+24h
people:
  mia: { email: mia@shop.example }
sources:
  orders: events "order"
signals:
  order_count: count(orders) over 5m
objectives:
  order_count: target > 10, critical < 5
`;

let postgres: Awaited<ReturnType<typeof temporaryPostgres>>;
let core: Core;
let live: ReturnType<typeof createLiveServices>;
let server: Awaited<ReturnType<typeof serveApi>>;
let url: string;
let signedIn = true;
/** What intake would read. */
let count = 20;

const viewer: Actor = { kind: 'session', name: 'vic', userId: 'vic', planLevels: { shop: 'viewer' } };

/** Intake's end of the link, as far as a page's figures need it. */
function connectIntake(): void {
  const session = core.link.connect({
    send: (message: FromCore) => {
      if (message.type !== 'readings-wanted') return;
      const at = clock.now();
      const reading = { state: 'value', value: count, sampleSize: count, at } as const;
      const answer: FromIntake = {
        type: 'readings',
        request: message.request,
        plan: message.plan,
        readings: [{ signal: 'order_count', group: '[]', reading }],
      };
      session.message(answer);
    },
    close: () => {},
  });
  session.message({ type: 'hello', instance: 'test' });
}

beforeAll(async () => {
  postgres = await temporaryPostgres();
  core = await quietCore(postgres);
  await core.apply({ files: [{ path: 'plan.yaml', text }] }, 'mia');
  connectIntake();
  live = createLiveServices({ core, clock, log: () => {} });
  server = await serveApi({ live }, async () =>
    signedIn ? { state: 'known', actor: viewer } : { state: 'anonymous' },
  );
  url = `${server.url}/plans`;
});

afterAll(async () => {
  live?.stop();
  await server?.close();
  await core?.stop();
  await postgres?.close();
});

async function follow(lastEventId?: number, signal?: AbortSignal) {
  const response = await fetch(`${url}/shop/live`, {
    headers: lastEventId === undefined ? {} : { 'last-event-id': String(lastEventId) },
    ...(signal === undefined ? {} : { signal }),
  });
  if (response.body === null) throw new Error('There is no stream.');
  return { response, reader: new EventReader(response.body) };
}

test('everything first, then what changes, and each fact as soon as it is committed', async () => {
  const { response, reader } = await follow();
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(await reader.nextOf('status')).toMatchObject({
    plan: { version: 1, running: true },
    readings: [{ signal: 'order_count', value: 20, state: 'on target' }],
  });
  count = 3;
  for (;;) {
    const change = await reader.nextOf('change');
    if (change?.readings === undefined) continue;
    expect(change.readings).toMatchObject([{ signal: 'order_count', value: 3, state: 'critical' }]);
    break;
  }
  const before = clock.monotonicMs();
  await core.launch('shop', 'mia');
  expect(await reader.nextOf('fact')).toMatchObject({ kind: 'plan-launched', body: { by: 'mia' } });
  expect(clock.monotonicMs() - before).toBeLessThan(2_000);
  await reader.cancel();
});

test('a connection that broke goes on after the last fact that came', async () => {
  const abort = new AbortController();
  const first = await follow(undefined, abort.signal);
  const { lastFact } = (await first.reader.nextOf('status')) ?? { lastFact: -1 };
  expect(lastFact).toBeGreaterThan(0);
  abort.abort();
  await first.reader.next().catch(() => undefined);
  while (live.followers('shop') > 0) await new Promise((resolve) => setImmediate(resolve));
  for (const version of [2, 3]) {
    await core.apply({ files: [{ path: 'plan.yaml', text: `${text}# ${version}\n` }] }, 'mia');
  }
  const again = await follow(first.reader.lastEventId);
  expect(await again.reader.nextOf('status')).toMatchObject({ lastFact, plan: { version: 3 } });
  const facts = [await again.reader.nextOf('fact'), await again.reader.nextOf('fact')];
  expect(facts.map((fact) => fact?.sequence)).toEqual([lastFact + 1, lastFact + 2]);
  await again.reader.cancel();
});

test('a plan that the reader may not see is not there', async () => {
  const response = await fetch(`${url}/secret/live`);
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ error: { code: 'not-found' } });
});

test('a session that ends takes its stream along within 5 seconds', async () => {
  const { reader } = await follow();
  await reader.nextOf('status');
  const before = clock.monotonicMs();
  signedIn = false;
  expect(await reader.nextOf('end')).toEqual({ reason: 'session-ended' });
  expect(clock.monotonicMs() - before).toBeLessThan(5_000);
  expect(await reader.next()).toBeUndefined();
  signedIn = true;
});

test('a reader who hangs up holds no stream any more', async () => {
  const response = await fetch(`${url}/shop/live`);
  expect(live.followers('shop')).toBe(1);
  await response.body?.cancel();
  while (live.followers('shop') > 0) await new Promise((resolve) => setImmediate(resolve));
});

test('when the server stops its readers hear of it', async () => {
  const { reader } = await follow();
  await reader.nextOf('status');
  live.stop();
  expect(await reader.nextOf('end')).toEqual({ reason: 'server-stops' });
  expect((await fetch(`${url}/shop/live`)).status).toBe(503);
});
