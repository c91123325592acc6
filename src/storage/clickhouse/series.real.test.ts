import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Reading } from '#plan/reading.ts';
import { temporaryTelemetry } from '../../../test/kit/telemetry.ts';
import { insertReadings, type StorableReading } from './events.ts';
import { type RolledUpTo, rolledUpTo, rollUpReadings, rollUps } from './roll-up.ts';
import { readSeries, type StoredSeries } from './series.ts';

const T0 = Date.UTC(2026, 2, 2, 9);
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const NOTHING: RolledUpTo = new Map();
let telemetry: Awaited<ReturnType<typeof temporaryTelemetry>>;

beforeAll(async () => {
  telemetry = await temporaryTelemetry();
  // As intake writes them: every 10 seconds, all groups in one block.
  for (let from = 0; from < written.length; from += 2_000) {
    await insertReadings(telemetry.client, `t-${from}`, written.slice(from, from + 2_000));
  }
});
afterAll(() => telemetry?.close());

/** Three hours of two groups that come and go, with every state; and another plan whose readings must never show. */
const written: StorableReading[] = [];
for (let index = 0; index < 3 * 360; index += 1) {
  const at = T0 + index * 10_000 + (index % 7) * 13;
  const put = (plan: string, signal: string, group: string, reading: Reading): void =>
    void written.push({ plan, signal, group, reading });
  put('shop', 'errors', '["/a"]', readingAt(index, at));
  if (index % 360 < 200) put('shop', 'errors', '["/b"]', readingAt(index + 40, at));
  put('shop', "it's", '[]', { state: 'value', value: index, sampleSize: 1, at });
  put('other', 'errors', '["/a"]', { state: 'value', value: 1e6, sampleSize: 1, at });
}

function readingAt(index: number, at: number): Reading {
  if (index % 180 < 60) return { state: 'no data', reason: 'no-events', sampleSize: 0, at };
  if (index % 180 < 90) return { state: 'too few', value: 9, sampleSize: 3, needed: 20, at };
  return { state: 'value', value: Math.round(Math.sin(index / 20) * 1_000) / 8, sampleSize: index, at };
}

/** What must come out, by going through all readings. */
function naive(signal: string, group: string, from: number, to: number, stepMs: number) {
  const steps = new Map<number, Reading[]>();
  for (const { plan, signal: of, group: in_, reading } of written) {
    if (plan !== 'shop' || of !== signal || in_ !== group || reading.at < from || reading.at >= to) continue;
    const step = Math.floor((reading.at - from) / stepMs);
    steps.set(step, [...(steps.get(step) ?? []), reading]);
  }
  return [...steps]
    .sort(([left], [right]) => left - right)
    .map(([step, readings]) => {
      const values = readings.flatMap((reading) => (reading.state === 'value' ? [reading.value] : []));
      const last = readings.at(-1);
      return {
        step,
        values: values.length === 0 ? undefined : [values.at(-1), Math.min(...values), Math.max(...values)],
        sampleSize: last?.sampleSize,
        ...(values.length === 0 ? { state: last?.state } : {}),
      };
    });
}

function told(series: StoredSeries | undefined) {
  return series?.steps.map((step, index) => {
    const empty = series.empty.find((one) => one.step === step);
    return {
      step,
      values: empty === undefined ? [series.last[index], series.least[index], series.greatest[index]] : undefined,
      sampleSize: series.sampleSizes[index],
      ...(empty === undefined ? {} : { state: empty.state }),
    };
  });
}

const signal = new AbortController().signal;

test.each([
  ['raw, 20 seconds', 20_000, 0],
  ['raw, a minute', MINUTE_MS, 0],
  ['raw, 5 minutes', 5 * MINUTE_MS, 0],
  ['rolled up, a minute', MINUTE_MS, T0 + 2 * HOUR_MS],
  ['rolled up, 5 minutes', 5 * MINUTE_MS, T0 + 2 * HOUR_MS],
  ['rolled up, 10 minutes, where it ends within a step', 10 * MINUTE_MS, T0 + 2 * HOUR_MS + 5 * MINUTE_MS],
  ['rolled up but for the last ten minutes, a minute', MINUTE_MS, T0 + 3 * HOUR_MS - 10 * MINUTE_MS],
  ['rolled up but for the last ten minutes, 5 minutes', 5 * MINUTE_MS, T0 + 3 * HOUR_MS - 10 * MINUTE_MS],
  ['all rolled up, a minute', MINUTE_MS, T0 + 3 * HOUR_MS],
  ['all rolled up, 30 minutes', 30 * MINUTE_MS, T0 + 3 * HOUR_MS],
])('%s: the same as by going through all readings', async (_, stepMs, until) => {
  // Rolled up twice, as after a crash, it is the same.
  if (until > 0) await rollUpReadings(telemetry.client, until + MINUTE_MS);
  if (until > 0) expect(await rollUpReadings(telemetry.client, until + MINUTE_MS)).toBe(until);
  const upTo = until === 0 ? NOTHING : await rolledUpTo(telemetry.client);
  const [from, to] = [T0, T0 + 3 * HOUR_MS];
  const query = { plan: 'shop', signals: ['errors', "it's"], from, to, stepMs, rolledUpTo: upTo, groups: 50 };
  const found = await readSeries(telemetry.client, query, signal);
  expect(found.map(({ signal: of, group }) => `${of} ${group}`).sort()).toEqual([
    'errors ["/a"]',
    'errors ["/b"]',
    "it's []",
  ]);
  for (const series of found) expect(told(series)).toEqual(naive(series.signal, series.group, from, to, stepMs));
  expect(found.find(({ signal: of }) => of === 'errors')?.groupsThere).toBe(2);
});

test.each(rollUps)(
  'rolling up into $table goes on where it ended, and never twice over the same',
  async ({ table }) => {
    await rollUpReadings(telemetry.client, T0 + 3 * HOUR_MS + MINUTE_MS);
    expect((await rolledUpTo(telemetry.client)).get(table)).toBe(T0 + 3 * HOUR_MS);
    const answer = await telemetry.client.query({
      query: `select toUInt32(sum(readings)) as readings, toUInt32(count()) as rows, uniqExact(plan, signal, group, at) as different
      from ${table}`,
      format: 'JSONEachRow',
      clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
    });
    const [row] = await answer.json<{ readings: number; rows: number; different: number }>();
    expect(row?.readings).toBe(written.length);
    expect(row?.rows).toBe(row?.different);
  },
);

test('only so many groups come, those with the most readings first', async () => {
  const query = {
    plan: 'shop',
    signals: ['errors'],
    from: T0,
    to: T0 + HOUR_MS,
    stepMs: MINUTE_MS,
    rolledUpTo: NOTHING,
    groups: 1,
  };
  const found = await readSeries(telemetry.client, query, signal);
  expect(found.map(({ group, groupsThere }) => [group, groupsThere])).toEqual([['["/a"]', 2]]);
  // Also where the last minutes are read apart from what is rolled up, in which the other group may have more.
  await rollUpReadings(telemetry.client, T0 + HOUR_MS - 4 * MINUTE_MS);
  const rolledUpTo = new Map(rollUps.map(({ table }) => [table, T0 + HOUR_MS - 5 * MINUTE_MS]));
  expect(await readSeries(telemetry.client, { ...query, rolledUpTo }, signal)).toEqual(found);
});

test.each([["'] or 1=1 --"], ['\\'], ["it's"], ['a\nb'], ['{plan:String}']])(
  'a name such as %j is only a name',
  async (name) => {
    const query = {
      plan: 'shop',
      signals: [name],
      from: T0,
      to: T0 + HOUR_MS,
      stepMs: HOUR_MS,
      rolledUpTo: NOTHING,
      groups: 9,
    };
    const found = await readSeries(telemetry.client, query, signal);
    expect(found.map((series) => series.signal)).toEqual(name === "it's" ? ["it's"] : []);
  },
);
