import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryTelemetry } from '../../../test/kit/telemetry.ts';
import { metricNames } from './metric-names.ts';
import { insertSamples, insertSeries } from './samples.ts';

const NOW = Date.now();
let telemetry: Awaited<ReturnType<typeof temporaryTelemetry>>;

beforeAll(async () => {
  telemetry = await temporaryTelemetry();
  const describe = (low: number, name: string, labels: Readonly<Record<string, string>>, more = {}) => ({
    ...{ plan: 'shop', describedAt: NOW - 60_000, idHigh: 1, idLow: low, name, kind: 'counter' },
    labels: Object.entries(labels),
    ...more,
  });
  await insertSeries(telemetry.client, 's-1', [
    describe(1, 'http_requests_total', { job: 'api', route: '/' }),
    describe(2, 'http_requests_total', { job: 'api' }),
    describe(3, 'go_threads', { job: 'api' }, { kind: 'gauge' }),
    describe(4, 'http_old', {}, { describedAt: NOW - 3 * 86_400_000 }),
    describe(5, 'http_foreign', {}, { plan: 'other' }),
    describe(6, "http_it's", {}, { kind: 'gauge' }),
  ]);
  const points = [
    [1, 5],
    [2, 7],
    [3, 11],
    [1, 6],
  ] as const;
  await insertSamples(telemetry.client, 's-2', [
    {
      plan: 'shop',
      count: points.length,
      ids: Uint32Array.from(points.flatMap(([low]) => [low, 1])),
      firstTime: NOW - 10_000,
      offsets: Int32Array.from(points, (_, index) => index * 1_000),
      values: Float64Array.from(points, ([, value]) => value),
    },
  ]);
});
afterAll(() => telemetry?.close());

function names(text: string, limit = 10) {
  const signal = AbortSignal.timeout(10_000);
  return metricNames(telemetry.client, { plan: 'shop', text, now: NOW, limit }, signal);
}

test('what there is under each name, with its latest point', async () => {
  const none = { lastAt: null, lastValue: null };
  expect(await names('')).toEqual([
    { name: 'go_threads', kind: 'gauge', series: 1, labels: ['job'], lastAt: NOW - 8_000, lastValue: 11 },
    { name: "http_it's", kind: 'gauge', series: 1, labels: [], ...none },
    {
      name: 'http_requests_total',
      kind: 'counter',
      series: 2,
      labels: ['job', 'route'],
      lastAt: NOW - 7_000,
      lastValue: 6,
    },
  ]);
});

test('names are found by any part of them, taken literally', async () => {
  expect((await names('REQUESTS')).map(({ name }) => name)).toEqual(['http_requests_total']);
  expect((await names("'")).map(({ name }) => name)).toEqual(["http_it's"]);
  expect(await names('%')).toEqual([]);
  expect((await names('', 1)).map(({ name }) => name)).toEqual(['go_threads']);
});
