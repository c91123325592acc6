import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Predicate } from '#plan/model.ts';
import { compilePredicate } from '../predicate.ts';
import type { EventRecord } from '../record.ts';
import { RouteColumns } from './field-column.ts';
import { RecordBatch } from './record-batch.ts';
import { Selection } from './selection.ts';
import { compileSelector } from './selector.ts';

const field = fc.constantFrom('status', 'route', 'duration', 'size', 'constructor');
const number = fc.oneof(fc.constantFrom(0, -0, 1, 2, 0.1, 1e308, Number.MIN_VALUE), fc.double({ noNaN: true }));
const value = fc.oneof(number, fc.constantFrom('a', 'b', ''), fc.boolean());
const operator = fc.constantFrom('<', '<=', '>', '>=', '=', '!=');

const { predicate } = fc.letrec<{ predicate: Predicate }>((tie) => ({
  predicate: fc.oneof(
    { maxDepth: 3 },
    fc
      .tuple(field, operator, value)
      .map(([name, how, than]): Predicate => ({ kind: 'compare', field: name, operator: how, value: than })),
    fc.tuple(field, fc.array(value)).map(([name, values]): Predicate => ({ kind: 'in', field: name, values })),
    fc.tuple(field, fc.constantFrom('present', 'missing')).map(([name, kind]): Predicate => ({ kind, field: name })),
    fc
      .tuple(fc.constantFrom('and', 'or'), fc.array(tie('predicate'), { maxLength: 3 }))
      .map(([kind, of]): Predicate => ({ kind, of })),
    tie('predicate').map((of): Predicate => ({ kind: 'not', of })),
  ),
}));

const record = fc
  .record({ durationMs: fc.option(number, { nil: undefined }), attributes: fc.dictionary(field, value) })
  .map(
    ({ durationMs, attributes }): EventRecord => ({
      name: 'request',
      time: 0,
      id: 'e',
      ...(durationMs === undefined ? {} : { durationMs }),
      attributes,
    }),
  );

test('rows are selected for which the predicate holds by itself, whatever they and their units are', () => {
  fc.assert(
    fc.property(
      predicate,
      fc.array(record, { maxLength: 20 }),
      fc.constantFrom({}, { size: 'KB', duration: 's' }),
      (where, records, units) => {
        const batch = new RecordBatch();
        batch.begin(records, 0);
        const all = new Selection();
        for (let row = 0; row < records.length; row++) all.push(row);
        const selected = new Selection();
        compileSelector(where, new RouteColumns(batch, all, units))(all, selected);
        const matches = compilePredicate(where, units);
        expect([...selected.rows.subarray(0, selected.count)]).toEqual(
          records.flatMap((one, row) => (matches(one) ? [row] : [])),
        );
      },
    ),
    { numRuns: 1_000 },
  );
});
