import { afterAll, beforeAll, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { availabilityOf, timesOf } from '#plan/availability.ts';
import { insertEvents } from '#storage/clickhouse/events.ts';
import { temporaryTelemetry } from '../../../test/kit/telemetry.ts';
import { readBuckets, readFailures, readResultsAt, readRuns } from './read-probes.ts';

const NOW = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
const STALE_MS = 70_000;
let telemetry: Awaited<ReturnType<typeof temporaryTelemetry>>;
const signal = (): AbortSignal => AbortSignal.timeout(10_000);

function result(probe: string, at: number, outcome: string, more: Readonly<Record<string, string | number>> = {}) {
  const { location = 'here', durationMs = 20, ...rest } = more;
  return {
    plan: 'shop',
    receivedAt: at,
    event: {
      name: 'check',
      time: at,
      id: `check-${probe}-${location}-${at}${rest['part'] ?? ''}`,
      durationMs: Number(durationMs),
      attributes: { probe, location, outcome, 'time.dns': 2, 'time.connect': 3, ...rest },
    },
  };
}

beforeAll(async () => {
  telemetry = await temporaryTelemetry();
  const at = (seconds: number): number => NOW - HOUR_MS + seconds * 1_000;
  await insertEvents(telemetry.client, 's-1', [
    result('api', at(0), 'passed'),
    result('api', at(30), 'passed'),
    result('api', at(60), 'failed', { reason: 'timed-out', message: 'Too slow.', evidence: '<h1>', durationMs: 100 }),
    result('api', at(60), 'failed', { part: 'db' }),
    // For ten minutes nobody looked.
    result('api', at(660), 'failed', { reason: 'connection-failed' }),
    result('api', at(690), 'unmeasured', { reason: 'address-refused', durationMs: 0 }),
    result('api', at(690), 'passed', { location: 'berlin' }),
    result('other', at(0), 'passed'),
    result("it's", at(5), 'passed'),
  ]);
});
afterAll(() => telemetry?.close());

const query = { plan: 'shop', probes: [{ name: 'api', staleMs: STALE_MS }], from: NOW - HOUR_MS, to: NOW };

test('runs are as many as there are changes and gaps, by location', async () => {
  const start = NOW - HOUR_MS;
  const runs = await readRuns(telemetry.client, query, signal());
  expect(runs).toEqual([
    {
      probe: 'api',
      location: 'berlin',
      lastAt: start + 690_000,
      runs: [{ from: start + 690_000, last: start + 690_000, state: 'up' }],
    },
    {
      probe: 'api',
      location: 'here',
      lastAt: start + 690_000,
      runs: [
        { from: start, last: start + 30_000, state: 'up' },
        { from: start + 60_000, last: start + 60_000, state: 'down' },
        { from: start + 660_000, last: start + 660_000, state: 'down' },
        { from: start + 690_000, last: start + 690_000, state: 'unknown' },
      ],
    },
  ]);
  const segments = availabilityOf(
    runs.map((one) => one.runs),
    { from: query.from, to: query.to, staleMs: STALE_MS },
  );
  expect(timesOf(segments, query.from, query.to)).toMatchObject({ upMs: 60_000 + STALE_MS, downMs: STALE_MS + 30_000 });
  const lasts = await readResultsAt(telemetry.client, { plan: 'shop', lasts: runs }, signal());
  expect(lasts.map(({ location, outcome }) => [location, outcome]).toSorted()).toEqual([
    ['berlin', 'passed'],
    ['here', 'unmeasured'],
  ]);
});

test('what did not pass stands there with its reason and evidence, parts by themselves', async () => {
  const failures = await readFailures(telemetry.client, query, signal());
  expect(failures.map(({ texts }) => texts['reason'])).toEqual(['address-refused', 'connection-failed', 'timed-out']);
  expect(failures[2]).toMatchObject({
    outcome: 'failed',
    durationMs: 100,
    texts: { message: 'Too slow.', evidence: '<h1>' },
  });
  expect(await readFailures(telemetry.client, { ...query, plan: 'foreign' }, signal())).toEqual([]);
});

test('buckets hold counts, means and the parts of the time', async () => {
  const buckets = await readBuckets(telemetry.client, { ...query, stepMs: 600_000 }, signal());
  expect(buckets).toMatchObject([
    {
      probe: 'api',
      index: 0,
      results: 3,
      failed: 1,
      unmeasured: 0,
      longestMs: 100,
      dnsMs: 2,
      connectMs: 3,
      tlsMs: null,
    },
    { probe: 'api', index: 1, results: 3, failed: 1, unmeasured: 1, durationMs: 20 },
  ]);
  expect(buckets[0]?.durationMs).toBeCloseTo(140 / 3);
});

test('30 days of a probe every 30 s come as few runs, and cut ones leave the rest unknown', async () => {
  await telemetry.client.command({
    query: `insert into events (plan, name, ts, received_at, event_id, outcome, duration_ms, strings, numbers)
      select 'long', 'check', fromUnixTimestamp64Milli({from:Int64} + number * 30000, 'UTC') as at, at, toString(number),
        if(number % 2880 < 2, 'failed', 'passed'), 12, map('probe', 'api', 'location', 'here', 'outcome', 'passed'),
        map('time.dns', 1.)
      from numbers(86400)`,
    query_params: { from: NOW - 30 * DAY_MS },
  });
  const month = { ...query, plan: 'long', from: NOW - 30 * DAY_MS };
  const [runs] = await readRuns(telemetry.client, month, signal());
  expect(runs?.runs.length).toBe(60);
  const segments = availabilityOf([runs?.runs ?? []], { from: month.from, to: NOW, staleMs: STALE_MS });
  expect(timesOf(segments, month.from, NOW)).toEqual({
    upMs: 30 * DAY_MS - 30 * 60_000,
    downMs: 30 * 60_000,
    unknownMs: 0,
  });
  await telemetry.client.command({
    query: `insert into events (plan, name, ts, received_at, event_id, outcome, strings, numbers)
      select 'flapping', 'check', fromUnixTimestamp64Milli({from:Int64} + number * 1000, 'UTC') as at, at, toString(number),
        if(number % 2 = 0, 'failed', 'passed'), map('probe', 'api', 'location', 'here'), map()
      from numbers(3000)`,
    query_params: { from: NOW - HOUR_MS },
  });
  const [cut] = await readRuns(telemetry.client, { ...query, plan: 'flapping' }, signal());
  expect(cut?.runs.length).toBe(limits.probeRunsRead);
  expect(cut?.runs.at(-1)).toMatchObject({ last: NOW - HOUR_MS + 1_999_000 });
});
