import fc from 'fast-check';
import { limits } from '#kernel/limits.ts';
import type { ComparisonTest, CompiledPlan, Measure } from '#plan/model.ts';
import { formulaOf, measureOf, planOf, signalOf, sourceOf, testOf } from '../plan.fixture.ts';
import type { EventRecord } from '../record.ts';
import { type Step, scheduleOf } from '../schedule.fixture.ts';

/** Plans that count keys, and what they live through, for the property tests of this folder only. */
export const START = 1_700_000_000_000;

const by = fc.constantFrom<readonly string[]>([], [], ['branch'], ['branch', 'till']);

const measure: fc.Arbitrary<Measure> = fc.oneof(
  fc
    .record({ windowMs: fc.constantFrom(1_000, 7_700, 60_000, 600_000, 3_600_000), narrowed: fc.boolean(), by })
    .map(({ windowMs, narrowed, by: split }) =>
      measureOf('duplicates', windowMs, {
        source: 'sales',
        field: 'ref',
        by: split,
        ...(narrowed && { where: { kind: 'compare', field: 'value', operator: '>=', value: 1 } as const }),
      }),
    ),
  fc
    .record({
      windowMs: fc.constantFrom(60_000, 600_000, 3_600_000),
      graceMs: fc.constantFrom(1_000, 45_500, limits.lateMs),
      partner: fc.constantFrom('orders', 'sales'),
      by,
    })
    .map(({ windowMs, graceMs, partner, by: split }) =>
      measureOf('missing', windowMs, {
        source: 'sales',
        field: 'ref',
        by: split,
        graceMs,
        partner: { source: partner, field: partner === 'sales' ? 'other' : 'sale' },
      }),
    ),
);

export const plan: fc.Arbitrary<CompiledPlan> = fc
  .record({
    measures: fc.array(measure, { minLength: 1, maxLength: 3 }),
    limit: fc.constantFrom(0, 1, 2),
    oncePer: fc.boolean(),
    oncePerReceipt: fc.boolean(),
  })
  .map(({ measures, limit, oncePer, oncePerReceipt }) =>
    planOf({
      sources: [
        sourceOf('sales', oncePerReceipt ? { oncePer: 'receipt' } : {}),
        sourceOf('orders', oncePer ? { oncePer: 'sale' } : {}),
      ],
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
  branch: fc.option(fc.constantFrom('north', 'south'), { nil: undefined, freq: 4 }),
  till: fc.constantFrom(1, '1'),
  receipt: fc.option(fc.constantFrom('r1', 'r2', 3), { nil: undefined }),
});
type Drawn = typeof record extends fc.Arbitrary<infer Value> ? Value : never;

/** A number in one source and its text in the other are the same key. */
function recordOf(drawn: Drawn, now: number): Omit<EventRecord, 'id'> {
  const { name, agoMs, key, other, value, branch, till, receipt } = drawn;
  const link = name === 'orders' && key !== undefined ? String(key) : key;
  return {
    name,
    time: now - agoMs,
    value,
    attributes: {
      till,
      ...(branch !== undefined && { branch }),
      ...(receipt !== undefined && { receipt }),
      ...(link !== undefined && { [name === 'orders' ? 'sale' : 'ref']: link }),
      ...(other !== undefined && { other }),
    },
  };
}

const afterMs = fc.oneof(
  fc.constantFrom(1, 500, 1_000, 60_000, 299_999, 3_000_000, 3_600_000, 40_000_000),
  fc.integer({ min: 1, max: 5_000_000 }),
);
export const schedule: fc.Arbitrary<readonly Step[]> = scheduleOf({ start: START, afterMs, drawn: record, recordOf });
