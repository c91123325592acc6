import fc from 'fast-check';
import { expect, test } from 'vitest';
import { limits } from '#kernel/limits.ts';
import type { ComparisonTest, CompiledPlan, Measure } from '#plan/model.ts';
import { createLiveExecutor, type LiveExecutor, restoreLiveExecutor } from '../live-executor.ts';
import { formulaOf, measureOf, planOf, signalOf, sourceOf, testOf } from '../plan.fixture.ts';
import type { EventRecord } from '../record.ts';
import { ReferenceExecutor } from '../reference-executor.ts';

const START = 1_700_000_000_000;

const measure: fc.Arbitrary<Measure> = fc.oneof(
  fc
    .record({ windowMs: fc.constantFrom(1_000, 7_700, 60_000, 600_000, 3_600_000), narrowed: fc.boolean() })
    .map(({ windowMs, narrowed }) =>
      measureOf('duplicates', windowMs, {
        source: 'sales',
        field: 'ref',
        ...(narrowed && { where: { kind: 'compare', field: 'value', operator: '>=', value: 1 } as const }),
      }),
    ),
  fc
    .record({
      windowMs: fc.constantFrom(60_000, 600_000, 3_600_000),
      graceMs: fc.constantFrom(1_000, 45_500, limits.lateMs),
      partner: fc.constantFrom('orders', 'sales'),
    })
    .map(({ windowMs, graceMs, partner }) =>
      measureOf('missing', windowMs, {
        source: 'sales',
        field: 'ref',
        graceMs,
        partner: { source: partner, field: partner === 'sales' ? 'other' : 'sale' },
      }),
    ),
);

const plan: fc.Arbitrary<CompiledPlan> = fc
  .record({
    measures: fc.array(measure, { minLength: 1, maxLength: 3 }),
    limit: fc.constantFrom(0, 1, 2),
    oncePer: fc.boolean(),
  })
  .map(({ measures, limit, oncePer }) =>
    planOf({
      sources: [sourceOf('sales'), sourceOf('orders', oncePer ? { oncePer: 'sale' } : {})],
      measures,
      signals: measures.map((one, index) => signalOf(`m${index}`, formulaOf(one))),
      tests: measures.map((one, index): ComparisonTest => testOf(`t${index}`, formulaOf(one), '>', limit)),
    }),
  );

const KEYS = ['a', 'b', 'c', 'd', 7, true] as const;

const record = fc.record({
  name: fc.constantFrom('sales', 'sales', 'orders', 'visits'),
  agoMs: fc.oneof(fc.constantFrom(0, 0, 1, 1_000), fc.integer({ min: -61_000, max: 310_000 })),
  key: fc.option(fc.constantFrom(...KEYS), { nil: undefined, freq: 9 }),
  other: fc.option(fc.constantFrom(...KEYS), { nil: undefined }),
  value: fc.integer({ min: 0, max: 2 }),
});

const schedule = fc
  .array(
    fc.record({
      afterMs: fc.oneof(
        fc.constantFrom(1, 500, 1_000, 60_000, 299_999, 3_600_000),
        fc.integer({ min: 1, max: 5_000_000 }),
      ),
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
      const records = step.records.map(({ name, agoMs, key, other, value }, index): EventRecord => {
        // A number in one source and its text in the other are the same key.
        const link = name === 'orders' && key !== undefined ? String(key) : key;
        return {
          name,
          time: now - agoMs,
          id: `${now}-${index}`,
          value,
          attributes: {
            ...(link !== undefined && { [name === 'orders' ? 'sale' : 'ref']: link }),
            ...(other !== undefined && { other }),
          },
        };
      });
      return { ...step, now, records };
    });
  });

const END_MS = 9_000_000;

interface Said {
  readonly test: string;
  readonly at: number;
  readonly truth: string;
  readonly keys: readonly string[];
  readonly more: number;
}

/** By instant and test; of one instant, first what was so before its events arrived. */
function inOrder(left: Said, right: Said): number {
  return left.at - right.at || left.test.localeCompare(right.test);
}

function reopened(executor: LiveExecutor, drawn: CompiledPlan): LiveExecutor {
  const result = restoreLiveExecutor(drawn, executor.snapshot());
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}

test('keys are counted, named and judged as the definition says, under any schedule of calls and restarts', () => {
  fc.assert(
    fc.property(plan, schedule, (drawn, steps) => {
      let live = createLiveExecutor(drawn, START);
      const reference = new ReferenceExecutor(drawn, START);
      const said: Said[] = [];
      const take = (verdicts: ReturnType<LiveExecutor['advance']>): void => {
        for (const { test: id, at, truth, found } of verdicts)
          said.push({ test: id, at, truth, keys: found?.keys ?? [], more: found?.moreKeys ?? 0 });
      };
      let before = START;
      for (const { now, advance, afterMs, records, snapshot } of steps) {
        for (const part of advance.toSorted((a, b) => a - b))
          take(live.advance(Math.max(live.instant, before + Math.floor(part * afterMs))));
        take(live.ingest(records, now));
        reference.ingest(records, now);
        if (snapshot) live = reopened(live, drawn);
        const readings = new Map(live.readings().map(({ signal, reading }) => [signal, reading]));
        for (const { name, formula } of drawn.signals) {
          const expected = reference.figures(formula, now).get('[]');
          const { state, at: _, ...rest } = readings.get(name) ?? { state: 'none', at: 0 };
          expect(rest).toEqual({ ...expected });
          expect(state).toBe(expected?.value === undefined ? 'no data' : 'value');
        }
        before = now;
      }
      take(live.advance(before + END_MS));
      const arrivals = new Set(steps.filter(({ records }) => records.length > 0).map(({ now }) => now));
      expect(said.toSorted(inOrder)).toEqual(expectedVerdicts(drawn, reference, arrivals, before + END_MS));
    }),
    { numRuns: 200 },
  );
});

test('after a change of the plan, what is said to be true is true by all that ever came, and in the end all is known again', () => {
  fc.assert(
    fc.property(plan, schedule, fc.nat({ max: 11 }), (changed, steps, changedAfter) => {
      // Which values came before, a source that takes each once does not know either.
      const sources = [sourceOf('sales'), sourceOf('orders')];
      const drawn = { ...changed, sources: Object.fromEntries(sources.map((source) => [source.name, source])) };
      let live = createLiveExecutor(planOf({ sources }), START);
      const reference = new ReferenceExecutor(drawn, START);
      const compare = (): void => {
        const { instant } = live;
        for (const { test: id, truth } of live.verdicts()) {
          const one = drawn.tests[id];
          if (one === undefined || truth !== 'true') continue;
          expect([id, reference.truths(one, instant, instant + 1).get('[]')]).toEqual([id, 'true']);
        }
        const readings = new Map(live.readings().map(({ signal, reading }) => [signal, reading]));
        for (const { name, formula } of drawn.signals) {
          const reading = readings.get(name);
          if (reading?.state !== 'value') continue;
          const { value, sampleSize } = reference.figures(formula, instant).get('[]') ?? {};
          expect([name, reading.value, reading.sampleSize]).toEqual([name, value, sampleSize]);
        }
      };
      for (const [index, { now, records, afterMs, advance }] of steps.entries()) {
        for (const part of advance.toSorted((a, b) => a - b)) {
          live.advance(Math.max(live.instant, now - Math.ceil((1 - part) * afterMs)));
          if (index > changedAfter) compare();
        }
        live.ingest(records, now);
        reference.ingest(records, now);
        if (index === changedAfter) live = live.withPlan(drawn);
        if (index >= changedAfter) compare();
      }
    }),
    { numRuns: 300 },
  );
});

/** What must be said, found by asking the definition at every instant at which anything could change. */
function expectedVerdicts(
  drawn: CompiledPlan,
  reference: ReferenceExecutor,
  arrivals: ReadonlySet<number>,
  end: number,
): readonly Said[] {
  const told = new Map<string, string>();
  const expected: Said[] = [];
  const instants = [...reference.instants()].filter((at) => at >= START && at <= end).toSorted((a, b) => a - b);
  for (const at of instants) {
    for (const until of arrivals.has(at) ? [at, at + 1] : [at + 1]) {
      for (const one of Object.values(drawn.tests)) {
        const truth = reference.truths(one, at, until).get('[]') ?? 'unknown';
        if ((told.get(one.id) ?? 'unknown') === truth) continue;
        told.set(one.id, truth);
        const left = (one as ComparisonTest).left;
        const measured = left.kind === 'measure' ? drawn.measures[left.measure] : undefined;
        const keys = measured === undefined ? [] : reference.offendingKeys(measured, at, until);
        expected.push({
          test: one.id,
          at,
          truth,
          keys: keys.slice(0, limits.keysShown),
          more: Math.max(0, keys.length - limits.keysShown),
        });
      }
    }
  }
  return expected.toSorted(inOrder);
}
