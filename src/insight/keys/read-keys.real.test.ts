import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { CompiledPlan, FieldValue } from '#plan/model.ts';
import { createLiveExecutor, type LiveExecutor } from '#signals/live-executor.ts';
import { formulaOf, measureOf, planOf, signalOf, sourceOf } from '#signals/plan.fixture.ts';
import type { EventRecord } from '#signals/record.ts';
import type { Arrival } from '#signals/watch/reference-watch.ts';
import { insertEvents } from '#storage/clickhouse/events.ts';
import { temporaryTelemetry } from '../../../test/kit/telemetry.ts';
import { readKeys } from './read-keys.ts';

/** What is older than a month is not kept. */
const NOW = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
const START = NOW - 60 * HOUR_MS;
const PLAN = 'shop';

/** Values that are alike, of every type that a field may have; a long one is shown by its beginning only. */
const values: readonly FieldValue[] = [
  ...['42', 'a', 'ä', '', "o'clock\\", '🎈'.repeat(150), 'x'.repeat(400), `${'x'.repeat(400)}y`],
  ...[42, 0.1, 1e21, 1e-7, -5, true],
];

const record = fc.record(
  {
    name: fc.constantFrom('sale', 'sale', 'sale', 'sale', 'order', 'visit'),
    agoMs: fc.constantFrom(0, 0, 1_000, 299_999, 400_000, -30_000),
    ref: fc.constantFrom(...values),
    sale: fc.constantFrom(...values),
    receipt: fc.constantFrom('r1', 'r2', 'r3', 7),
    branch: fc.constantFrom('north', 7, '7', true),
    total: fc.integer({ min: 0, max: 3 }),
  },
  { requiredKeys: ['name', 'agoMs', 'total'] },
);

/** One arrival every few minutes, for two days and a half. */
const arrivals: readonly Arrival[] = fc.sample(record, { numRuns: 900, seed: 11 }).map((drawn, index): Arrival => {
  const { name, agoMs, ...attributes } = drawn;
  const receivedAt = START + index * 4 * MINUTE_MS + (index % 7);
  return { record: { name, time: receivedAt - agoMs, id: `e${index}`, attributes }, receivedAt };
});

const sources = [
  sourceOf('sales', { event: 'sale', where: { kind: 'compare', field: 'total', operator: '>', value: 0 } }),
  sourceOf('orders', { event: 'order', units: { total: 's' } }),
  sourceOf('receipts', { event: 'sale', oncePer: 'receipt' }),
];
const partner = { source: 'orders', field: 'sale' };
const measures = [
  measureOf('duplicates', 6 * HOUR_MS, { source: 'sales', field: 'ref' }),
  measureOf('duplicates', 24 * HOUR_MS, { source: 'sales', field: 'ref', by: ['branch'] }),
  measureOf('duplicates', HOUR_MS, {
    source: 'receipts',
    field: 'ref',
    where: { kind: 'compare', field: 'total', operator: '!=', value: 1 },
  }),
  measureOf('duplicates', 3 * HOUR_MS, { source: 'orders', field: 'total' }),
  measureOf('missing', 24 * HOUR_MS, { source: 'sales', field: 'ref', graceMs: limits.lateMs, partner }),
  measureOf('missing', 2 * HOUR_MS, { source: 'sales', field: 'ref', graceMs: MINUTE_MS, partner, by: ['branch'] }),
  measureOf('missing', 6 * HOUR_MS, { source: 'receipts', field: 'ref', graceMs: MINUTE_MS, partner }),
];
const plan: CompiledPlan = planOf({
  sources,
  measures,
  signals: measures.map((measure, index) => signalOf(`m${index}`, formulaOf(measure))),
});

let telemetry: Awaited<ReturnType<typeof temporaryTelemetry>>;
beforeAll(async () => {
  telemetry = await temporaryTelemetry();
  const rows = arrivals.map(({ record: event, receivedAt }) => ({ plan: PLAN, receivedAt, event }));
  await insertEvents(telemetry.client, 's-1', rows);
});
afterAll(() => telemetry?.close());

function heard(): LiveExecutor {
  const executor = createLiveExecutor(plan, START - 1);
  for (const { record: event, receivedAt } of arrivals) executor.ingest([event], receivedAt);
  return executor;
}

function readings(executor: LiveExecutor): unknown {
  return executor
    .readings()
    .map(({ found, ...rest }) => JSON.stringify([rest, found?.keys?.toSorted(), found?.moreKeys]))
    .sort();
}

test('what the store tells of the past is what an executor heard of it', async () => {
  const one = heard();
  one.advance(NOW);
  const other = createLiveExecutor(plan, NOW);
  other.awaitHistory(NOW);
  for (const wanted of other.keysWanted()) {
    const recall = await readKeys((ask) => ask(telemetry.client, new AbortController().signal), PLAN, wanted);
    expect(recall.isTooMuch).toBe(false);
    other.fillKeys(wanted.measure.id, recall, NOW);
  }
  // Something arrives at both, so that neither says that nothing does.
  const visit: EventRecord = { name: 'visit', time: NOW, id: 'last', attributes: {} };
  for (const executor of [one, other]) executor.ingest([visit], NOW);
  expect(readings(other)).toEqual(readings(one));
  expect(one.readings().filter(({ found }) => found !== undefined).length).toBeGreaterThan(measures.length);
});
