import { expect, test } from 'vitest';
import { limits } from '#kernel/limits.ts';
import type { Measure } from '#plan/model.ts';
import { createLiveExecutor, restoreLiveExecutor } from './live-executor.ts';
import { formulaOf, measureOf, planOf, recordOf, signalOf, sourceOf } from './plan.fixture.ts';
import type { EventRecord } from './record.ts';
import { ReferenceExecutor } from './reference-executor.ts';
import { windowShape } from './window/step.ts';

/** A multiple of every step used here. */
const START = 1_700_000_400_000;

/** The figures of a measure by group after the records, each received at its own time, as the live executor reads them. */
function figures(
  measure: Measure,
  arrivals: readonly (readonly [number, readonly EventRecord[]])[],
  at: number,
): Readonly<Record<string, number | string>> {
  const plan = planOf({
    sources: [sourceOf('requests')],
    measures: [measure],
    signals: [signalOf('signal', formulaOf(measure))],
  });
  const executor = createLiveExecutor(plan, START - 600_000);
  const reference = new ReferenceExecutor(plan, START - 600_000);
  for (const [receivedAt, records] of arrivals) {
    executor.ingest(records, receivedAt);
    reference.ingest(records, receivedAt);
  }
  executor.advance(at);
  const live = Object.fromEntries(
    executor
      .readings()
      .map(({ group, reading }) => [group, reading.state === 'no data' ? reading.reason : reading.value]),
  );
  const defined = [...reference.figures(formulaOf(measure), at)].map(([group, figure]) => [
    group,
    figure.reason ?? figure.value,
  ]);
  // Percentiles may differ by 1%; everything else is as the reference defines it.
  if (measure.function !== 'percentile') expect(live).toEqual(Object.fromEntries(defined));
  return live;
}

function count(windowMs: number, records: readonly EventRecord[], at: number): number | string | undefined {
  return figures(measureOf('count', windowMs), [[START, records]], at)['[]'];
}

test('the step is max(100 ms, W/600), or W/60, rounded down to a divisor of W', () => {
  const step = (windowMs: number, name: Measure['function'] = 'count'): readonly number[] => {
    const shape = windowShape(measureOf(name, windowMs));
    return [shape.stepMs, shape.steps];
  };
  expect(step(10_000)).toEqual([100, 100]);
  expect(step(60_000)).toEqual([100, 600]);
  expect(step(300_000)).toEqual([500, 600]);
  expect(step(3_600_000)).toEqual([6_000, 600]);
  expect(step(300_000, 'percentile')).toEqual([5_000, 60]);
  expect(step(300_000, 'unique')).toEqual([5_000, 60]);
  expect(step(1_000, 'percentile')).toEqual([100, 10]);
  expect(step(7_700, 'unique')).toEqual([110, 70]);
  expect(step(250)).toEqual([50, 5]);
  expect(step(50)).toEqual([50, 1]);
});

test('covers exactly the buckets from ⌊now/g⌋ − W/g to ⌊now/g⌋', () => {
  // W = 10 s, g = 100 ms: of the events 50 ms into each of 140 buckets, a window holds 101.
  const records = Array.from({ length: 140 }, (_, index) => recordOf(START - index * 100 - 50));
  expect(count(10_000, records, START)).toBe(100);
  for (const steps of [1, 2, 3, 50, 99]) expect(count(10_000, records, START + steps * 100)).toBe(100 - steps);
  const now = START + 99;
  const oldest = START - 10_000;
  expect(count(10_000, [recordOf(oldest)], now)).toBe(1);
  expect(count(10_000, [recordOf(oldest - 1)], now)).toBe(0);
  expect(count(10_000, [recordOf(oldest)], START + 100)).toBe(0);
  expect(count(10_000, [recordOf(START + 99)], now)).toBe(1);
  expect(count(10_000, [recordOf(START + 100)], now)).toBe(0);
  expect(count(10_000, [recordOf(START + 100)], START + 100)).toBe(1);
  // It leaves at the boundary after W/g + 1 buckets.
  expect(count(10_000, [recordOf(START + 30)], START + 10_099)).toBe(1);
  expect(count(10_000, [recordOf(START + 30)], START + 10_100)).toBe(0);
});

test('the same holds for each kind of window', () => {
  for (const name of ['share', 'sum', 'avg', 'min', 'max', 'last', 'unique', 'percentile'] as const) {
    const measure = measureOf(name, 60_000, { field: 'value', quantile: 0.5 });
    const { stepMs, steps } = windowShape(measure);
    const arrivals = [[START, [recordOf(START - stepMs * steps, { value: 1 })]]] as const;
    const inside = figures(measure, arrivals, START + stepMs - 1)['[]'];
    expect(inside).toBeTypeOf('number');
    const outside = figures(measure, arrivals, START + stepMs)['[]'];
    expect(outside).toBe(['sum', 'unique'].includes(name) ? 0 : 'no-events');
  }
});

test('takes a late event up to 5 minutes after its time, and no event more than a minute ahead', () => {
  const hour = 3_600_000;
  expect(count(hour, [recordOf(START - limits.lateMs)], START)).toBe(1);
  expect(count(hour, [recordOf(START - limits.lateMs - 1)], START)).toBe(0);
  expect(count(hour, [recordOf(START + limits.futureMs)], START + limits.futureMs)).toBe(1);
  expect(count(hour, [recordOf(START + limits.futureMs + 1)], START + limits.futureMs + 6_000)).toBe(0);
});

test('past the limit of groups, new ones go to the group other until a place is free', () => {
  const measure = measureOf('count', 10_000, { by: ['route'] });
  const many = Array.from({ length: limits.groupsPerSignal + 5 }, (_, index) =>
    recordOf(START, { attributes: { route: `r${index}` } }),
  );
  const full = figures(measure, [[START, many]], START);
  expect(Object.keys(full)).toHaveLength(limits.groupsPerSignal + 1);
  expect(full['["other"]']).toBe(5);
  const later = START + 9_000;
  const again = recordOf(later, { attributes: { route: 'r104' } });
  expect(
    figures(
      measure,
      [
        [START, many],
        [later, [again]],
      ],
      later,
    )['["other"]'],
  ).toBe(6);
  const free = START + 11_000;
  const anew = recordOf(free, { attributes: { route: 'r104' } });
  expect(
    figures(
      measure,
      [
        [START, many],
        [free, [anew]],
      ],
      free,
    ),
  ).toEqual({ '["r104"]': 1 });
});

test('groups by several fields; a missing one is null, and types are told apart', () => {
  const measure = measureOf('count', 10_000, { by: ['route', 'tier'] });
  const records = [{ route: 'a', tier: 1 }, { route: 'a', tier: '1' }, { tier: true }].map((attributes) =>
    recordOf(START, { attributes }),
  );
  expect(figures(measure, [[START, records]], START)).toEqual({ '["a",1]': 1, '["a","1"]': 1, '[null,true]': 1 });
});

test('an event without the number that is measured is no event of the measure', () => {
  const measure = measureOf('avg', 10_000, { field: 'amount' });
  const records = [{ amount: 4 }, { amount: '8' }, {}].map((attributes) => recordOf(START, { attributes }));
  expect(figures(measure, [[START, records]], START)).toEqual({ '[]': 4 });
});

test('an empty sum is exactly 0 however it came about', () => {
  const measure = measureOf('sum', 1_000, { field: 'value' });
  const arrivals = Array.from({ length: 40 }, (_, index): readonly [number, readonly EventRecord[]] => [
    START + index * 300,
    [recordOf(START + index * 300, { value: index % 2 === 0 ? 0.1 : 1e9 / 3 })],
  ]);
  expect(figures(measure, arrivals, START + 40 * 300 + 1_100)).toEqual({ '[]': 0 });
});

test('percentiles are within 1% of the nearest rank, also of negative and tiny values', () => {
  const values = [-5_000, -3, -1e-12, 0, 0, 1e-6, 0.25, 7, 7, 91, 1_234.5, 8e9];
  const records = values.map((value) => recordOf(START, { value }));
  for (const quantile of [0.01, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.999]) {
    const measure = measureOf('percentile', 60_000, { field: 'value', quantile });
    const exact = values[Math.ceil(quantile * values.length) - 1] ?? 0;
    const got = Number(figures(measure, [[START, records]], START)['[]']);
    expect(Math.abs(got - exact)).toBeLessThanOrEqual(Math.abs(exact) * 0.01 + 1e-9);
  }
});

test('uniques are exact to 10,000 and then within a few percent, also over a restart and as buckets leave', () => {
  const measure = measureOf('unique', 60_000, { field: 'user' });
  const plan = planOf({ measures: [measure], signals: [signalOf('signal', formulaOf(measure))] });
  let executor = createLiveExecutor(plan, START);
  const read = (): number => {
    const reading = executor.readings()[0]?.reading;
    return reading?.state === 'value' ? reading.value : Number.NaN;
  };
  const users = (from: number, to: number, at: number): readonly EventRecord[] =>
    Array.from({ length: to - from }, (_, index) => recordOf(at, { user: `user ${from + index}` }));
  executor.ingest(users(0, 10_000, START), START);
  executor.ingest(users(0, 10_000, START), START + 1);
  expect(read()).toBe(10_000);
  executor.ingest(users(10_000, 40_000, START + 30_000), START + 30_000);
  expect(Math.abs(read() - 40_000)).toBeLessThan(1_200);
  const before = read();
  const restored = restoreLiveExecutor(plan, executor.snapshot());
  if (!restored.ok) throw new Error(restored.failure.message);
  executor = restored.value;
  expect(read()).toBe(before);
  executor.advance(START + 61_000);
  expect(Math.abs(read() - 30_000)).toBeLessThan(900);
  // Once the window has been empty, counting is exact again.
  executor.advance(START + 92_000);
  expect(read()).toBe(0);
  executor.ingest(users(0, 9_999, START + 92_000), START + 92_000);
  expect(read()).toBe(9_999);
});
