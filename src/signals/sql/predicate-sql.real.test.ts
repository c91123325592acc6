import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FieldValue, Operator, Predicate } from '#plan/model.ts';
import { insertEvents } from '#storage/clickhouse/events.ts';
import { clock } from '../../../test/kit/postgres.ts';
import { temporaryTelemetry } from '../../../test/kit/telemetry.ts';
import { compilePredicate, type FieldUnits } from '../predicate.ts';
import type { EventRecord } from '../record.ts';
import { SqlParameters } from './parameters.ts';
import { predicateSql } from './predicate-sql.ts';

/** Recent: what is older than the retention is dropped at once. */
const START = Math.floor(clock.now() / 1_000) * 1_000;
const fields = [
  'name',
  'time',
  'user',
  'duration',
  'value',
  'event_id',
  'id',
  'service',
  'route',
  'status',
  'outcome',
  'path',
  "it's {x}",
  'constructor',
  'nothing',
];
const attributeNames = ['id', 'service', 'route', 'status', 'outcome', 'path', "it's {x}", 'constructor'];
const texts = [
  '',
  'a',
  'A',
  'ab',
  '/api/payments',
  '/api/payments/7?x=%41_',
  'GET',
  '500',
  '5e2',
  '-1',
  'true',
  'NaN',
  "it's\n\nDROP TABLE events;--",
  'back\\slash\ttab\0nul',
  'straße ÄÖ',
  '\u{1F600}',
  '\uE000',
  '\uFFFD',
  '日本',
];
const numbers = [0, -0, 1, -1, 0.1, 0.5, 7.25, 200, 500, 1e21, 1e-7, 250_000, START];
const patterns = [
  'a',
  '^a',
  'b$',
  '.',
  '^$',
  '(?i)GET|a',
  '\\d+',
  '^/api/[a-z]+',
  'x.y',
  's\\sx',
  "it's.+DROP",
  'ß',
  '\\x{1F600}',
  '(?s)it.+DROP',
];

const text = fc.constantFrom(...texts);
const number = fc.constantFrom(...numbers);
const anyValue: fc.Arbitrary<FieldValue> = fc.oneof(text, number, fc.boolean());
const field = fc.constantFrom(...fields);

const record: fc.Arbitrary<Omit<EventRecord, 'id'>> = fc.record(
  {
    name: fc.constantFrom('log', 'request', '500'),
    time: fc.constantFrom(START, START + 1, START + 999),
    user: fc.constantFrom('mia', 'a', '500'),
    durationMs: number,
    value: number,
    attributes: fc.dictionary(fc.constantFrom(...attributeNames), anyValue, { maxKeys: 6, noNullPrototype: true }),
  },
  { requiredKeys: ['name', 'time', 'attributes'] },
);

const leaf: fc.Arbitrary<Predicate> = fc.oneof(
  fc
    .record({ field, operator: fc.constantFrom<Operator>('<', '<=', '>', '>=', '=', '!='), value: anyValue })
    .map((parts) => ({ kind: 'compare' as const, ...parts })),
  fc
    .record({ field, values: fc.array(anyValue, { maxLength: 4 }) })
    .map((parts) => ({ kind: 'in' as const, ...parts })),
  fc
    .record({ field, test: fc.constantFrom('contains' as const, 'starts with' as const, 'ends with' as const), text })
    .map((parts) => ({ kind: 'text' as const, ...parts })),
  fc.record({ field, pattern: fc.constantFrom(...patterns) }).map((parts) => ({ kind: 'matches' as const, ...parts })),
  fc.record({ kind: fc.constantFrom('present' as const, 'missing' as const), field }),
);
const predicate: fc.Arbitrary<Predicate> = fc.letrec<{ any: Predicate }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    tie('any').map((of): Predicate => ({ kind: 'not', of })),
    fc
      .tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(tie('any'), { maxLength: 3 }))
      .map(([kind, of]): Predicate => ({ kind, of })),
  ),
})).any;
const units: fc.Arbitrary<FieldUnits> = fc.constantFrom<FieldUnits>(
  {},
  { duration: 's', value: '%', status: 'KB' },
  { path: 's', time: 's', value: 'stars' },
);

const records: readonly EventRecord[] = fc
  .sample(record, { numRuns: 400, seed: 7 })
  .map((one, index) => ({ ...one, id: `id-${index}` }));

let telemetry: Awaited<ReturnType<typeof temporaryTelemetry>>;
beforeAll(async () => {
  telemetry = await temporaryTelemetry();
  const rows = records.map((event) => ({ plan: 'shop', receivedAt: START, event }));
  await insertEvents(telemetry.client, 's-1', rows);
});
afterAll(() => telemetry?.close());

async function found(condition: string, parameters: SqlParameters): Promise<readonly string[]> {
  const answer = await telemetry.client.query({
    query: `select event_id from events where plan = 'shop' and ${condition}`,
    query_params: { ...parameters.values },
    format: 'JSONEachRow',
  });
  return (await answer.json<{ event_id: string }>()).map(({ event_id }) => event_id).sort();
}

test('a predicate means the same in SQL as live', async () => {
  await fc.assert(
    fc.asyncProperty(predicate, units, async (one, unit) => {
      const parameters = new SqlParameters();
      const matches = compilePredicate(one, unit);
      const expected = records.filter(matches).map(({ id }) => id);
      expect(await found(predicateSql(one, parameters, unit), parameters)).toEqual(expected.sort());
    }),
    { numRuns: 300 },
  );
});

test('each test of each field means the same', async () => {
  const kinds: Predicate[] = fields.flatMap((name): Predicate[] => [
    { kind: 'present', field: name },
    { kind: 'compare', field: name, operator: '!=', value: '500' },
    { kind: 'compare', field: name, operator: '>=', value: 0 },
    { kind: 'compare', field: name, operator: '>', value: '\uE000' },
    { kind: 'in', field: name, values: ['a', 500, true] },
    { kind: 'text', field: name, test: 'contains', text: '' },
  ]);
  for (const one of kinds) {
    const parameters = new SqlParameters();
    const expected = records.filter(compilePredicate(one)).map(({ id }) => id);
    expect([one, await found(predicateSql(one, parameters), parameters)]).toEqual([one, expected.sort()]);
  }
});

test('nothing that was written stands in the statement', () => {
  const planted = "PLANTED'); drop table events; --";
  const given: Predicate[] = [
    { kind: 'compare', field: planted, operator: '=', value: planted },
    { kind: 'in', field: planted, values: [planted, 1] },
    { kind: 'text', field: planted, test: 'ends with', text: planted },
    { kind: 'matches', field: planted, pattern: planted },
    { kind: 'missing', field: planted },
  ];
  const statement = predicateSql({ kind: 'or', of: given }, new SqlParameters(), { [planted]: 's' });
  expect(statement).not.toContain('PLANTED');
  expect(statement).not.toContain("'");
});
