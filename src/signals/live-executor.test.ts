import { expect, test } from 'vitest';
import { limits } from '#kernel/limits.ts';
import type { Verdict } from '#plan/reading.ts';
import { createLiveExecutor, type LiveExecutor, restoreLiveExecutor } from './live-executor.ts';
import { formulaOf, measureOf, planOf, recordOf, signalOf, silenceOf, sourceOf, testOf } from './plan.fixture.ts';
import { sampleRecordName } from './record.ts';
import { NumberWriter } from './snapshot-format.ts';

const START = 1_700_000_400_000;

/** `truth@milliseconds after START`, with the test and group where they are not plain. */
function told(verdicts: readonly Verdict[]): readonly string[] {
  return verdicts.map(({ test: id, group, truth, at, gone }) =>
    [id, ...(group === '[]' ? [] : [group]), truth, `@${at - START}`, ...(gone ? ['gone'] : [])].join(' '),
  );
}

function readingOf(executor: LiveExecutor, signal: string, group = '[]'): unknown {
  return executor.readings().find((one) => one.signal === signal && one.group === group)?.reading;
}

test('a verdict comes when its truth changes, with the reading that decided', () => {
  const count = measureOf('count', 10_000);
  const executor = createLiveExecutor(
    planOf({ measures: [count], tests: [testOf('many', formulaOf(count), '>', 2)] }),
    START,
  );
  expect(executor.advance(START + 50)).toEqual([]);
  expect(executor.ingest([recordOf(START + 60)], START + 60)).toEqual([]);
  expect(executor.ingest([recordOf(START + 70)], START + 70)).toEqual([]);
  const [fired] = executor.ingest([recordOf(START + 80)], START + 80);
  expect(fired).toEqual({
    test: 'many',
    group: '[]',
    truth: 'true',
    at: START + 80,
    reading: { state: 'value', value: 3, sampleSize: 3, at: START + 80 },
    against: [2],
  });
  expect(executor.verdicts()).toEqual([fired]);
  expect(told(executor.advance(START + 60_000))).toEqual(['many false @10100']);
});

test('a count is 0 for 5 minutes after the last event of any kind, then there is no data', () => {
  const count = measureOf('count', 10_000);
  const average = measureOf('avg', 10_000, { field: 'value' });
  const plan = planOf({
    measures: [count, average],
    signals: [signalOf('count', formulaOf(count)), signalOf('average', formulaOf(average))],
    tests: [testOf('none', formulaOf(count), '=', 0)],
  });
  const executor = createLiveExecutor(plan, START);
  executor.advance(START);
  expect(readingOf(executor, 'count')).toMatchObject({ state: 'no data', reason: 'nothing-received' });
  expect(executor.ingest([recordOf(START, { name: 'visits' })], START)).toEqual([]);
  expect(readingOf(executor, 'count')).toMatchObject({ state: 'value', value: 0, sampleSize: 0 });
  expect(readingOf(executor, 'average')).toMatchObject({ state: 'no data', reason: 'no-events' });
  expect(told(executor.ingest([recordOf(START, { name: 'visits' })], START + 100_000))).toEqual(['none true @10000']);
  expect(told(executor.advance(START + 900_000))).toEqual(['none unknown @400000']);
  expect(executor.verdicts()).toMatchObject([{ truth: 'unknown', reading: { reason: 'nothing-received' } }]);
});

test('what adds up is so far until its window has no time in it before anything was received; only what more cannot change is judged', () => {
  const orders = measureOf('rate', 60_000, { source: 'orders' });
  const slow = measureOf('percentile', 60_000, { field: 'duration', quantile: 0.5 });
  const both = { kind: 'ratio', left: formulaOf(orders), right: formulaOf(orders) } as const;
  const plan = planOf({
    sources: [sourceOf('orders'), sourceOf('requests')],
    measures: [orders, slow],
    signals: [signalOf('orders', formulaOf(orders)), signalOf('share', both)],
    tests: [
      testOf('few', formulaOf(orders), '<', 0.5),
      testOf('many', formulaOf(orders), '>', 0.25),
      testOf('slow', formulaOf(slow), '>', 500),
    ],
  });
  let executor = createLiveExecutor(plan, START);
  const order = (at: number) => recordOf(at, { name: 'orders' });
  expect(told(executor.ingest([recordOf(START, { durationMs: 900 })], START))).toEqual(['slow true @0']);
  const fullAt = START + 60_000;
  expect(readingOf(executor, 'orders')).toMatchObject({ state: 'value', value: 0, fullAt });
  expect(executor.ingest([order(START + 5_000)], START + 5_000)).toEqual([]);
  expect(executor.verdicts()).toMatchObject([{ truth: 'unknown', reading: { value: 1 / 60, fullAt } }, {}, {}]);
  // What came by half of the window is to something else that came by then as the whole is to the whole.
  expect(readingOf(executor, 'share')).toEqual({ state: 'value', value: 1, sampleSize: 1, at: START + 5_000 });
  const more = Array.from({ length: 15 }, () => order(START + 20_000));
  expect(told(executor.ingest(more, START + 20_000))).toEqual(['many true @20000']);
  const restored = restoreLiveExecutor(plan, executor.snapshot());
  if (!restored.ok) throw new Error(restored.failure.message);
  executor = restored.value;
  expect(readingOf(executor, 'orders')).toMatchObject({ fullAt });
  expect(told(executor.advance(START + 60_000))).toEqual(['few true @60000']);
  expect(readingOf(executor, 'orders')).not.toHaveProperty('fullAt');
});

test('below the least sample a test is unknown, and the reading says how many it lacks', () => {
  const share = measureOf('share', 60_000, { where: { kind: 'compare', field: 'status', operator: '=', value: 500 } });
  const plan = planOf({
    measures: [share],
    signals: [signalOf('errors', formulaOf(share), { atLeast: 3 })],
    tests: [testOf('bad', formulaOf(share), '>', 0.5, { atLeast: 3 })],
  });
  const executor = createLiveExecutor(plan, START);
  const failed = () => recordOf(START, { attributes: { status: 500 } });
  expect(executor.ingest([failed(), failed()], START)).toEqual([]);
  expect(readingOf(executor, 'errors')).toEqual({ state: 'too few', value: 1, sampleSize: 2, needed: 3, at: START });
  expect(executor.verdicts()).toMatchObject([{ truth: 'unknown', reading: { state: 'too few', needed: 3 } }]);
  expect(told(executor.ingest([failed()], START + 1))).toEqual(['bad true @1']);
});

test('an ungrouped operand applies to every group, and a missing partner is no data', () => {
  const errors = measureOf('count', 60_000, { source: 'errors', by: ['route'] });
  const requests = measureOf('count', 60_000, { by: ['route'] });
  const all = measureOf('count', 60_000);
  const plan = planOf({
    sources: [sourceOf('requests'), sourceOf('errors')],
    measures: [errors, requests, all],
    signals: [
      signalOf('by route', { kind: 'ratio', left: formulaOf(errors), right: formulaOf(requests) }),
      signalOf('of all', { kind: 'divide', left: formulaOf(requests), right: formulaOf(all) }),
    ],
  });
  const executor = createLiveExecutor(plan, START);
  const at = (route: string, name = 'requests') => recordOf(START, { name, attributes: { route } });
  executor.ingest([at('a'), at('a'), at('b'), at('a', 'errors'), at('c', 'errors')], START);
  expect(readingOf(executor, 'by route', '["a"]')).toMatchObject({ value: 0.5, sampleSize: 2 });
  expect(readingOf(executor, 'by route', '["b"]')).toMatchObject({ reason: 'missing-partner' });
  expect(readingOf(executor, 'by route', '["c"]')).toMatchObject({ reason: 'missing-partner' });
  expect(readingOf(executor, 'of all', '["a"]')).toMatchObject({ value: 2 / 3, sampleSize: 2 });
  expect(readingOf(executor, 'of all', '["c"]')).toBeUndefined();
});

test('a zero denominator is no data', () => {
  const value = measureOf('sum', 60_000, { field: 'value' });
  const formula = { kind: 'divide', left: formulaOf(1), right: formulaOf(value) } as const;
  const executor = createLiveExecutor(planOf({ measures: [value], signals: [signalOf('inverse', formula)] }), START);
  executor.ingest([recordOf(START, { value: 0 })], START);
  expect(readingOf(executor, 'inverse')).toMatchObject({ state: 'no data', reason: 'zero-denominator', sampleSize: 1 });
});

test('a group speaks when it appears and when it is gone, with the truth of an empty group', () => {
  const count = measureOf('count', 10_000, { by: ['route'] });
  const average = measureOf('avg', 10_000, { by: ['route'], field: 'value' });
  const executor = createLiveExecutor(
    planOf({
      measures: [count, average],
      tests: [
        testOf('many', formulaOf(count), '>', 0, { by: ['route'] }),
        testOf('high', formulaOf(average), '>', 5, { by: ['route'] }),
      ],
    }),
    START,
  );
  const records = [recordOf(START, { value: 9, attributes: { route: 'a' } })];
  expect(told(executor.ingest(records, START))).toEqual(['many ["a"] true @0', 'high ["a"] true @0']);
  expect(told(executor.advance(START + 60_000))).toEqual([
    'many ["a"] false @10100 gone',
    'high ["a"] unknown @10100 gone',
  ]);
  expect(executor.verdicts()).toEqual([]);
});

test('once per: the first that arrives within 24 hours counts, also over a restart', () => {
  const total = measureOf('sum', 3_600_000, { source: 'orders', field: 'value' });
  const plan = planOf({
    sources: [sourceOf('orders', { oncePer: 'order' })],
    measures: [total],
    signals: [signalOf('total', formulaOf(total))],
  });
  let executor = createLiveExecutor(plan, START);
  const order = (time: number, value: number, id?: string) =>
    recordOf(time, { name: 'orders', value, attributes: id === undefined ? {} : { order: id } });
  executor.ingest([order(START + 5, 10, 'o1'), order(START, 99, 'o1'), order(START, 1), order(START, 1)], START);
  expect(readingOf(executor, 'total')).toMatchObject({ value: 12 });
  const day = START + limits.oncePerMs;
  const restored = restoreLiveExecutor(plan, executor.snapshot());
  if (!restored.ok) throw new Error(restored.failure.message);
  executor = restored.value;
  executor.ingest([order(day - 1, 40, 'o1')], day - 1);
  expect(readingOf(executor, 'total')).toMatchObject({ value: 0 });
  executor.ingest([order(day, 40, 'o1')], day);
  expect(readingOf(executor, 'total')).toMatchObject({ value: 40 });
});

test('silence is true once its time has passed since the last event, and false with the next', () => {
  const executor = createLiveExecutor(planOf({ tests: [silenceOf('quiet', 60_000)] }), START);
  expect(executor.advance(START + 30_000)).toEqual([]);
  expect(executor.verdicts()).toMatchObject([{ truth: 'unknown', reading: { reason: 'no-events' } }]);
  expect(told(executor.ingest([recordOf(START + 20_000)], START + 30_000))).toEqual(['quiet false @30000']);
  // An event of the future counts as of its arrival; one with an older time changes nothing.
  executor.ingest([recordOf(START + 90_000)], START + 40_000);
  executor.ingest([recordOf(START + 35_000)], START + 70_000);
  expect(executor.advance(START + 99_999)).toEqual([]);
  const [quiet] = executor.advance(START + 500_000);
  expect(quiet).toMatchObject({
    truth: 'true',
    at: START + 100_000,
    reading: { state: 'value', value: 60_000 },
    against: [60_000],
  });
  // Too late to end the silence.
  expect(executor.ingest([recordOf(START + 430_000)], START + 510_000)).toEqual([]);
  expect(told(executor.ingest([recordOf(START + 509_000)], START + 510_000))).toEqual(['quiet false @510000']);
  expect(told(executor.advance(START + 900_000))).toEqual(['quiet true @569000']);
});

test('silence without any event counts from the start, and never before T+0', () => {
  const plan = (launch: number | 'on command') => planOf({ tests: [silenceOf('quiet', 60_000)], launch });
  expect(told(createLiveExecutor(plan(0), START).advance(START + 900_000))).toEqual(['quiet true @60000']);
  expect(told(createLiveExecutor(plan(START + 500_000), START).advance(START + 900_000))).toEqual([
    'quiet true @560000',
  ]);
  const waiting = createLiveExecutor(plan('on command'), START);
  expect(told(waiting.ingest([recordOf(START)], START))).toEqual(['quiet false @0']);
  expect(waiting.advance(START + 900_000)).toEqual([]);
  const launched = waiting.withPlan(plan(START + 900_000));
  expect(told(launched.advance(START + 2_000_000))).toEqual(['quiet true @960000']);
});

test('time in which nobody listened is not silence', () => {
  const executor = createLiveExecutor(planOf({ tests: [silenceOf('quiet', 60_000)] }), START);
  executor.ingest([recordOf(START)], START);
  executor.advance(START + 40_000);
  executor.resume(START + 1_000_000);
  expect(executor.advance(START + 1_019_999)).toEqual([]);
  // An event from the time in between counts as of its end.
  executor.ingest([recordOf(START + 900_000)], START + 1_019_999);
  expect(told(executor.advance(START + 2_000_000))).toEqual(['quiet true @1060000']);
});

test('a new version of the plan goes on with what it kept, and refills what is new', () => {
  const kept = measureOf('count', 60_000);
  const added = measureOf('sum', 60_000, { field: 'value' });
  const quiet = silenceOf('quiet', 120_000);
  const before = planOf({ measures: [kept], tests: [testOf('many', formulaOf(kept), '>', 1), quiet] });
  const after = planOf({
    measures: [added, kept],
    signals: [signalOf('kept', formulaOf(kept)), signalOf('added', formulaOf(added))],
    tests: [quiet, testOf('many', formulaOf(kept), '>', 1), testOf('much', formulaOf(added), '>=', 0)],
  });
  let executor = createLiveExecutor(before, START);
  executor.ingest([recordOf(START), recordOf(START)], START);
  executor.advance(START + 10_000);
  executor = executor.withPlan(after);
  expect(executor.ingest([recordOf(START + 20_000, { value: 5 })], START + 20_000)).toEqual([]);
  expect(readingOf(executor, 'kept')).toMatchObject({ value: 3 });
  expect(readingOf(executor, 'added')).toMatchObject({ state: 'no data', reason: 'refilling', sampleSize: 1 });
  expect(executor.verdicts().map(({ test: id, truth }) => `${id} ${truth}`)).toEqual([
    'many true',
    'much unknown',
    'quiet false',
  ]);
  expect(told(executor.advance(START + 200_000))).toEqual([
    'many false @60100',
    'much true @70000',
    'quiet true @140000',
  ]);
});

test('a plan that has not received anything has nothing to refill', () => {
  const count = measureOf('count', 60_000);
  const executor = createLiveExecutor(planOf({}), START).withPlan(
    planOf({ measures: [count], signals: [signalOf('count', formulaOf(count))] }),
  );
  executor.ingest([recordOf(START)], START);
  expect(readingOf(executor, 'count')).toMatchObject({ state: 'value', value: 1 });
});

test('a measure whose source has changed its meaning begins anew', () => {
  const count = measureOf('count', 60_000, { id: 'same' });
  const signals = [signalOf('count', formulaOf(count))];
  const executor = createLiveExecutor(planOf({ measures: [count], signals }), START);
  executor.ingest([recordOf(START)], START);
  const changed = planOf({ sources: [sourceOf('requests', { event: 'calls' })], measures: [count], signals });
  expect(readingOf(executor.withPlan(changed), 'count')).toMatchObject({ reason: 'refilling', sampleSize: 0 });
});

test('refuses what is no whole snapshot, by reason', () => {
  const plan = planOf({ measures: [measureOf('count', 60_000, { by: ['route'] })] });
  const executor = createLiveExecutor(plan, START);
  executor.ingest([recordOf(START, { attributes: { route: 'rue de l’été 🫖' } })], START);
  const bytes = executor.snapshot();
  expect(restoreLiveExecutor(plan, bytes).ok).toBe(true);
  for (const broken of [
    bytes.slice(0, 10),
    bytes.slice(0, -8),
    new Uint8Array(64),
    bytes.map((byte, index) => (index === 16 ? 33 : byte)),
  ]) {
    expect(restoreLiveExecutor(plan, broken)).toMatchObject({ ok: false, failure: { reason: 'snapshot-malformed' } });
  }
  const newer = bytes.map((byte, index) => (index === 4 ? 99 : byte));
  expect(restoreLiveExecutor(plan, newer)).toMatchObject({ ok: false, failure: { reason: 'snapshot-version' } });
});

test('reads the snapshot of a program that knew no open values, and writes one that such a program does not read', () => {
  const count = measureOf('count', 60_000);
  const plan = planOf({ measures: [count], signals: [signalOf('count', formulaOf(count))] });
  const executor = createLiveExecutor(plan, START);
  executor.ingest([recordOf(START)], START);
  const bytes = executor.snapshot();
  expect(bytes[4]).toBe(2);
  const before = restoreLiveExecutor(
    plan,
    bytes.map((byte, index) => (index === 4 ? 1 : byte)),
  );
  expect(before.ok && before.value.readings()).toEqual(executor.readings());
});

test('says of a snapshot with what it does not know that it cannot be read', () => {
  const out = new NumberWriter();
  for (const number of [START, START, 1, 0, 1]) out.number(number);
  const count = measureOf('count', 60_000);
  const many = testOf('many', formulaOf(count), '>', 3);
  out.section('test many', (part) => {
    part.number(1);
    for (const text of ['[]', 'unknown']) part.text(text);
    for (const number of [START, 1]) part.number(number);
    part.text('a state of tomorrow');
    for (let left = 10; left > 0; left--) part.number(0);
  });
  const plan = planOf({ measures: [count], tests: [many] });
  expect(restoreLiveExecutor(plan, out.bytes(2))).toEqual({
    ok: false,
    failure: { reason: 'snapshot-malformed', message: expect.stringContaining('a state of tomorrow') },
  });
});

test('thousands of tests on values of one field find theirs by one look-up', () => {
  const routes = Array.from({ length: 2_000 }, (_, index) => `r${index}`);
  const measures = routes.map((value) =>
    measureOf('count', 60_000, {
      where: {
        kind: 'and',
        of: [
          { kind: 'compare', field: 'status', operator: '>=', value: 500 },
          { kind: 'compare', field: 'route', operator: '=', value },
        ],
      },
    }),
  );
  const tests = measures.map((measure, index) => testOf(`t${index}`, formulaOf(measure), '>', 0));
  const executor = createLiveExecutor(planOf({ measures, tests }), START);
  executor.ingest([recordOf(START, { name: 'visits' })], START);
  const record = (route: string, status: number) => recordOf(START, { attributes: { route, status } });
  expect(told(executor.ingest([record('r7', 500), record('r8', 200), record('none', 500)], START))).toEqual([
    't7 true @0',
  ]);
});

test('counts what no window took in', () => {
  const executor = createLiveExecutor(planOf({ measures: [measureOf('count', 60_000)] }), START);
  executor.ingest([recordOf(START - limits.lateMs - 1), recordOf(START + limits.futureMs + 1), recordOf(START)], START);
  expect(executor.counters()).toEqual({ outOfTime: 2, otherGroup: 0, oncePerForgotten: 0 });
});

test('a source that was of events and is of samples begins anew', () => {
  const count = measureOf('count', 60_000, { id: 'same' });
  const signals = [signalOf('count', formulaOf(count))];
  const executor = createLiveExecutor(planOf({ measures: [count], signals }), START);
  executor.ingest([recordOf(START), recordOf(START)], START);
  const sources = [sourceOf('requests', { samples: true })];
  const changed = executor.withPlan(planOf({ sources, measures: [count], signals }));
  changed.ingest([recordOf(START + 1), recordOf(START + 1, { name: sampleRecordName('requests') })], START + 1);
  expect(readingOf(changed, 'count')).toMatchObject({ sampleSize: 1 });
});
