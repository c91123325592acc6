import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readQuery } from '../../../../src/insight/log-search/read-query.ts';
import { compilePredicate } from '../../../../src/signals/predicate.ts';
import { narrow } from './narrow.ts';

const record = (attributes: Readonly<Record<string, string | number | boolean>>) => ({
  name: 'log',
  time: 0,
  id: 'l-1',
  attributes,
});

function holds(query: string, attributes: Readonly<Record<string, string | number | boolean>>): boolean {
  const read = readQuery(query);
  if (!read.ok) throw new Error(`${query}: ${read.failure.message}`);
  return read.value.predicate === undefined || compilePredicate(read.value.predicate)(record(attributes));
}

const text = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12 }),
  fc.constantFrom('a b', 'say "no"', '\\', 'AND', '-x', '/a/', 'k8s.pod-name', "it's", '*', 'x:y'),
);
const value = fc.oneof(text, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean());

test('whatever the field and its value are, what is added is met by exactly the records that have it', () => {
  fc.assert(
    fc.property(
      text.filter(
        (name) =>
          !['message', 'level', 'name', 'time', 'user', 'duration', 'value', 'event_id', 'id'].includes(name) &&
          name.trim() !== '' &&
          !/^_(?:exists|missing)_$/.test(name),
      ),
      value,
      fc.constantFrom('', 'state:ok', 'state:bad OR state:ok', 'state = "ok"', 'state = "bad" or state = "ok"'),
      fc.boolean(),
      (field, one, query, against) => {
        const syntax = query.includes(' = ') ? 'plan' : 'lucene';
        const narrowed = narrow(query, syntax, field, one, against);
        if (narrowed === undefined) return;
        const other = typeof one === 'boolean' ? !one : typeof one === 'number' ? one + 1 : `${one}.`;
        const base = field === 'state' ? {} : { state: 'ok' };
        if (field === 'state' && query !== '') return;
        expect(holds(narrowed, { ...base, [field]: one })).toBe(!against);
        if (typeof one !== 'number' || one + 1 !== one)
          expect(holds(narrowed, { ...base, [field]: other })).toBe(against);
        if (query !== '') expect(holds(narrowed, { state: 'else', [field]: one })).toBe(false);
      },
    ),
    { numRuns: 500 },
  );
});

test.each(['A.0', '9a', 'a-', 'a.-b', 'and', 'in.x', 'a b'])('a plan has no way to write the field %s', (field) => {
  expect(narrow('state = "ok"', 'plan', field, 1, false)).toBeUndefined();
});

test.each(['a.b', 'k8s-pod.name', 'x-1', 'a.and'])('a plan can write the field %s', (field) => {
  expect(holds(narrow('state = "ok"', 'plan', field, 1, false) ?? '', { state: 'ok', [field]: 1 })).toBe(true);
});

test.each([
  ['', 'lucene', 'service', 'api', false, 'service:"api"'],
  ['timeout', 'lucene', 'status', 500, true, 'timeout NOT status:500'],
  ['a OR b', 'lucene', 'k8s.pod-name', 'x', false, '(a OR b) k8s.pod-name:"x"'],
  ['status >= 500', 'plan', 'service', 'api', true, 'status >= 500 and service != "api"'],
] as const)('%s in %s with %s %s', (query, syntax, field, one, against, expected) => {
  expect(narrow(query, syntax, field, one, against)).toBe(expected);
});
