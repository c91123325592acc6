import { afterAll, beforeAll, expect, test } from 'vitest';
import { hash53 } from '#kernel/hash64.ts';
import { DAY_MS, HOUR_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { availabilityOf, timesOf } from '#plan/availability.ts';
import { checkRunsWritten, rollUpCheckRuns } from '#storage/clickhouse/check-runs.ts';
import { CHECK_SLICE_MS, checkSlicesWritten, rollUpCheckSlices } from '#storage/clickhouse/check-slices.ts';
import { insertEvents } from '#storage/clickhouse/events.ts';
import type { AskTelemetry } from '#storage/clickhouse/within.ts';
import { temporaryTelemetry } from '../../../test/kit/telemetry.ts';
import { readFailures } from './read-failures.ts';
import { readHistory } from './read-history.ts';
import { type LocationRuns, readBuckets, readDurations, readResultsAt, readRuns, readRunsOf } from './read-probes.ts';

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
      attributes: {
        ...{ probe, location, outcome, 'time.dns': 2, 'time.connect': 3 },
        ...(outcome === 'passed' && { 'time.confirmed': 4 }),
        ...rest,
      },
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
  const failures = await readFailures(
    telemetry.client,
    query,
    await readRuns(telemetry.client, query, signal()),
    signal(),
  );
  expect(failures.map(({ texts }) => texts['reason'])).toEqual(['address-refused', 'connection-failed', 'timed-out']);
  expect(failures[2]).toMatchObject({
    outcome: 'failed',
    durationMs: 100,
    texts: { message: 'Too slow.', evidence: '<h1>' },
  });
  expect(await readFailures(telemetry.client, { ...query, plan: 'foreign' }, [], signal())).toEqual([]);
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
      confirmedMs: 4,
    },
    { probe: 'api', index: 1, results: 3, failed: 1, unmeasured: 1, durationMs: 20 },
  ]);
  expect(buckets[0]?.durationMs).toBeCloseTo(140 / 3);
  const durations = await readDurations(telemetry.client, { ...query, stepMs: 600_000 }, signal());
  expect(durations).toEqual(buckets.map(({ probe, index, durationMs }) => ({ probe, index, durationMs })));
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

/** What must come out, by going through the results of one location, which are in order. */
function naiveRuns(results: readonly { at: number; outcome: string }[], staleMs: number) {
  const states: Record<string, string> = { passed: 'up', failed: 'down' };
  const runs: { from: number; last: number; state: string }[] = [];
  let before: string | undefined;
  for (const { at, outcome } of results) {
    const run = runs.at(-1);
    if (run !== undefined && before === outcome && at - run.last <= staleMs) run.last = at;
    else runs.push({ from: at, last: at, state: states[outcome] ?? 'unknown' });
    before = outcome;
  }
  return runs;
}

test('runs that were written by the hour say the same as the results, also late ones, and whatever a result holds for', async () => {
  let drawn = 0;
  const below = (limit: number): number => {
    drawn += 1;
    return hash53(`${drawn}`) % limit;
  };
  const begin = NOW - 8 * HOUR_MS;
  const written: { probe: string; location: string; at: number; outcome: string; part?: string }[] = [];
  const paces = { quick: 20_000, slow: 300_000, rare: 2 * HOUR_MS } as const;
  for (const [probe, everyMs] of Object.entries(paces)) {
    for (const location of ['here', 'berlin']) {
      let outcome = 'passed';
      for (let due = begin + 7_000; due < NOW; due += everyMs) {
        // Sometimes it is other than before, and sometimes nobody looks for a while.
        if (below(100) < 3) outcome = ['passed', 'failed', 'unmeasured'][below(3)] ?? outcome;
        if (below(200) === 0) due += Math.ceil(below(40 * 60_000) / everyMs) * everyMs;
        const at = due + below(900);
        written.push({ probe, location, at, outcome });
        // One of these is in every answer, and the other in most.
        written.push({ probe, location, at, part: 'db', outcome: below(100) < 3 ? 'failed' : 'passed' });
        if (below(10) > 0) written.push({ probe, location, at, part: 'mail', outcome: 'passed' });
      }
    }
  }
  const isLate = (one: { at: number; location: string }): boolean =>
    one.location === 'berlin' && one.at >= begin + 2.5 * HOUR_MS && one.at < begin + 3.8 * HOUR_MS;
  const store = (token: string, results: typeof written): Promise<void> =>
    insertEvents(
      telemetry.client,
      token,
      results.map(({ probe, at, outcome, location, part }) => ({
        ...result(probe, at, outcome, { location, ...(part === undefined ? {} : { part }) }),
        plan: 'runs',
      })),
    );
  const assertSame = async (results: typeof written, how: { readonly isForGood?: true } = {}): Promise<void> => {
    // By the last, a result of `quick` holds for less than a gap between two of them.
    for (const { stale, from, to } of [
      { stale: { quick: 50_000, slow: 700_000, rare: 5 * HOUR_MS }, from: begin + 1_234_567, to: NOW - 2_345_678 },
      { stale: { quick: 19_000, slow: 310_000, rare: 60_000 }, from: begin, to: NOW },
    ]) {
      const probes = Object.entries(stale).map(([name, staleMs]) => ({ name, staleMs }));
      const asked = { plan: 'runs', probes, from, to, ...how };
      const found: readonly (LocationRuns & { readonly part?: string })[] = [
        ...(await readRuns(telemetry.client, asked, signal())),
        ...(await readRunsOf('parts', telemetry.client, asked, signal())),
      ];
      for (const { name, staleMs } of probes) {
        for (const location of ['here', 'berlin']) {
          for (const part of [undefined, 'db', 'mail']) {
            const isIt = (one: { probe: string; location: string; part?: string }): boolean =>
              one.probe === name && one.location === location && one.part === part;
            const own = results.filter((one) => isIt(one) && one.at >= from && one.at < to);
            const runs = found.find(isIt);
            expect(runs?.runs ?? []).toEqual(naiveRuns(own, staleMs).slice(0, limits.probeRunsRead));
            expect(runs?.lastAt).toBe(own.at(-1)?.at);
          }
        }
      }
    }
  };
  const sliceAll = async (now: number, waitsFrom?: number): Promise<void> => {
    for (let before: number | undefined; ; ) {
      await rollUpCheckSlices(telemetry.client, now, waitsFrom);
      const upTo = (await checkSlicesWritten(telemetry.client))?.upTo;
      if (upTo === before) return;
      before = upTo;
    }
  };
  const bucketsOf = () =>
    readBuckets(
      telemetry.client,
      {
        plan: 'runs',
        probes: Object.keys(paces).map((name) => ({ name, staleMs: 1 })),
        ...{ from: begin - CHECK_SLICE_MS, to: NOW, stepMs: 3 * CHECK_SLICE_MS },
      },
      signal(),
    );
  const early = written.filter((one) => !isLate(one));
  await store('runs-early', early);
  await assertSame(early);
  const buckets = await bucketsOf();
  // What is not in this store yet is in no slice.
  await sliceAll(NOW - HOUR_MS, NOW - 3 * HOUR_MS + 1);
  expect((await checkSlicesWritten(telemetry.client))?.upTo).toBeLessThan(NOW - 3 * HOUR_MS);
  await assertSame(early);
  await sliceAll(NOW - HOUR_MS);
  expect((await checkSlicesWritten(telemetry.client))?.upTo).toBeGreaterThan(NOW - HOUR_MS - 2 * CHECK_SLICE_MS);
  await assertSame(early);
  const differences = (found: typeof buckets): unknown =>
    found.map((bucket, index) =>
      Object.entries(bucket).filter(([field, value]) => {
        const before = buckets[index]?.[field as keyof typeof bucket];
        return typeof value === 'number' && typeof before === 'number'
          ? Math.abs(value - before) > 1e-6
          : value !== before;
      }),
    );
  const fromSlices = await bucketsOf();
  expect(fromSlices.length).toBe(buckets.length);
  expect(differences(fromSlices)).toEqual(buckets.map(() => []));
  // The second time as after a crash.
  for (const time of ['first', 'second']) {
    await telemetry.client.command({
      query: 'alter table readings_rolled_up delete where step = 3600',
      clickhouse_settings: { mutations_sync: '1' },
    });
    // Other tests have put results of weeks into this store.
    await telemetry.client.command({
      query:
        "insert into readings_rolled_up (up_to, step) select toDateTime(intDiv({begin:Int64}, 1000), 'UTC'), 3600 settings insert_deduplicate = 0",
      query_params: { begin },
    });
    await rollUpCheckRuns(telemetry.client, NOW - 2 * HOUR_MS);
    expect(await checkRunsWritten(telemetry.client), time).toEqual({ since: begin, upTo: NOW - 3 * HOUR_MS });
    await assertSame(early);
  }
  const count = async (): Promise<number> => {
    const answer = await telemetry.client.query({
      query: "select toFloat64(count()) as rows from check_runs where plan = 'runs'",
      format: 'JSONEachRow',
    });
    return (await answer.json<{ rows: number }>())[0]?.rows ?? 0;
  };
  const rows = await count();
  expect(rows).toBeGreaterThan(0);
  expect(rows).toBeLessThan(early.length / 4);
  // A place that was cut off tells what it saw when it can.
  await store('runs-late', written.filter(isLate));
  // Nobody has noted that yet; what is kept for good must have it.
  await assertSame(written, { isForGood: true });
  // No hour has come to its end meanwhile.
  await rollUpCheckRuns(telemetry.client, NOW - 2 * HOUR_MS + 60_000);
  expect(await checkRunsWritten(telemetry.client)).toMatchObject({ upTo: NOW - 3 * HOUR_MS });
  // Slices are written again that got results since: durations, counts and late hours are read from them.
  await sliceAll(NOW);
  await assertSame(written);
  const counted = (await bucketsOf()).reduce((sum, { results }) => sum + results, 0);
  expect(counted).toBe(written.filter(({ at, part }) => part === undefined && at < NOW).length);
  // Of what this store does not have yet no hour is written.
  await rollUpCheckRuns(telemetry.client, NOW + 10 * 60_000, NOW - 2 * HOUR_MS + 5 * 60_000 - 1);
  expect(await checkRunsWritten(telemetry.client)).toMatchObject({ upTo: NOW - 3 * HOUR_MS });
  await rollUpCheckRuns(telemetry.client, NOW + 10 * 60_000, NOW - 2 * HOUR_MS + 5 * 60_000);
  expect(await checkRunsWritten(telemetry.client)).toMatchObject({ upTo: NOW - 2 * HOUR_MS });
  await rollUpCheckRuns(telemetry.client, NOW + 10 * 60_000);
  await assertSame(written);
});

test('what an availability asks for of parts is there when the results are not any more, and comes in shorter stretches where it is much', async () => {
  const figure = {
    targets: [
      { probe: 'quick', staleMs: 50_000 },
      { probe: 'quick', part: 'db', staleMs: 50_000 },
    ],
  } as unknown as Parameters<typeof readHistory>[2]['figure'];
  const wanted = { figure, from: NOW - 7 * HOUR_MS, to: NOW };
  const ask: AskTelemetry = (question) => question(telemetry.client, signal());
  const whole = await readHistory(ask, 'runs', wanted);
  expect(whole.map(({ locations }) => locations.length)).toEqual([2, 2]);
  // The store does not answer questions about more than four hours.
  const stretches: number[] = [];
  const weak: AskTelemetry = (question) =>
    question(
      new Proxy(telemetry.client, {
        get: (of, name) =>
          name !== 'query'
            ? Reflect.get(of, name)
            : (asked: Parameters<typeof of.query>[0]) => {
                const { from, to } = (asked.query_params ?? {}) as { from?: number; to?: number };
                if (from !== undefined && to !== undefined) {
                  if (to - from > 4 * HOUR_MS) throw Object.assign(new Error('MEMORY_LIMIT_EXCEEDED'), { code: '241' });
                  stretches.push(to - from);
                }
                return of.query(asked);
              },
      }),
      signal(),
    );
  const times = (histories: typeof whole): unknown =>
    histories.map(({ locations }) =>
      locations.map(({ runs }) => timesOf(availabilityOf([runs], { ...wanted, staleMs: 50_000 }), wanted.from, NOW)),
    );
  expect(times(await readHistory(weak, 'runs', wanted))).toEqual(times(whole));
  expect(stretches.length).toBeGreaterThanOrEqual(4);
  // Those of the last two hours are not in runs yet.
  const old = { figure, from: NOW - 7 * HOUR_MS, to: NOW - 2 * HOUR_MS };
  const before = await readHistory(ask, 'runs', old);
  for (const [table, where] of Object.entries({
    events: "name = 'check'",
    check_hours: 'true',
    check_hours_late: 'true',
  }))
    await telemetry.client.command({
      query: `alter table ${table} delete where plan = 'runs' and ${where}`,
      clickhouse_settings: { mutations_sync: '1' },
    });
  const after = await readHistory(ask, 'runs', old);
  expect(after[1]?.locations.map(({ location }) => location)).toEqual(['berlin', 'here']);
  expect(after.map(({ locations }) => locations.at(-1))).toEqual(before.map(({ locations }) => locations.at(-1)));
});
