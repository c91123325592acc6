import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '#kernel/limits.ts';
import { exceedsBytes, type FieldType } from './decoding.ts';
import { type AttributeValue, RecordBuilder } from './record-builder.ts';

const NOW = 1_790_000_000_000;

function builder(fieldTypes: ReadonlyMap<string, FieldType> = new Map()): RecordBuilder {
  let count = 0;
  return new RecordBuilder({ receivedAt: NOW, fieldTypes, makeId: () => `made-${++count}` });
}

/** The attributes of one record with these values, and what was trimmed. */
function built(values: Readonly<Record<string, AttributeValue>>, fieldTypes?: ReadonlyMap<string, FieldType>) {
  const records = builder(fieldTypes);
  for (const [key, value] of Object.entries(values)) records.set(key, value);
  records.end({ name: 'log', time: NOW, id: '1' });
  const { records: taken, trimmed = [] } = records.build();
  return { attributes: { ...taken[0]?.attributes }, trimmed: trimmed.map(({ code, count }) => [code, count]) };
}

describe('a value of another type than its field has', () => {
  const types = new Map<string, FieldType>([
    ['status', 'number'],
    ['version', 'string'],
    ['paid', 'boolean'],
  ]);

  test('is turned into it where nothing is lost', () => {
    expect(built({ status: '500', version: 2, paid: 'true' }, types)).toEqual({
      attributes: { status: 500, version: '2', paid: true },
      trimmed: [],
    });
  });

  test('is left out and counted otherwise; the record is taken', () => {
    expect(built({ status: 'teapot', paid: 1, version: 'x' }, types)).toEqual({
      attributes: { version: 'x' },
      trimmed: [['field-type-conflict', 2]],
    });
  });

  test('the first use fixes the type of a field', () => {
    const records = builder();
    records.set('size', 1);
    records.end({ name: 'a', id: '1' });
    records.set('size', '7');
    records.end({ name: 'a', id: '2' });
    expect(records.build().records.map(({ attributes }) => attributes['size'])).toEqual([1, 7]);
  });
});

test('whole numbers of 64 bits are numbers while a number holds them, else text', () => {
  expect(built({ small: 7n, large: 2n ** 63n }).attributes).toEqual({ small: 7, large: '9223372036854775808' });
});

test('numbers that cannot be compared, names that are too long and attributes beyond the limit are left out', () => {
  const many = Object.fromEntries(Array.from({ length: limits.attributesPerRecord }, (_, index) => [`f${index}`, 1]));
  expect(built({ bad: Number.NaN, ['k'.repeat(limits.attributeKeyBytes + 1)]: 1, ...many, last: 1 }).trimmed).toEqual([
    ['field-invalid', 2],
    ['too-many-attributes', 1],
  ]);
});

test('a refused head costs its record alone, and none of its attributes goes to the next', () => {
  const records = builder();
  records.set('of', 'the future');
  records.end({ name: 'log', time: NOW + limits.futureMs + 1, id: '1' });
  records.set('of', 'long ago');
  records.end({ name: 'log', time: NOW - limits.oldestMs - 1, id: '2' });
  records.end({ name: 'log', time: Number.NaN, id: '3' });
  records.end({ name: '', time: NOW, id: '4' });
  records.end({ name: 'log', time: NOW, id: '5' });
  const decoded = records.build();
  expect(decoded.rejected.map(({ index, code }) => [index, code])).toEqual([
    [0, 'time-in-future'],
    [1, 'time-too-old'],
    [2, 'time-invalid'],
    [3, 'name-invalid'],
  ]);
  expect(decoded.records.map(({ id, attributes }) => [id, { ...attributes }])).toEqual([['5', {}]]);
});

test('without id and time the request cannot be recognised', () => {
  const records = builder();
  records.end({ name: 'log' });
  expect(records.build()).toMatchObject({
    recognisable: false,
    ownIds: [false],
    records: [{ id: 'made-1', time: NOW }],
  });
});

test('every text is cut to the limit, at a character, and stays well-formed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.integer({ min: 1, max: 4_000 }), (text, times) => {
      const value = built({ text: text.repeat(times) }).attributes['text'] as string;
      expect(exceedsBytes(value, limits.attributeValueBytes)).toBe(false);
      expect(value.isWellFormed()).toBe(text.isWellFormed());
      expect(text.repeat(times).startsWith(value.endsWith('…') ? value.slice(0, -1) : value)).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test('attributes may have any name', () => {
  const { attributes } = built({ ['__proto__']: 'x', constructor: 'y', toString: 1 });
  expect(Object.keys(attributes).toSorted()).toEqual(['__proto__', 'constructor', 'toString']);
  expect(({} as { readonly x?: string }).x).toBeUndefined();
});
