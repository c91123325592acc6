import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Measure } from '#plan/model.ts';
import { BOUND_FIELD, OBSERVATIONS_FIELD } from '#plan/sample-fields.ts';
import { createLiveExecutor, restoreLiveExecutor } from '../live-executor.ts';
import { formulaOf, measureOf, planOf, signalOf, sourceOf } from '../plan.fixture.ts';
import { type EventRecord, sampleRecordName } from '../record.ts';
import { ReferenceExecutor } from '../reference-executor.ts';
import { quantileOfBuckets } from './bucket-percentile.ts';

const INFINITE = Number.POSITIVE_INFINITY;

test.each<[string, number, readonly (readonly [number, number])[], number]>([
  // As in Prometheus' own tests of histogram_quantile.
  [
    'between the bounds around the rank',
    0.5,
    [
      [0.1, 10],
      [0.2, 30],
      [INFINITE, 40],
    ],
    0.15,
  ],
  [
    'from 0 in the first bucket',
    0.1,
    [
      [0.2, 4],
      [0.4, 8],
      [INFINITE, 10],
    ],
    0.05,
  ],
  [
    'the first bound when that is not above 0',
    0.1,
    [
      [-2, 4],
      [5, 8],
      [INFINITE, 10],
    ],
    -2,
  ],
  [
    'the last finite bound for what is beyond it',
    0.99,
    [
      [1, 5],
      [2, 6],
      [INFINITE, 100],
    ],
    2,
  ],
  [
    'over buckets that fall, as if they did not',
    0.5,
    [
      [1, 8],
      [2, 4],
      [4, 16],
      [INFINITE, 16],
    ],
    1,
  ],
  [
    'nothing without an infinite bound',
    0.5,
    [
      [1, 5],
      [2, 6],
    ],
    Number.NaN,
  ],
  ['nothing with an infinite bound alone', 0.5, [[INFINITE, 6]], Number.NaN],
  [
    'nothing without observations',
    0.5,
    [
      [1, 0],
      [INFINITE, 0],
    ],
    Number.NaN,
  ],
])('is %s', (_, quantile, buckets, expected) => {
  const found = quantileOfBuckets(quantile, buckets);
  if (Number.isNaN(expected)) expect(found).toBeNaN();
  else expect(found).toBeCloseTo(expected, 12);
});

const START = 1_700_000_000_000;
const BOUNDS = ['0.1', '0.5', '2.5', '+Inf'];

function planWith(measure: Measure) {
  const units = { value: 's', [BOUND_FIELD]: 's' };
  return planOf({
    sources: [sourceOf('latency', { event: 'seconds_bucket', samples: true, units })],
    measures: [measure],
    signals: [signalOf('p', formulaOf(measure), { by: measure.by })],
  });
}

function point(time: number, le: string, increase: number, route: string): EventRecord {
  const attributes = { le, route };
  return { name: sampleRecordName('seconds_bucket'), time, id: '', value: 1, increase, attributes };
}

test('its readings are those of the definition, under any schedule of scrapes and restarts', () => {
  const scrape = fc.record({
    afterMs: fc.constantFrom(1_000, 5_000, 15_000, 70_000),
    lateMs: fc.constantFrom(0, 0, 900, 30_000),
    route: fc.constantFrom('a', 'b'),
    own: fc.array(fc.nat(6), { minLength: BOUNDS.length, maxLength: BOUNDS.length }),
    left: fc.option(fc.constantFrom(...BOUNDS), { nil: undefined, freq: 4 }),
    restart: fc.boolean(),
  });
  let judged = 0;
  fc.assert(
    fc.property(
      fc.array(scrape, { minLength: 2, maxLength: 15 }),
      fc.constantFrom<readonly string[]>([], ['route']),
      fc.constantFrom(0.5, 0.95),
      (scrapes, by, quantile) => {
        const rest = { source: 'latency', field: OBSERVATIONS_FIELD, quantile, by };
        const plan = planWith(measureOf('bucket-percentile', 60_000, rest));
        const reference = new ReferenceExecutor(plan, START);
        let live = createLiveExecutor(plan, START);
        let now = START;
        for (const { afterMs, lateMs, route, own, left, restart } of scrapes) {
          now += afterMs;
          let upTo = 0;
          const records = BOUNDS.flatMap((le, index) => {
            upTo += own[index] ?? 0;
            return le === left ? [] : [point(now - lateMs, le, upTo, route)];
          });
          live.ingest(records, now);
          reference.ingest(records, now);
          if (restart) {
            const restored = restoreLiveExecutor(plan, live.snapshot());
            if (!restored.ok) throw new Error(restored.failure.message);
            live = restored.value;
          }
          const expected = reference.figures(formulaOf(Object.values(plan.measures)[0] as Measure), now);
          const readings = live.readings();
          expect(readings.map(({ group }) => group).toSorted()).toEqual([...expected.keys()].toSorted());
          for (const { group, reading } of readings) {
            const figure = expected.get(group);
            expect([reading.state === 'no data' ? reading.reason : undefined, reading.sampleSize]).toEqual([
              figure?.reason,
              figure?.sampleSize,
            ]);
            if (reading.state !== 'value') continue;
            judged += 1;
            expect(reading.value).toBeCloseTo(figure?.value ?? Number.NaN, 6);
          }
        }
      },
    ),
    { numRuns: 200 },
  );
  expect(judged).toBeGreaterThan(200);
});

test('observations are its sample, and what the source says is the unit of its bounds', () => {
  const measure = measureOf('bucket-percentile', 60_000, {
    source: 'latency',
    field: OBSERVATIONS_FIELD,
    quantile: 0.5,
  });
  const live = createLiveExecutor(planWith(measure), START);
  const records = [point(START, '0.1', 2, 'a'), point(START, '0.5', 6, 'a'), point(START, '+Inf', 8, 'a')];
  live.ingest([...records, point(START, 'soon', 99, 'a')], START);
  expect(live.readings()).toMatchObject([{ reading: { state: 'value', value: 300, sampleSize: 8 } }]);
});

test('a histogram of more bounds than are kept has no percentile until it has left the window', () => {
  const measure = measureOf('bucket-percentile', 60_000, {
    source: 'latency',
    field: OBSERVATIONS_FIELD,
    quantile: 0.5,
  });
  const live = createLiveExecutor(planWith(measure), START);
  const many = Array.from({ length: 600 }, (_, index) => point(START, String(index), index, 'a'));
  live.ingest([point(START, '+Inf', 600, 'a'), ...many], START);
  expect(live.readings()).toMatchObject([{ reading: { state: 'no data', reason: 'not-a-number' } }]);
  const later = START + 120_000;
  live.ingest([point(later, '1', 4, 'a'), point(later, '+Inf', 4, 'a')], later);
  expect(live.readings()).toMatchObject([{ reading: { state: 'value', value: 500, sampleSize: 4 } }]);
});
