import { afterAll, beforeAll, expect, test } from 'vitest';
import { Play } from '#core/testing.ts';
import type { Core } from '#engine/core-process.ts';
import { MINUTE_MS, SECOND_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { compilePlan } from '#plan/compile.ts';
import { UNGROUPED } from '#plan/reading.ts';
import { insertEvents, insertReadings } from '#storage/clickhouse/events.ts';
import { type AskTelemetry, askWithin } from '#storage/clickhouse/within.ts';
import { clock } from '../../../test/kit/postgres.ts';
import { temporaryTelemetry } from '../../../test/kit/telemetry.ts';
import { createSignalServices } from './series-services.ts';

const now = Math.floor(clock.now() / MINUTE_MS) * MINUTE_MS;
const { plan: compiled } = compilePlan([
  {
    path: 'plan.yaml',
    text: `plan: shop
sources:
  orders: events "order" once per order_id
signals:
  error_rate: share(requests where status >= 500) over 1m
  orders_seen: count(orders) over 1m
`,
  },
]);

let telemetry: Awaited<ReturnType<typeof temporaryTelemetry>>;
beforeAll(async () => {
  telemetry = await temporaryTelemetry();
  // A request every second for ten minutes, every tenth of which fails; readings only of the last four.
  const events = Array.from({ length: 600 }, (_, index) => ({
    plan: 'shop',
    receivedAt: now - index * SECOND_MS - 1,
    event: {
      name: 'request',
      time: now - index * SECOND_MS - 1,
      id: `r-${index}`,
      attributes: { status: index % 10 === 0 ? 500 : 200 },
    },
  }));
  await insertEvents(telemetry.client, 's-1', events);
  const readings = Array.from({ length: 24 }, (_, index) => ({
    plan: 'shop',
    signal: 'error_rate',
    group: UNGROUPED,
    reading: { state: 'value' as const, value: 0.5, sampleSize: 7, at: now - (24 - index) * 10 * SECOND_MS },
  }));
  await insertReadings(telemetry.client, 'readings', readings);
});
afterAll(() => telemetry?.close());

function series(signals: string, services = servicesWith(askWithin(telemetry.client, clock))) {
  const from = new Date(now - 10 * MINUTE_MS).toISOString();
  const to = new Date(now).toISOString();
  return services.series('shop', { signals, from, to, stepMs: MINUTE_MS, groups: 1 });
}

function servicesWith(askTelemetry: AskTelemetry) {
  if (compiled === undefined) throw new Error('the plan does not compile');
  const core = {
    plans: () => ['shop'],
    lastWorld: () => new Play(compiled).world,
    alerts: async () => ({ rows: [] }),
    link: { readings: async () => [] },
  } as unknown as Core;
  return createSignalServices({ core, askTelemetry, clock });
}

test('what was before the first reading is worked out from events, and said to be', async () => {
  const [answer] = (await series('error_rate')).series;
  const iso = (minutes: number) => new Date(now - minutes * MINUTE_MS).toISOString();
  expect(answer?.fromEvents).toEqual({ from: iso(10), to: iso(4), state: 'computed' });
  expect(answer?.groups[0]?.last).toEqual([...Array(6).fill(expect.closeTo(0.1, 6)), ...Array(4).fill(0.5)]);
  expect(answer?.groups[0]?.sampleSize.slice(0, 7)).toEqual([60, 60, 60, 60, 60, 60, 7]);
  expect(answer?.groups[0]?.gaps).toEqual([]);
});

test('a source that counts once per value says why not; several signals at once are read from readings alone', async () => {
  const [orders] = (await series('orders_seen')).series;
  expect(orders?.fromEvents?.state).toBe('once-per');
  const both = await series('error_rate,orders_seen');
  expect(both.series.map(({ fromEvents }) => fromEvents)).toEqual([undefined, undefined]);
});

test('events are read for one chart at a time, and for no more charts than may wait', async () => {
  const charts = limits.seriesPastWaiting + 4;
  const all = Promise.withResolvers<void>();
  let asked = 0;
  let running = 0;
  let most = 0;
  // Each chart asks for its readings and then for what lies before them; no events are read until all have asked for both.
  const services = servicesWith((question) => {
    const query = async (parameters: Parameters<typeof telemetry.client.query>[0]) => {
      if (!/\bfrom events\b/.test(parameters.query)) return telemetry.client.query(parameters);
      running += 1;
      most = Math.max(most, running);
      await all.promise;
      return telemetry.client.query(parameters).finally(() => {
        running -= 1;
      });
    };
    const answer = question(Object.create(telemetry.client, { query: { value: query } }), new AbortController().signal);
    asked += 1;
    if (asked === 2 * charts) all.resolve();
    return answer;
  });
  const answers = await Promise.all(Array.from({ length: charts }, () => series('error_rate', services)));
  const states = answers.map((answer) => answer.series[0]?.fromEvents?.state);
  expect(most).toBe(1);
  expect(states.filter((state) => state === 'too-large')).toHaveLength(3);
  expect(states.filter((state) => state === 'computed')).toHaveLength(charts - 3);
});
