import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ComparisonTest, Formula, Measure, Predicate, SilenceTest } from '#plan/model.ts';
import type { Truth } from '#plan/reading.ts';
import { BOUND_FIELD, INCREASE_FIELD, OBSERVATIONS_FIELD } from '#plan/sample-fields.ts';
import { measuresOf } from './formula.ts';
import { createLiveExecutor, type LiveExecutor, restoreLiveExecutor } from './live-executor.ts';
import { formulaOf, measureOf, planOf, signalOf, silenceOf, sourceOf, testOf } from './plan.fixture.ts';
import { type EventRecord, sampleRecordName } from './record.ts';
import { ReferenceExecutor } from './reference-executor.ts';

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

type Schedule = readonly {
  readonly afterMs: number;
  readonly records: readonly EventRecord[];
  readonly advance: readonly number[];
  readonly snapshot: boolean;
}[];

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

const schedule: fc.Arbitrary<Schedule> = fc
  .array(
    fc.record({
      afterMs: fc.oneof(fc.constantFrom(1, 100, 500, 1_000, 60_000), fc.integer({ min: 1, max: 400_000 })),
      records: fc.array(record, { maxLength: 5 }),
      advance: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 }),
      snapshot: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((steps) => {
    let now = START;
    return steps.map((step) => {
      now += step.afterMs;
      return {
        ...step,
        records: step.records.map((drawn, index): EventRecord => {
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
            id: `${now}-${index}`,
            attributes,
            ...(user === undefined ? {} : { user }),
            ...(value === undefined ? {} : { value }),
            ...(increase === undefined ? {} : { increase }),
            ...(lifeMs === undefined ? {} : { lifeMs }),
            ...(durationMs === undefined ? {} : { durationMs }),
          };
        }),
      };
    });
  });

const END_MS = 1_300_000;

function reopened(executor: LiveExecutor, drawn: Parameters<typeof restoreLiveExecutor>[0]): LiveExecutor {
  const result = restoreLiveExecutor(drawn, executor.snapshot());
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}

test('its readings are those of the definition, under any schedule of calls and restarts', () => {
  fc.assert(
    fc.property(plan, schedule, (drawn, steps) => {
      const reference = new ReferenceExecutor(drawn, START);
      let live = createLiveExecutor(drawn, START);
      let now = START;
      for (const step of steps) {
        now += step.afterMs;
        live.ingest(step.records, now);
        reference.ingest(step.records, now);
        if (step.snapshot) live = reopened(live, drawn);
        const readings = new Map<string, Map<string, unknown>>();
        for (const { signal, group, reading } of live.readings()) {
          const byGroup = readings.get(signal) ?? new Map();
          readings.set(signal, byGroup.set(group, reading));
        }
        for (const signal of drawn.signals) {
          const expected = reference.figures(signal.formula, now);
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
    }),
    { numRuns: 300 },
  );
});

interface Change {
  readonly at: number;
  readonly test: string;
  readonly group: string;
  readonly truth: Truth;
  readonly gone: boolean;
}

/** What the live executor must say, found by asking the definition at every instant at which anything could change. */
function expectedChanges(drawn: Parameters<typeof createLiveExecutor>[0], steps: Schedule): readonly Change[] {
  const reference = new ReferenceExecutor(drawn, START);
  let now = START;
  const arrivals = new Set<number>();
  for (const step of steps) {
    now += step.afterMs;
    reference.ingest(step.records, now);
    if (step.records.length > 0) arrivals.add(now);
  }
  const instants = [...reference.instants()]
    .filter((at) => at >= START && at <= now + END_MS)
    .toSorted((a, b) => a - b);
  const changes: Change[] = [];
  const told = new Map<string, Map<string, Truth>>();
  for (const [at, before] of instants.flatMap((at) =>
    arrivals.has(at)
      ? [
          [at, at],
          [at, at + 1],
        ]
      : [[at, at + 1]],
  )) {
    if (at === undefined || before === undefined) continue;
    for (const one of Object.values(drawn.tests)) {
      const known = told.get(one.id) ?? new Map<string, Truth>();
      told.set(one.id, known);
      const truths = reference.truths(one, at, before);
      for (const [group, truth] of truths) {
        if ((known.get(group) ?? (group === '[]' ? 'unknown' : undefined)) === truth) continue;
        known.set(group, truth);
        changes.push({ at, test: one.id, group, truth, gone: false });
      }
      for (const group of known.keys()) {
        if (truths.has(group)) continue;
        known.delete(group);
        changes.push({ at, test: one.id, group, truth: reference.truthOfGone(one, group, at, before), gone: true });
      }
    }
  }
  return changes.toSorted(inOrder);
}

/** By instant, test and group; of one instant, first what was so before its events arrived. */
function inOrder(left: Change, right: Change): number {
  return left.at - right.at || left.test.localeCompare(right.test) || left.group.localeCompare(right.group);
}

test('its verdicts change at the instants at which the definition changes, under any schedule of calls and restarts', () => {
  fc.assert(
    fc.property(plan, schedule, (drawn, steps) => {
      let live = createLiveExecutor(drawn, START);
      const changes: Change[] = [];
      const take = (verdicts: ReturnType<LiveExecutor['advance']>): void => {
        let last = changes.at(-1)?.at ?? 0;
        for (const { at, test: id, group, truth, gone, reading } of verdicts) {
          expect(at).toBeGreaterThanOrEqual(last);
          expect(reading.at).toBe(at);
          last = at;
          changes.push({ at, test: id, group, truth, gone: gone === true });
        }
      };
      let now = START;
      for (const step of steps) {
        for (const part of step.advance.toSorted((a, b) => a - b)) {
          take(live.advance(Math.max(live.instant, now + Math.floor(part * step.afterMs))));
        }
        now += step.afterMs;
        take(live.ingest(step.records, now));
        if (step.snapshot) live = reopened(live, drawn);
      }
      take(live.advance(now + END_MS));
      expect(changes.toSorted(inOrder)).toEqual(expectedChanges(drawn, steps));
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
          const { agoMs, user, value, lifeMs, durationMs, route, tier, name } = kinds[
            index % kinds.length
          ] as (typeof kinds)[0];
          return {
            name,
            time: START - agoMs,
            id: `${index}`,
            attributes: { tier, ...(route !== undefined && { route }), order: `o${index % 7}` },
            ...(user !== undefined && { user }),
            ...(value !== undefined && { value }),
            ...(lifeMs !== undefined && { lifeMs }),
            ...(durationMs !== undefined && { durationMs }),
          };
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
