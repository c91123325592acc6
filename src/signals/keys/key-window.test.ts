import { expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { CompiledPlan, Measure } from '#plan/model.ts';
import type { Verdict } from '#plan/reading.ts';
import { createLiveExecutor, type LiveExecutor, restoreLiveExecutor } from '../live-executor.ts';
import { formulaOf, measureOf, planOf, signalOf, sourceOf, testOf } from '../plan.fixture.ts';
import type { EventRecord } from '../record.ts';

const START = 1_700_000_000_000;

function duplicates(windowMs: number): Measure {
  return measureOf('duplicates', windowMs, { source: 'sales', field: 'ref' });
}

function missing(windowMs: number, graceMs: number): Measure {
  return measureOf('missing', windowMs, {
    source: 'sales',
    field: 'ref',
    graceMs,
    partner: { source: 'orders', field: 'ref' },
  });
}

function planFor(...measures: readonly Measure[]): CompiledPlan {
  return planOf({
    sources: [sourceOf('sales'), sourceOf('orders')],
    measures,
    signals: measures.map((measure) => signalOf(measure.function, formulaOf(measure))),
    tests: measures.flatMap((measure) => [
      testOf(`${measure.function} > 0`, formulaOf(measure), '>', 0),
      testOf(`${measure.function} <= 5`, formulaOf(measure), '<=', 5),
    ]),
  });
}

function event(name: 'sales' | 'orders', time: number, key: string): EventRecord {
  return { name, time, id: `${name}-${key}-${time}`, attributes: { ref: key } };
}

function told(verdicts: readonly Verdict[]): readonly string[] {
  return verdicts.map(({ test: id, truth, found }) => [id, truth, ...(found?.keys ?? [])].join(' '));
}

function readingOf(executor: LiveExecutor): unknown {
  return executor.readings()[0]?.reading;
}

test('with more keys than are kept there is no figure, until what found no place has lost its meaning', () => {
  const plan = planFor(duplicates(10 * MINUTE_MS));
  let live = createLiveExecutor(plan, START);
  const many = Array.from({ length: limits.keysPerMeasure }, (_, index) => event('sales', START, `k${index}`));
  live.ingest([...many, event('sales', START, 'k0')], START);
  expect(readingOf(live)).toMatchObject({ value: 1, sampleSize: limits.keysPerMeasure });
  live.ingest([event('sales', START + MINUTE_MS, 'one too many')], START + MINUTE_MS);
  expect(readingOf(live)).toMatchObject({ state: 'no data', reason: 'too-many-keys' });
  const reopened = restoreLiveExecutor(plan, live.snapshot());
  if (!reopened.ok) throw new Error(reopened.failure.message);
  live = reopened.value;
  live.ingest([event('sales', START + 11 * MINUTE_MS, 'k1')], START + 11 * MINUTE_MS);
  expect(readingOf(live)).toMatchObject({ state: 'no data', reason: 'too-many-keys' });
  const later = START + 11 * MINUTE_MS + SECOND_MS;
  live.ingest([event('sales', later, 'k1')], later);
  expect(readingOf(live)).toMatchObject({ state: 'value', value: 1, sampleSize: 1 });
});

test('the measures of one plan share a room', () => {
  const measures = Array.from({ length: limits.keysPerPlan / limits.keysPerMeasure + 1 }, (_, index) =>
    duplicates((index + 1) * MINUTE_MS),
  );
  const live = createLiveExecutor(planFor(...measures), START);
  const keys = Array.from({ length: limits.keysPerMeasure }, (_, index) => event('sales', START, `k${index}`));
  live.ingest(keys, START);
  const states = live
    .readings()
    .map(({ reading }) => (reading.state === 'no data' ? reading.reason : reading.sampleSize));
  // Batch by batch each takes what there is, so all of them are cut short at the end.
  expect(new Set(states)).toEqual(new Set(['too-many-keys']));
  live.advance(START + 20 * MINUTE_MS);
  const later = START + 20 * MINUTE_MS;
  live.ingest([event('sales', later, 'k1')], later);
  expect(live.readings().map(({ reading }) => reading.sampleSize)).toEqual(measures.map(() => 1));
});

test('the longest waiting keys are named first, twenty of them, and the others counted', () => {
  const live = createLiveExecutor(planFor(missing(HOUR_MS, MINUTE_MS)), START);
  const sales = Array.from({ length: 25 }, (_, index) => event('sales', START - index * SECOND_MS, `s${index}`));
  live.ingest([...sales, event('sales', START, 'x'.repeat(1_000))], START);
  live.advance(START + 2 * MINUTE_MS);
  const [{ found } = {}] = live.readings();
  expect(found?.keys?.slice(0, 2)).toEqual(['s24', 's23']);
  expect(found).toMatchObject({ keys: { length: limits.keysShown }, moreKeys: 6 });
});

test('a source of partners may be called otherwise, and is not another one by that', () => {
  const planWith = (name: string, event: string, partner: string): CompiledPlan => {
    const measure = { ...missing(6 * HOUR_MS, MINUTE_MS), id: 'same', partner: { source: name, field: partner } };
    const sources = [sourceOf('sales'), sourceOf(name, { event })];
    return planOf({ sources, measures: [measure], signals: [signalOf('missing', formulaOf(measure))] });
  };
  const live = createLiveExecutor(planWith('orders', 'orders', 'ref'), START);
  live.ingest([event('sales', START, 'a'), event('sales', START, 'b'), event('orders', START, 'b')], START);
  live.advance(START + 2 * MINUTE_MS);
  expect(readingOf(live.withPlan(planWith('purchases', 'orders', 'ref')))).toMatchObject({ value: 1, sampleSize: 2 });
  for (const changed of [planWith('orders', 'purchases', 'ref'), planWith('orders', 'orders', 'sale')])
    expect(readingOf(live.withPlan(changed))).toMatchObject({ reason: 'refilling' });
});

test('the past is incomplete also when only a partner may have come in it', () => {
  const before = createLiveExecutor(planFor(), START - HOUR_MS);
  before.ingest([event('orders', START, 'linked')], START);
  const changed = START + 5 * MINUTE_MS;
  before.advance(changed);
  const live = before.withPlan(planFor(missing(2 * MINUTE_MS, SECOND_MS)));
  live.ingest([event('sales', changed, 'linked')], changed);
  expect(told(live.advance(changed + MINUTE_MS))).toEqual([]);
  expect(readingOf(live)).toMatchObject({ reason: 'refilling' });
});

test('of a key that is too long only the beginning is shown', () => {
  const live = createLiveExecutor(planFor(duplicates(HOUR_MS)), START);
  const long = 'x'.repeat(1_000);
  live.ingest([event('sales', START, long), event('sales', START, long), event('sales', START, `${long}y`)], START);
  expect(live.readings()[0]?.found).toEqual({ keys: ['x'.repeat(limits.keyCharacters)] });
});

test('a measure that is new in a running plan says what is certain from the first key on', () => {
  const before = createLiveExecutor(planFor(), START - HOUR_MS);
  before.ingest([event('sales', START, 'a')], START);
  const live = before.withPlan(planFor(duplicates(6 * HOUR_MS)));
  expect(told(live.ingest([event('sales', START + 1, 'b')], START + 1))).toEqual([]);
  expect(told(live.ingest([event('sales', START + 2, 'b')], START + 2))).toEqual(['duplicates > 0 true b']);
  expect(readingOf(live)).toMatchObject({ state: 'no data', reason: 'refilling' });
  expect(live.verdicts()[0]).toMatchObject({ truth: 'true', reading: { state: 'value', value: 1 } });
  // Whether it is at most 5 nobody knows before a whole window was heard.
  const later = START + HOUR_MS;
  live.ingest([event('sales', later, 'b'), event('sales', later, 'b')], later);
  expect(told(live.advance(START + 6 * HOUR_MS))).toEqual([]);
  expect(told(live.advance(START + 6 * HOUR_MS + 6 * SECOND_MS))).toEqual(['duplicates <= 5 true b']);
});

test('while its past is not known, no key is missed: its partner may have come long before', () => {
  const before = createLiveExecutor(planFor(), START - HOUR_MS);
  before.ingest([event('orders', START - SECOND_MS, 'linked')], START - SECOND_MS);
  before.advance(START);
  const live = before.withPlan(planFor(missing(6 * HOUR_MS, MINUTE_MS)));
  const later = START + 3 * HOUR_MS;
  expect(told(live.ingest([event('sales', later, 'linked'), event('sales', later, 'alone')], later))).toEqual([]);
  expect(told(live.advance(START + 6 * HOUR_MS))).toEqual([]);
  expect(readingOf(live)).toMatchObject({ state: 'no data', reason: 'refilling' });
  const heard = told(live.ingest([event('orders', START + 6 * HOUR_MS, 'linked')], START + 6 * HOUR_MS));
  expect(heard).toEqual([]);
  expect(told(live.advance(START + 7 * HOUR_MS + 6 * SECOND_MS))).toEqual([
    'missing > 0 true alone',
    'missing <= 5 true alone',
  ]);
});

test('more groups than are kept share one, in which each keeps its own keys', () => {
  const split = measureOf('duplicates', HOUR_MS, { source: 'sales', field: 'ref', by: ['branch'] });
  const plan = planFor(split);
  const sale = (branch: number, time: number): EventRecord => {
    const { attributes, ...rest } = event('sales', time, 'i-1');
    return { ...rest, attributes: { ...attributes, branch } };
  };
  let live = createLiveExecutor(plan, START);
  const branches = Array.from({ length: limits.groupsPerSignal + 5 }, (_, index) => index);
  // One number in each branch is no duplicate, not even in the group of all that found no other.
  live.ingest(
    branches.map((branch) => sale(branch, START)),
    START,
  );
  const other = () => live.readings().find(({ group }) => group === '["other"]');
  expect(live.readings()).toHaveLength(limits.groupsPerSignal + 1);
  expect(other()).toMatchObject({ reading: { value: 0, sampleSize: 5 } });
  expect(live.counters().otherGroup).toBe(5);
  live.ingest([sale(branches.length - 1, START + 1), sale(0, START + 1)], START + 1);
  expect(other()).toMatchObject({ reading: { value: 1, sampleSize: 5 }, found: { keys: ['i-1'] } });
  const restored = restoreLiveExecutor(plan, live.snapshot());
  if (!restored.ok) throw new Error(restored.failure.message);
  live = restored.value;
  expect(other()).toMatchObject({ reading: { value: 1, sampleSize: 5 }, found: { keys: ['i-1'] } });
  expect(live.readings()[0]).toMatchObject({ group: '[0]', reading: { value: 1 }, found: { keys: ['i-1'] } });
  const verdicts = live.advance(START + HOUR_MS + 10 * SECOND_MS);
  expect(verdicts.filter(({ gone }) => gone === true).length).toBe(2 * (limits.groupsPerSignal + 1));
  expect(live.readings()).toEqual([]);
});
