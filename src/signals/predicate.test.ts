import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Operator, Predicate } from '#plan/model.ts';
import { recordOf } from './plan.fixture.ts';
import { compileField, compilePredicate } from './predicate.ts';

const record = recordOf(1_000, {
  name: 'payment',
  id: 'p-1',
  user: 'mia',
  durationMs: 250,
  value: 12,
  attributes: { outcome: 'declined', status: 502, retried: true, text: 'rue de la paix' },
});

function holds(predicate: Predicate, units: Readonly<Record<string, string>> = {}): boolean {
  return compilePredicate(predicate, units)(record);
}

function compared(field: string, operator: Operator, value: string | number | boolean): boolean {
  return holds({ kind: 'compare', field, operator, value });
}

test('reads the fields of the record, and everything else from the attributes', () => {
  const values = ['name', 'time', 'user', 'duration', 'value', 'event_id', 'id', 'outcome', 'nothing'].map((field) =>
    compileField(field)(record),
  );
  expect(values).toEqual(['payment', 1_000, 'mia', 250, 12, 'p-1', 'p-1', 'declined', undefined]);
  expect(compileField('id')({ ...record, attributes: { id: 7 } })).toBe(7);
});

test('does not take what objects inherit for fields', () => {
  for (const field of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
    expect(compileField(field)(record)).toBeUndefined();
    expect(compileField('outcome', { [field]: 's' })(record)).toBe('declined');
  }
  expect(compileField('toString', {})(record)).toBeUndefined();
});

test('brings a field with a unit to base units, also in comparisons', () => {
  expect(compileField('value', { value: 's' })(record)).toBe(12_000);
  expect(compileField('value', { value: 'tea-bags' })(record)).toBe(12);
  expect(compileField('outcome', { outcome: 's' })(record)).toBe('declined');
  expect(holds({ kind: 'compare', field: 'value', operator: '>', value: 11_000 }, { value: 's' })).toBe(true);
});

test('compares numbers and text, strictly as written', () => {
  expect(compared('status', '>=', 502)).toBe(true);
  expect(compared('status', '>', 502)).toBe(false);
  expect(compared('status', '<', 503)).toBe(true);
  expect(compared('status', '<=', 501)).toBe(false);
  expect(compared('user', '<', 'mib')).toBe(true);
  expect(compared('retried', '=', true)).toBe(true);
  expect(compared('retried', '!=', true)).toBe(false);
});

test('a comparison between types or with a missing field is false, and never throws', () => {
  for (const operator of ['<', '<=', '>', '>=', '='] as const) {
    expect(compared('status', operator, '502')).toBe(false);
    expect(compared('outcome', operator, 0)).toBe(false);
    expect(compared('retried', operator, 1)).toBe(false);
    expect(compared('nothing', operator, 0)).toBe(false);
  }
  for (const operator of ['<', '<=', '>', '>='] as const) expect(compared('retried', operator, true)).toBe(false);
});

test('`!=` is exactly `not =`: a missing outcome is not "ok"', () => {
  expect(compared('nothing', '!=', 'ok')).toBe(true);
  fc.assert(
    fc.property(
      fc.constantFrom('outcome', 'status', 'nothing'),
      fc.constantFrom('declined', 502, false),
      (field, value) => {
        expect(compared(field, '!=', value)).toBe(!compared(field, '=', value));
      },
    ),
  );
});

test('tests membership, text, patterns and presence', () => {
  expect(holds({ kind: 'in', field: 'status', values: [500, 502] })).toBe(true);
  expect(holds({ kind: 'in', field: 'nothing', values: ['x'] })).toBe(false);
  expect(holds({ kind: 'text', field: 'text', test: 'contains', text: 'de la' })).toBe(true);
  expect(holds({ kind: 'text', field: 'text', test: 'starts with', text: 'de la' })).toBe(false);
  expect(holds({ kind: 'text', field: 'text', test: 'ends with', text: 'paix' })).toBe(true);
  expect(holds({ kind: 'text', field: 'status', test: 'contains', text: '5' })).toBe(false);
  expect(holds({ kind: 'matches', field: 'outcome', pattern: 'decl(in|ar)ed$' })).toBe(true);
  expect(holds({ kind: 'matches', field: 'outcome', pattern: '^clined' })).toBe(false);
  expect(holds({ kind: 'present', field: 'user' })).toBe(true);
  expect(holds({ kind: 'missing', field: 'nothing' })).toBe(true);
});

test('combines with and, or, not', () => {
  const yes: Predicate = { kind: 'present', field: 'user' };
  const no: Predicate = { kind: 'missing', field: 'user' };
  expect(holds({ kind: 'and', of: [yes, yes, no] })).toBe(false);
  expect(holds({ kind: 'and', of: [yes, no] })).toBe(false);
  expect(holds({ kind: 'and', of: [] })).toBe(true);
  expect(holds({ kind: 'or', of: [no, yes] })).toBe(true);
  expect(holds({ kind: 'or', of: [] })).toBe(false);
  expect(holds({ kind: 'not', of: no })).toBe(true);
});

test('a pattern that ruins backtracking engines takes linear time', () => {
  const matches = compilePredicate({ kind: 'matches', field: 'text', pattern: '^(a+)+$' });
  expect(matches(recordOf(0, { attributes: { text: `${'a'.repeat(5_000)}b` } }))).toBe(false);
});
