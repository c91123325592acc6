import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '#kernel/limits.ts';
import { bareAttributes, type Decoded, type FieldType } from '../decoding.ts';
import { decodeEvents } from './decode.ts';

const NOW = 1_790_000_000_000;

function decode(text: string, lines = false, fieldTypes: ReadonlyMap<string, FieldType> = new Map()): Decoded {
  let count = 0;
  const decoded = decodeEvents(text, lines, { receivedAt: NOW, fieldTypes, makeId: () => `made-${++count}` });
  if (!decoded.ok) throw new Error(`${decoded.failure.code}: ${decoded.failure.message}`);
  return decoded.value;
}

function failure(text: string, lines = false): string | undefined {
  const decoded = decodeEvents(text, lines, { receivedAt: NOW, fieldTypes: new Map(), makeId: () => 'made' });
  return decoded.ok ? undefined : decoded.failure.code;
}

/** The code that a single record is refused with. */
function codeOf(record: unknown): string | undefined {
  return decode(JSON.stringify(record)).rejected[0]?.code;
}

describe('a record', () => {
  test('has all its fields', () => {
    const text = JSON.stringify({
      name: 'order',
      time: '2026-09-21T14:13:20.250+00:00',
      event_id: 'o-1',
      user: 'u-7',
      duration_ms: 12.5,
      value: 9,
      paid: true,
      cart: { total: 3, coupon: null, first: { sku: 'a' } },
    });
    expect(decode(text).records).toEqual([
      {
        name: 'order',
        time: 1_790_000_000_250,
        id: 'o-1',
        user: 'u-7',
        durationMs: 12.5,
        value: 9,
        attributes: { paid: true, 'cart.total': 3, 'cart.first.sku': 'a' },
      },
    ]);
  });

  test('without time and id gets ours, and its request cannot be recognised', () => {
    const decoded = decode('{"name":"order"}');
    expect(decoded.records[0]).toMatchObject({ time: NOW, id: 'made-1' });
    expect([decoded.ownIds, decoded.recognisable]).toEqual([[false], false]);
    expect(decode(`[{"name":"a","time":${NOW}},{"name":"b","event_id":"1"}]`).recognisable).toBe(true);
  });

  test.each([
    [7, 'record-not-object'],
    [[{ name: 'a' }], undefined],
    [{}, 'name-invalid'],
    [{ name: '' }, 'name-invalid'],
    [{ name: 5 }, 'name-invalid'],
    [{ name: 'é'.repeat(129) }, 'name-invalid'],
    [{ name: 'é'.repeat(128) }, undefined],
    [{ name: 'a', time: 'yesterday' }, 'time-invalid'],
    [{ name: 'a', time: '2026-09-21T14:13:20' }, 'time-invalid'],
    [{ name: 'a', time: {} }, 'time-invalid'],
    [{ name: 'a', time: NOW + limits.futureMs }, undefined],
    [{ name: 'a', time: NOW + limits.futureMs + 1 }, 'time-in-future'],
    [{ name: 'a', time: NOW - limits.oldestMs }, undefined],
    [{ name: 'a', time: NOW - limits.oldestMs - 1 }, 'time-too-old'],
    [{ name: 'a', event_id: 5 }, 'field-invalid'],
    [{ name: 'a', event_id: '' }, 'field-invalid'],
    [{ name: 'a', user: 5 }, 'field-invalid'],
    [{ name: 'a', duration_ms: -1 }, 'field-invalid'],
    [{ name: 'a', duration_ms: '5' }, 'field-invalid'],
    [{ name: 'a', value: 'x' }, 'field-invalid'],
    [{ name: 'a', list: [] }, 'field-invalid'],
    [{ name: 'a', big: 2 ** 53 }, 'field-invalid'],
    [{ name: 'a', big: 2 ** 53 - 1 }, undefined],
    [{ name: 'a', text: 'x'.repeat(limits.attributeValueBytes + 1) }, 'field-invalid'],
    [{ name: 'a', ['k'.repeat(limits.attributeKeyBytes + 1)]: 1 }, 'field-invalid'],
    [{ name: 'a', '': 1 }, 'field-invalid'],
    [{ name: 'a', 'b.c': 1, b: { c: 2 } }, 'field-invalid'],
    [{ name: 'a', ...many(limits.attributesPerRecord) }, undefined],
    [{ name: 'a', ...many(limits.attributesPerRecord + 1) }, 'too-many-attributes'],
  ])('%j is refused with %s', (record, code) => {
    expect(codeOf(record)).toBe(code);
  });

  test('a number beyond all bounds is refused', () => {
    expect(decode('{"name":"a","n":1e999}').rejected[0]?.code).toBe('field-invalid');
    expect(decode('{"name":"a","value":-1e999}').rejected[0]?.code).toBe('field-invalid');
  });

  test('attributes inherit nothing', () => {
    const attributes = decode('{"name":"a","__proto__":"x"}').records[0]?.attributes;
    expect(Object.entries(attributes ?? {})).toEqual([['__proto__', 'x']]);
    expect(attributes?.['constructor']).toBeUndefined();
    expect(bareAttributes()['toString']).toBeUndefined();
  });
});

describe('an error', () => {
  const fingerprintOf = (fields: object, types: ReadonlyMap<string, FieldType> = new Map()) =>
    decode(JSON.stringify({ name: 'error', ...fields }), false, types).records[0]?.attributes['fingerprint'];

  test('without a fingerprint gets one that is the same for other ids', () => {
    expect(fingerprintOf({ message: 'order 7 failed' })).toMatch(/^[0-9a-f]{16}$/);
    expect(fingerprintOf({ message: 'order 7 failed' })).toBe(fingerprintOf({ message: 'order 8 failed' }));
    expect(fingerprintOf({ message: 'order 7 failed' })).not.toBe(fingerprintOf({ message: 'payment 7 failed' }));
  });

  test('keeps its own, and gets none when it says nothing or the field is of another type', () => {
    expect(fingerprintOf({ message: 'x', fingerprint: 'mine' })).toBe('mine');
    expect(fingerprintOf({ code: 5 })).toBeUndefined();
    expect(fingerprintOf({ message: 'x' }, new Map([['fingerprint', 'number']]))).toBeUndefined();
  });
});

describe('types of fields', () => {
  test('the first use fixes the type, also within one request', () => {
    const decoded = decode('[{"name":"a","n":1},{"name":"a","n":"1"},{"name":"a","n":2}]');
    expect(decoded.rejected).toEqual([
      { index: 1, code: 'field-type-conflict', message: 'n: string was sent; the field is a number.' },
    ]);
    expect([...decoded.newFields]).toEqual([['n', 'number']]);
    expect(decode('{"name":"a","n":1}', false, new Map([['n', 'string']])).rejected[0]?.code).toBe(
      'field-type-conflict',
    );
  });

  test('a refused record fixes none', () => {
    expect([...decode('{"name":"a","n":1,"m":[]}').newFields]).toEqual([]);
    const known = new Map<string, FieldType>([['m', 'number']]);
    expect([...decode('{"name":"a","n":1,"m":"x"}', false, known).newFields]).toEqual([]);
  });

  test('a plan has a bounded number of fields', () => {
    const known = new Map(Array.from({ length: limits.fieldsPerPlan }, (_, n) => [`f${n}`, 'number' as const]));
    expect(decode('{"name":"a","f1":1}', false, known).rejected).toEqual([]);
    expect(decode('{"name":"a","new":1}', false, known).rejected[0]?.code).toBe('too-many-fields');
  });
});

describe('a body', () => {
  test.each([
    ['', 'malformed-body'],
    ['{"name":"a"', 'malformed-body'],
    ['{"name":"a"} x', 'malformed-body'],
    [`{"name":"a","x":"${'['.repeat(1_000)}"}`, undefined],
    [`{"name":"a","x":"\\"${'['.repeat(1_000)}"}`, undefined],
    [`${'{"a":'.repeat(65)}1${'}'.repeat(65)}`, 'malformed-body'],
    [`${'{"a":'.repeat(64)}1${'}'.repeat(64)}`, undefined],
    [`{${'"a":{},'.repeat(10_001)}"b":1}`, 'malformed-body'],
    [`[${'0,'.repeat(limits.recordsPerRequest)}0]`, 'body-too-large'],
    ['[]', undefined],
  ])('%.40s gives %s', (text, code) => {
    expect(failure(text)).toBe(code);
  });

  test('one object a line is understood in both types, and a bad line is named', () => {
    const text = '{"name":"a"}\r\n\n{"name":"b"}\n';
    expect(decode(text, true).records.map((record) => record.name)).toEqual(['a', 'b']);
    expect(decode(text).records.map((record) => record.name)).toEqual(['a', 'b']);
    expect(failure('{"name":"a"}\n{"name":\n', true)).toBe('malformed-body');
  });

  test('accepted and rejected are all that was sent, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.jsonValue({ maxDepth: 4 }), fc.record({ name: fc.string(), v: fc.jsonValue() }))),
        (values) => {
          const decoded = decode(JSON.stringify(values));
          expect(decoded.records.length + decoded.rejected.length).toBe(values.length);
          expect(decoded.ownIds).toHaveLength(decoded.records.length);
          for (const record of decoded.records) {
            for (const value of Object.values(record.attributes)) expect(typeof value).toMatch(/string|number|boolean/);
          }
        },
      ),
    );
  });

  test('says the same of records alone as of many with the same keys', () => {
    const record = fc.record(
      {
        name: fc.constantFrom('order', 'error', ''),
        user: fc.constantFrom('u', 5, null),
        n: fc.oneof(fc.constantFrom(1, 2 ** 53, -1.5, null), fc.constantFrom('text', true)),
        text: fc.constantFrom('a', 'é'.repeat(3_000), 'x'.repeat(limits.attributeValueBytes + 1), null),
        cart: fc.constantFrom<unknown>('flat', { n: 1 }, []),
        'cart.n': fc.constant(2),
      },
      { requiredKeys: ['name'] },
    );
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 12 }), (records) => {
        const together = decode(JSON.stringify(records));
        const types = new Map<string, FieldType>();
        let accepted = 0;
        for (const [index, one] of records.entries()) {
          const alone = decode(JSON.stringify([one]), false, types);
          for (const [field, type] of alone.newFields) types.set(field, type);
          const refusal = together.rejected.find((rejected) => rejected.index === index);
          expect(refusal?.code).toBe(alone.rejected[0]?.code);
          if (refusal !== undefined) continue;
          expect({ ...together.records[accepted], id: '' }).toEqual({ ...alone.records[0], id: '' });
          accepted += 1;
        }
        expect([...together.newFields]).toEqual([...types]);
      }),
      { numRuns: 300 },
    );
  });

  test('any text gives an answer', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.json(), fc.string({ unit: fc.constantFrom(...'{}[]":,\\\n1a ') })),
        fc.boolean(),
        (text, lines) => {
          expect(() =>
            decodeEvents(text, lines, { receivedAt: NOW, fieldTypes: new Map(), makeId: () => 'x' }),
          ).not.toThrow();
        },
      ),
      { numRuns: 500 },
    );
  });
});

function many(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, index]));
}
