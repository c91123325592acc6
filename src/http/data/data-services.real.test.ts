import { afterAll, beforeAll, expect, test } from 'vitest';
import { Play, plan } from '#core/testing.ts';
import type { Core } from '#engine/core-process.ts';
import type { PlanData } from '#intake/link.ts';
import type { Confirmation, Probe } from '#plan/probe.ts';
import type { EventRecord } from '#signals/record.ts';
import { openClickHouse } from '#storage/clickhouse/client.ts';
import { attributeNames } from '#storage/clickhouse/data.ts';
import { insertEvents } from '#storage/clickhouse/events.ts';
import { type AskTelemetry, askWithin } from '#storage/clickhouse/within.ts';
import { clock } from '../../../test/kit/postgres.ts';
import { temporaryTelemetry } from '../../../test/kit/telemetry.ts';
import { createDataServices } from './data-services.ts';

let telemetry: Awaited<ReturnType<typeof temporaryTelemetry>>;
let askTelemetry: AskTelemetry;
const now = clock.now();

function event(name: string, ageMs: number, more: Partial<EventRecord> = {}): EventRecord {
  return { name, time: now - ageMs, id: `${name}-${ageMs}`, attributes: {}, ...more };
}

const long = 'x'.repeat(5_000);
const sent: EventRecord[] = [
  ...Array.from({ length: 30 }, (_, index) =>
    event('request', index * 1_000, {
      durationMs: 12.5,
      user: 'u1',
      attributes: { status: 500, route: `/p${index}`, slow: index === 0 },
    }),
  ),
  event('order', 1_500, { value: 7.25, attributes: { amount: 19.9, note: long, "it's": 'a "quoted" \\ one' } }),
  event('order', 3 * 3_600_000, { attributes: { amount: 5 } }),
  event('order', 3 * 86_400_000, { attributes: { old: true } }),
  event('alert', 2_000, { attributes: { kind: 'alert-fired' } }),
];

beforeAll(async () => {
  telemetry = await temporaryTelemetry();
  askTelemetry = askWithin(telemetry.client, clock);
  const rows = sent.map((one) => ({ plan: 'shop', receivedAt: one.time, event: one }));
  await insertEvents(telemetry.client, 's-1', rows);
  const foreign = { plan: 'other', receivedAt: now, event: event('foreign', 0, { attributes: { secret: 'planted' } }) };
  await insertEvents(telemetry.client, 's-2', [foreign]);
});
afterAll(() => telemetry?.close());

const data: PlanData = {
  since: now - 60_000,
  accepted: 33,
  samples: { accepted: 12, series: 3 },
  rejections: [
    { code: 'time-too-old', count: 1, lastAt: now, example: 'Too old.' },
    { code: 'field-type-conflict', count: 4, lastAt: now, example: 'Field "status" is a number.' },
  ],
  fieldTypes: [
    ['status', 'number'],
    ['never', 'boolean'],
  ],
};
const probe = (name: string, confirm?: Confirmation): Probe => ({
  name,
  text: 'tcp shop.example:443',
  check: { kind: 'tcp', host: 'shop.example', port: 443 },
  everyMs: {},
  timeoutMs: 1_000,
  expect: [],
  ...(confirm && { confirm }),
});
const compiled = plan([], {
  sources: {
    orders: { name: 'orders', event: 'order', units: { amount: '$' } },
    refunds: { name: 'refunds', event: 'refund', units: {} },
    alerts: { name: 'alerts', event: 'alert', units: {} },
  },
  probes: [probe('mail', { event: 'request', field: 'run', withinMs: 60_000 }), probe('web')],
});

function services(ask: AskTelemetry = askTelemetry, intake: PlanData | undefined = data) {
  const core = {
    plans: () => ['shop'],
    lastWorld: () => new Play(compiled).world,
    intakeStatus: async () => undefined,
    link: { data: async () => intake },
  } as unknown as Core;
  return createDataServices({ core, askTelemetry: ask, clock, intakeUrl: 'http://127.0.0.1:4318' });
}

test('pages of events, newest first, with all that was sent and nothing twice', async () => {
  const found: string[] = [];
  let before: string | undefined;
  do {
    const page = await services().events('shop', { limit: 7, ...(before === undefined ? {} : { before }) });
    found.push(...page.events.map(({ id }) => id));
    before = page.next;
  } while (before !== undefined);
  const expected = [...sent].sort((left, right) => right.time - left.time || (left.id < right.id ? 1 : -1));
  expect(found).toEqual(expected.map(({ id }) => id));
});

test('an event is as it was sent', async () => {
  const { events } = await services().events('shop', { name: 'order', limit: 1 });
  expect(events).toEqual([
    {
      id: 'order-1500',
      name: 'order',
      time: new Date(now - 1_500).toISOString(),
      receivedAt: new Date(now - 1_500).toISOString(),
      value: 7.25,
      attributes: { amount: 19.9, note: long, "it's": 'a "quoted" \\ one' },
    },
  ]);
});

test('a cursor that is none of ours is refused', async () => {
  await expect(services().events('shop', { limit: 1, before: 'W10' })).rejects.toMatchObject({
    code: 'invalid-request',
  });
});

test('fields have their types, an example that is cut, their unit and how many events have them', async () => {
  const { events, unused, awaited } = await services().fields('shop');
  expect(events.map(({ name, count, own, sources, probes }) => [name, count, own, sources, probes])).toEqual([
    ['request', 30, false, [], ['mail']],
    ['order', 2, false, ['orders'], []],
    ['alert', 1, true, ['alerts'], []],
  ]);
  const fields = new Map(events[0]?.fields.map((field) => [field.name, field]));
  expect(fields.get('status')).toEqual({ name: 'status', type: 'number', example: 500, share: 1 });
  expect(fields.get('slow')).toMatchObject({ type: 'boolean' });
  expect(fields.get('duration_ms')).toMatchObject({ type: 'number', example: 12.5 });
  expect(fields.get('user')).toMatchObject({ type: 'text', example: 'u1' });
  const orders = new Map(events[1]?.fields.map((field) => [field.name, field]));
  expect(orders.get('amount')).toMatchObject({ unit: '$' });
  expect(orders.get('note')?.example).toBe('x'.repeat(200));
  expect(orders.get("it's")?.example).toBe('a "quoted" \\ one');
  expect(unused).toEqual([{ name: 'never', type: 'boolean' }]);
  expect(awaited).toEqual([{ name: 'refund', sources: ['refunds'] }]);
});

test('attributes of the latest events of a name, of its own plan only; a name that did not come is left out', async () => {
  const ask = (names: readonly string[], limit = 100) =>
    askTelemetry((client, signal) =>
      attributeNames(client, { plan: 'shop', names, from: now - 86_400_000, to: now, limit }, signal),
    );
  const found = await ask(['order', 'request', 'foreign', 'refund']);
  expect([...found].map(([name, fields]) => [name, [...fields].sort()])).toEqual([
    ['order', ['amount', "it's", 'note']],
    ['request', ['route', 'slow', 'status']],
  ]);
  expect((await ask(['order'], 0)).size).toBe(0);
});

test('rates count every event of the last hour once', async () => {
  const { events, from, stepMs } = await services().rates('shop');
  const sums = events.map(({ name, counts }) => [name, counts.length, counts.reduce((sum, count) => sum + count, 0)]);
  expect(sums).toEqual([
    ['request', 360, 30],
    ['alert', 360, 1],
    ['order', 360, 1],
  ]);
  const step = Math.floor((now - 1_500 - Date.parse(from)) / stepMs);
  expect(events.find(({ name }) => name === 'order')?.counts[step]).toBe(1);
});

test('refusals come most frequent first, each with what helps; without intake nothing is known', async () => {
  expect(await services().rejections('shop')).toMatchObject({
    known: true,
    accepted: 33,
    samples: { accepted: 12, series: 3, mostSeries: 50_000 },
    rejections: [
      {
        code: 'field-type-conflict',
        count: 4,
        example: 'Field "status" is a number.',
        hint: expect.stringContaining('type'),
      },
      { code: 'time-too-old', count: 1 },
    ],
  });
  const core = { plans: () => ['shop'], link: { data: async () => undefined } } as unknown as Core;
  const away = createDataServices({ core, askTelemetry, clock, intakeUrl: 'http://127.0.0.1:4318' });
  expect(await away.rejections('shop')).toMatchObject({ known: false, accepted: 0, rejections: [] });
});

test('a store that is away is said with its reason, and costs the refusals nothing', async () => {
  const nowhere = openClickHouse({ url: 'http://127.0.0.1:1' });
  const dead = services(askWithin(nowhere, clock));
  await expect(dead.events('shop', { limit: 1 })).rejects.toMatchObject({
    code: 'telemetry-away',
    message: expect.stringContaining('nothing listens'),
  });
  await expect(dead.rates('shop')).rejects.toMatchObject({ code: 'telemetry-away' });
  expect((await dead.rejections('shop')).known).toBe(true);
  await nowhere.close();
});

test('a plan that is not there is not found', async () => {
  await expect(services().rates('other')).rejects.toMatchObject({ code: 'not-found' });
});
