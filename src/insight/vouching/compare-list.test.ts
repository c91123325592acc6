import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FieldValue } from '#plan/model.ts';
import { compareList, type SystemRow } from './compare-list.ts';
import { readList } from './read-list.ts';

function system(rows: readonly (readonly [key: string, ...values: (FieldValue | undefined)[]])[]): SystemRow[] {
  return rows.map(([key, ...values], index) => ({ key, event: `e-${index + 1}`, at: index * 1_000, values }));
}

test('one of each kind of difference, and what is the same is none', () => {
  const list = readList('invoice,total\nI-1,120\nI-2,7.50\nI-3,3\nI-4,4\nI-4,4\nI-6,6\n', 'invoice', ['total']);
  const events = system([
    ['I-1', 100],
    ['I-2', 7.5],
    ['I-9', 9],
    ['I-4', 4],
    ['I-6', 6],
    ['I-6', 66],
  ]);
  const about = { inList: 1, inSystem: 1 };
  expect(compareList(list, events, ['total'])).toEqual({
    equal: 1,
    differences: [
      {
        ...{ ...about, kind: 'different', key: 'I-1', lines: [2], events: ['e-1'], at: 0 },
        values: [{ field: 'total', list: '120', system: 100 }],
      },
      {
        ...{ ...about, kind: 'only-in-list', key: 'I-3', lines: [4], events: [], inSystem: 0 },
        values: [{ field: 'total', list: '3' }],
      },
      { ...about, kind: 'repeated', key: 'I-4', lines: [5, 6], events: ['e-4'], at: 3_000, inList: 2, values: [] },
      {
        ...about,
        kind: 'repeated',
        key: 'I-6',
        lines: [7],
        events: ['e-5', 'e-6'],
        at: 4_000,
        inSystem: 2,
        values: [],
      },
      {
        ...{ ...about, kind: 'only-in-system', key: 'I-9', lines: [], events: ['e-3'], at: 2_000, inList: 0 },
        values: [{ field: 'total', system: 9 }],
      },
    ],
  });
});

test.each<[string, FieldValue | undefined, boolean]>([
  ['12.50', 12.5, true],
  ['12.50', '12.5', true],
  ['+1e3', 1_000, true],
  ['12.51', 12.5, false],
  ['0.3', 0.1 + 0.2, true],
  ['3', 2.9999999999999996, true],
  ['0.30000000000001', 0.3, false],
  ['9007199254740991', 9_007_199_254_740_990, false],
  ['1,250', 1_250, false],
  ['', undefined, true],
  ['', 0, false],
  ['0', undefined, false],
  ['007', '7', false],
  ['007', '007', true],
  ['9007199254740993', '9007199254740992', false],
  ['TRUE', true, true],
  ['no', false, false],
  ['Cash', 'cash', false],
  ['cash', ' cash ', true],
  ['NaN', Number.NaN, true],
  ['Infinity', 'infinity', false],
])('"%s" by hand and %j in the system: %j', (text, value, same) => {
  const list = readList(`invoice,total\nI-1,"${text}"\n`, 'invoice', ['total']);
  expect(compareList(list, system([['I-1', value]]), ['total']).differences).toHaveLength(same ? 0 : 1);
});

test('a comma is a decimal point in a list that semicolons separate', () => {
  const list = readList('invoice;total\nI-1;12,50\nI-2;1.234,5\n', 'invoice', ['total']);
  const found = compareList(
    list,
    system([
      ['I-1', 12.5],
      ['I-2', 1_234.5],
    ]),
    ['total'],
  );
  expect(found.differences.map(({ key }) => key)).toEqual(['I-2']);
});

test('a comma of thousands in a list that was pasted is no decimal point', () => {
  const differs = (list: string, total: number) =>
    compareList(readList(list, 'invoice', ['total']), system([['I-1', total]]), ['total']).differences.length;
  expect(differs('invoice\ttotal\nI-1\t1,200\n', 1.2)).toBe(1);
  expect(differs('invoice\ttotal\nI-1\t1,2\n', 1.2)).toBe(0);
});

test('a list compared with itself is equal, and each key is equal or differs once', () => {
  const keys = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 8 });
  fc.assert(
    fc.property(keys, keys, (left, right) => {
      const list = { rows: left.map((key, index) => ({ line: index + 2, key, values: ['1'] })), commaDecimals: [] };
      const { differences, equal } = compareList(list, system(right.map((key) => [key, 1])), ['total']);
      const there = new Set([...left, ...right]);
      expect(differences.length + equal).toBe(there.size);
      expect(new Set(differences.map(({ key }) => key)).size).toBe(differences.length);
      if (new Set(left).size === left.length) {
        expect(compareList(list, system(left.map((key) => [key, 1])), ['total']).differences).toEqual([]);
      }
    }),
  );
});
