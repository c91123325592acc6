import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ComparisonTest, CompiledPlan, Formula, Measure, Predicate, SilenceTest } from '#plan/model.ts';
import { BOUND_FIELD, INCREASE_FIELD, OBSERVATIONS_FIELD } from '#plan/sample-fields.ts';
import { measuresOf } from './formula.ts';
import { createLiveExecutor, type LiveExecutor } from './live-executor.ts';
import { formulaOf, measureOf, planOf, signalOf, silenceOf, sourceOf, testOf } from './plan.fixture.ts';
import { type EventRecord, sampleRecordName } from './record.ts';
import type { ReferenceExecutor } from './reference-executor.ts';
import { type Change, changeOf, expectedChanges, inOrder, runSchedule, scheduleOf } from './schedule.fixture.ts';

const START = 1_700_000_000_000;

const predicate: fc.Arbitrary<Predicate> = fc.oneof(
  fc.constantFrom('a', 'b', 'c').map((value): Predicate => ({ kind: 'compare', field: 'route', operator: '=', value })),
  fc.constantFrom(1, 2, 3).map((value): Predicate => ({ kind: 'compare', field: 'value', operator: '>=', value })),
  fc.constant<Predicate>({ kind: 'missing', field: 'route' }),
);

const measure: fc.Arbitrary<Measure> = fc
  .record({
    function: fc.constantFrom<Measure['function']>(
      'count',
      'rate',
      'share',
      'sum',
      'avg',
      'min',
      'max',
      'last',
      'unique',
      'percentile',
      'bucket-percentile',
    ),
    windowMs: fc.constantFrom(100, 1_000, 7_700, 10_000, 60_000, 90_000, 600_000),
    where: fc.option(predicate, { nil: undefined }),
    field: fc.constantFrom('value', 'duration', INCREASE_FIELD),
    hasField: fc.boolean(),
    by: fc.constantFrom<readonly string[]>([], [], ['route'], ['route', 'tier']),
    source: fc.constantFrom('requests', 'orders', 'load'),
    quantile: fc.constantFrom(0.5, 0.95, 0.999),
  })
  .map(({ function: name, windowMs, where, field, hasField, by, source, quantile }) =>
    measureOf(name, windowMs, {
      by,
      source: name === 'bucket-percentile' ? 'load' : source,
      ...(where === undefined ? {} : { where }),
      ...(name === 'unique'
        ? { field: 'user' }
        : name === 'bucket-percentile'
          ? { field: OBSERVATIONS_FIELD }
          : ['count', 'share'].includes(name) || (name === 'rate' && !hasField)
            ? {}
            : { field }),
      ...(name.endsWith('percentile') ? { quantile } : {}),
    }),
  );

/** Measures that are grouped share one `by`. */
function formulaOver(measures: readonly Measure[]): fc.Arbitrary<Formula> {
  const leaf = fc.oneof(
    fc.constantFrom(...measures).map(formulaOf),
    fc.constantFrom(0, 1, 2.5).map((value) => formulaOf(value)),
  );
  return fc
    .tuple(
      fc.constantFrom(...measures).map(formulaOf),
      fc.option(fc.tuple(fc.constantFrom('add', 'subtract', 'multiply', 'divide', 'ratio'), leaf), { nil: undefined }),
    )
    .map(([left, more]): Formula => (more === undefined ? left : { kind: more[0], left, right: more[1] }));
}

const plan = fc.array(measure, { minLength: 1, maxLength: 4 }).chain((drawn) => {
  const by = drawn.find((one) => one.by.length > 0)?.by ?? [];
  const measures = drawn.map((one) =>
    measureOf(one.function, one.window.ms, {
      ...Object.fromEntries(Object.entries(one).filter(([key]) => !['id', 'text', 'window', 'function'].includes(key))),
      by: one.by.length > 0 ? by : [],
    }),
  );
  const exact = measures.filter((one) => one.function !== 'percentile');
  const comparisons =
    exact.length === 0
      ? fc.constant<ComparisonTest[]>([])
      : fc
          .array(
            fc.tuple(
              formulaOver(exact),
              fc.constantFrom('<', '<=', '>', '>=', '=', '!=', 'between'),
              fc.constantFrom(0, 0.5, 1, 2, 3),
              fc.constantFrom(0, 0, 2),
              fc.option(formulaOver(exact), { nil: undefined }),
            ),
            { maxLength: 4 },
          )
          .map((drawnTests) =>
            drawnTests.map(([left, operator, value, atLeast, right], index): ComparisonTest => {
              const base = testOf(`t${index}`, left, '>', right ?? value, { atLeast });
              if (operator !== 'between')
                return { ...base, comparison: { operator, right: right ?? formulaOf(value) } };
              return {
                ...base,
                comparison: { operator: 'between', low: formulaOf(value), high: right ?? formulaOf(value + 1) },
              };
            }),
          );
  const silences = fc
    .array(fc.tuple(fc.constantFrom(500, 20_000, 400_000), fc.option(predicate, { nil: undefined })), { maxLength: 2 })
    .map((drawnSilences) =>
      drawnSilences.map(
        ([forMs, where], index): SilenceTest =>
          silenceOf(`s${index}`, forMs, { source: 'orders', ...(where === undefined ? {} : { where }) }),
      ),
    );
  return fc
    .record({
      comparisons,
      silences,
      launch: fc.constantFrom<(number | 'on command')[]>(0, START + 30_000, 'on command'),
      formula: formulaOver(measures),
      oncePer: fc.boolean(),
      narrowed: fc.boolean(),
    })
    .map((parts) =>
      planOf({
        sources: [
          sourceOf('requests', { units: { value: 's' } }),
          sourceOf('orders', {
            ...(parts.oncePer ? { oncePer: 'order' } : {}),
            ...(parts.narrowed ? { where: { kind: 'present', field: 'value' } as const } : {}),
          }),
          // Points of a series that is named as events are; neither is to be taken for the other.
          sourceOf('load', {
            event: 'orders',
            samples: true,
            units: { value: '%', [INCREASE_FIELD]: 's', [BOUND_FIELD]: 's' },
          }),
        ],
        measures,
        signals: [
          ...measures.map((one, index) => signalOf(`m${index}`, formulaOf(one), { by: one.by })),
          signalOf('formula', parts.formula),
        ],
        tests: [...parts.comparisons, ...parts.silences],
        launch: parts.launch,
      }),
    );
});

/** Values are quarters, so that sums are exact in any order. */
const record = fc.record({
  name: fc.constantFrom('requests', 'orders', 'visits', sampleRecordName('orders')),
  agoMs: fc.oneof(
    fc.constantFrom(0, 1, 99, 100, 1_000, 60_000),
    fc.integer({ min: -60_000, max: 20_000 }),
    fc.integer({ min: -61_000, max: 700_000 }),
  ),
  user: fc.option(fc.constantFrom('mia', 'ben', 'ada', 'teo'), { nil: undefined }),
  value: fc.option(
    fc.integer({ min: -8, max: 16 }).map((value) => value / 4),
    { nil: undefined },
  ),
  increase: fc.option(
    fc.integer({ min: 0, max: 16 }).map((value) => value / 4),
    { nil: undefined },
  ),
  le: fc.option(fc.constantFrom('-1', '0', '0.5', '2', '10', '+Inf', '+Inf', 'soon'), { nil: undefined }),
  lifeMs: fc.option(fc.constantFrom(1, 900, 45_000, 300_000), { nil: undefined }),
  durationMs: fc.option(fc.integer({ min: 0, max: 1_000 }), { nil: undefined }),
  route: fc.option(fc.constantFrom('a', 'b', 'c', 'other'), { nil: undefined }),
  tier: fc.constantFrom(1, '1', true),
  order: fc.option(fc.constantFrom('o1', 'o2', 'o3'), { nil: undefined }),
});

type Drawn = typeof record extends fc.Arbitrary<infer Value> ? Value : never;

/** What was drawn, as it arrives. */
function recordOf(drawn: Drawn, now: number): Omit<EventRecord, 'id'> {
  const { agoMs, user, value, increase, lifeMs, durationMs, route, tier, order, le, name } = drawn;
  const attributes = {
    tier,
    ...(route === undefined ? {} : { route }),
    ...(order === undefined ? {} : { order }),
    ...(le === undefined ? {} : { le }),
  };
  return {
    name,
    time: now - agoMs,
    attributes,
    ...(user === undefined ? {} : { user }),
    ...(value === undefined ? {} : { value }),
    ...(increase === undefined ? {} : { increase }),
    ...(lifeMs === undefined ? {} : { lifeMs }),
    ...(durationMs === undefined ? {} : { durationMs }),
  };
}

const schedule = scheduleOf({
  start: START,
  afterMs: fc.oneof(fc.constantFrom(1, 100, 500, 1_000, 60_000), fc.integer({ min: 1, max: 400_000 })),
  drawn: record,
  recordOf,
});

const END_MS = 1_300_000;

/** The readings of all signals, as the definition has them. */
function expectReadings(live: LiveExecutor, reference: ReferenceExecutor, drawn: CompiledPlan): void {
  const readings = new Map<string, Map<string, unknown>>();
  for (const { signal, group, reading } of live.readings()) {
    const byGroup = readings.get(signal) ?? new Map();
    readings.set(signal, byGroup.set(group, reading));
  }
  for (const signal of drawn.signals) {
    const expected = reference.figures(signal.formula, live.instant);
    const got = readings.get(signal.name) ?? new Map();
    expect([...got.keys()].toSorted()).toEqual([...expected.keys()].toSorted());
    for (const [group, figure] of expected) {
      const reading = got.get(group);
      expect(reading.reason).toBe(figure.reason);
      expect(reading.fullAt).toBe(figure.fullAt);
      expect(reading.sampleSize).toBe(Number.isFinite(figure.sampleSize) ? figure.sampleSize : 0);
      if (figure.value === undefined) continue;
      const functions = [...measuresOf(signal.formula)].map((id) => drawn.measures[id]?.function);
      if (!functions.includes('percentile')) {
        expect(reading.value).toBeCloseTo(figure.value, 9);
      } else if (signal.formula.kind === 'measure') {
        expect(Math.abs(reading.value - figure.value)).toBeLessThanOrEqual(Math.abs(figure.value) * 0.01 + 1e-9);
      }
    }
  }
}

test('its readings are those of the definition, under any schedule of calls and restarts', () => {
  fc.assert(
    fc.property(plan, schedule, (drawn, steps) => {
      runSchedule(drawn, START, steps, END_MS, {
        stepped: (live, reference) => expectReadings(live, reference, drawn),
      });
    }),
    { numRuns: 300 },
  );
});

test('its verdicts change at the instants at which the definition changes, under any schedule of calls and restarts', () => {
  fc.assert(
    fc.property(plan, schedule, (drawn, steps) => {
      const changes: Change[] = [];
      const { live, reference } = runSchedule(drawn, START, steps, END_MS, {
        said: (verdicts) => {
          let last = changes.at(-1)?.at ?? 0;
          for (const one of verdicts) {
            expect(one.at).toBeGreaterThanOrEqual(last);
            expect(one.reading.at).toBe(one.at);
            last = one.at;
            changes.push(changeOf(one));
          }
        },
      });
      const expected = expectedChanges(drawn, reference, steps, { from: START, to: live.instant });
      expect(changes.toSorted(inOrder)).toEqual(expected.map(({ before: _, ...change }) => change));
    }),
    { numRuns: 300 },
  );
});

test('many records at once say what they say one by one', () => {
  fc.assert(
    fc.property(
      plan,
      fc.array(record, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 400 }),
      (drawn, kinds, times) => {
        const records = Array.from({ length: kinds.length * times }, (_, index): EventRecord => {
          const kind = kinds[index % kinds.length] as Drawn;
          return { ...recordOf({ ...kind, order: `o${index % 7}` } as Drawn, START), id: `${index}` };
        });
        const together = createLiveExecutor(drawn, START);
        const single = createLiveExecutor(drawn, START);
        together.ingest(records, START);
        for (const one of records) single.ingest([one], START);
        expect(together.readings()).toEqual(single.readings());
        expect(together.counters()).toEqual(single.counters());
        const later = START + 100_000;
        together.advance(later);
        single.advance(later);
        expect(together.readings()).toEqual(single.readings());
      },
    ),
    { numRuns: 50 },
  );
});
