import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryTelemetry } from '../../../test/kit/telemetry.ts';
import { insertSamples, insertSeries, type StorableSamples } from './samples.ts';

/** Of today: the store drops what is older than its retention. */
const T0 = Math.floor(Date.now() / 3_600_000) * 3_600_000;
let telemetry: Awaited<ReturnType<typeof temporaryTelemetry>>;

beforeAll(async () => {
  telemetry = await temporaryTelemetry();
});
afterAll(() => telemetry?.close());

/** Points of two series, of which the second's id needs all of its 64 bits. */
function part(plan: string, first: number, values: readonly number[]): StorableSamples {
  return {
    plan,
    count: values.length,
    ids: Uint32Array.from(values.flatMap((_, index) => (index % 2 === 0 ? [7, 0] : [0xffff_fffe, 0xffff_ffff]))),
    firstTime: first,
    offsets: Int32Array.from(values, (_, index) => (index - 1) * 15_000),
    values: Float64Array.from(values),
  };
}

async function rows(): Promise<readonly Record<string, unknown>[]> {
  const answer = await telemetry.client.query({
    query: `select plan, toString(series_id) as id, toUnixTimestamp64Milli(ts) as at, value
      from samples final order by plan, series_id, ts`,
    format: 'JSONEachRow',
  });
  return answer.json();
}

test('points of several plans come into the store by columns, once however often they are sent', async () => {
  const parts = [part('shop', T0, [1.5, -0.1]), part('café "x"', T0, [1e300]), part('shop', T0 + 60_000, [3, 4])];
  await insertSamples(telemetry.client, 'segment-1', parts);
  await insertSamples(telemetry.client, 'segment-1', parts);
  // The same points from another request are the same points.
  await insertSamples(telemetry.client, 'segment-2', [part('shop', T0, [1.5])]);
  const high = '18446744073709551614';
  expect(await rows()).toEqual([
    { plan: 'café "x"', id: '7', at: T0 - 15_000, value: 1e300 },
    { plan: 'shop', id: '7', at: T0 - 15_000, value: 1.5 },
    { plan: 'shop', id: '7', at: T0 + 45_000, value: 3 },
    { plan: 'shop', id: high, at: T0, value: -0.1 },
    { plan: 'shop', id: high, at: T0 + 60_000, value: 4 },
  ]);
});

test('more plans in one segment than one dictionary names', async () => {
  await insertSamples(
    telemetry.client,
    'segment-3',
    Array.from({ length: 600 }, (_, index) => part(`many-${index}`, T0, [index])),
  );
  const answer = await telemetry.client.query({
    query: "select count() as plans, sum(value) as sum from samples where startsWith(plan, 'many-')",
    format: 'JSONEachRow',
  });
  expect(await answer.json()).toEqual([{ plans: 600, sum: (599 * 600) / 2 }]);
});

test('the last description of a series counts', async () => {
  const series = {
    plan: 'shop',
    idHigh: 0xffff_ffff,
    idLow: 0xffff_fffe,
    name: 'requests_total',
    labels: [
      ['path', "/it's\n\n{}"],
      ['zone', 'a'],
    ],
  } as const;
  await insertSeries(telemetry.client, 'segment-1', [{ ...series, describedAt: T0, kind: 'gauge' }]);
  await insertSeries(telemetry.client, 'segment-2', [{ ...series, describedAt: T0 + 1, kind: 'counter' }]);
  const answer = await telemetry.client.query({
    query: 'select toString(series_id) as id, name, kind, labels from series final',
    format: 'JSONEachRow',
  });
  expect(await answer.json()).toEqual([
    { id: '18446744073709551614', name: 'requests_total', kind: 'counter', labels: Object.fromEntries(series.labels) },
  ]);
});
