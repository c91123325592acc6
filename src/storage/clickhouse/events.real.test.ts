import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EventRecord } from '#signals/record.ts';
import { temporaryTelemetry } from '../../../test/kit/telemetry.ts';
import { columnsOf } from '../columns/build-columns.ts';
import { insertEventColumns } from './events.ts';

/** Of today: the store drops what is older than its retention. */
const T0 = Math.floor(Date.now() / 3_600_000) * 3_600_000;
let telemetry: Awaited<ReturnType<typeof temporaryTelemetry>>;

beforeAll(async () => {
  telemetry = await temporaryTelemetry();
});
afterAll(() => telemetry?.close());

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ minLength: 100, maxLength: 200 }),
  fc.constantFrom('', 'GET', "it's", 'a\n\nb', '\ud800', 'x'.repeat(20_000)),
);
const drawn = fc.record({
  name: fc.constantFrom('request', 'order', 'café'),
  user: fc.option(text, { nil: undefined }),
  durationMs: fc.option(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }), { nil: undefined }),
  value: fc.option(fc.integer(), { nil: undefined }),
  attributes: fc.dictionary(
    fc.constantFrom('route', 'status', 'service', 'outcome', 'paid', 'note', 'constructor', 'ü'),
    fc.oneof(text, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean()),
  ),
});

/** As the row says it: text without lone surrogates, and one zero. */
function said(value: string | number | boolean): string | number | boolean {
  if (typeof value === 'number') return value + 0;
  return typeof value === 'string' ? value.toWellFormed() : value;
}

async function stored(plan: string): Promise<readonly Record<string, unknown>[]> {
  const answer = await telemetry.client.query({
    query: `select *, toUnixTimestamp64Milli(ts) as at, toUnixTimestamp64Milli(received_at) as received
      from events where plan = {plan:String} order by ts`,
    query_params: { plan },
    format: 'JSONEachRow',
  });
  return answer.json();
}

test('the table holds what the columns hold, whatever it is', async () => {
  const parts = fc.sample(fc.array(drawn, { maxLength: 60 }), { numRuns: 30, seed: 7 }).map((of, part) => ({
    made: part % 2 === 0,
    records: of.map((one, index): EventRecord => {
      const { user, durationMs, value, name, attributes } = one;
      const place = part * 60 + index;
      return {
        name,
        time: T0 + place,
        id: part % 2 === 0 ? `run-${place + 95}` : `own ü ${place}`,
        ...(user !== undefined && { user }),
        ...(durationMs !== undefined && { durationMs }),
        ...(value !== undefined && { value }),
        attributes,
      };
    }),
  }));
  await insertEventColumns(
    telemetry.client,
    'segment-1',
    parts.map(({ made, records }, part) => ({
      plan: 'any',
      receivedAt: T0 + part,
      columns: columnsOf(records, made ? records.length : 0),
    })),
  );
  const rows = await stored('any');
  const records = parts.flatMap((part, number) => part.records.map((record) => ({ record, number })));
  expect(rows.length).toBe(records.length);
  for (const [index, { record, number }] of records.entries()) {
    const attributes = Object.entries(record.attributes);
    const ofType = (type: string) =>
      Object.fromEntries(attributes.filter(([, one]) => typeof one === type).map(([key, one]) => [key, said(one)]));
    const copied = (name: string) => {
      const value = Object.hasOwn(record.attributes, name) ? record.attributes[name] : undefined;
      return value === undefined ? '' : typeof value === 'string' ? value.toWellFormed() : String(value);
    };
    expect(rows[index]).toMatchObject({
      at: record.time,
      received: T0 + number,
      name: record.name,
      event_id: record.id,
      user: record.user?.toWellFormed() ?? '',
      duration_ms: record.durationMs ?? null,
      value: record.value ?? null,
      service: copied('service'),
      route: copied('route'),
      status: copied('status'),
      outcome: copied('outcome'),
      segment: 'segment-1',
    });
    expect(rows[index]?.['strings']).toEqual(ofType('string'));
    expect(rows[index]?.['numbers']).toEqual(ofType('number'));
    expect(rows[index]?.['booleans']).toEqual(ofType('boolean'));
  }
});

test('thousands of different texts in one segment, however often it is sent', async () => {
  const count = 70_000;
  const records = Array.from({ length: count }, (_, index) => ({
    name: 'many',
    time: T0 + index,
    id: `run-${index}`,
    attributes: { route: `/r${index}`, service: `s${index % 300}` },
  }));
  // The first part is a block by itself, the others are one together.
  const parts = [
    records.slice(0, 66_000),
    ...Array.from({ length: 40 }, (_, part) => records.slice(66_000 + part * 100, 66_100 + part * 100)),
  ];
  for (let time = 0; time < 2; time++) {
    await insertEventColumns(
      telemetry.client,
      'segment-2',
      parts.map((part) => ({ plan: 'many', receivedAt: T0, columns: columnsOf(part, part.length) })),
    );
  }
  const answer = await telemetry.client.query({
    query: `select uniqExact(event_id) as ids, uniqExact(route) as routes, uniqExact(service) as services,
      countIf(concat('/r', substring(event_id, 5)) = route and route = strings['route'] and service = strings['service']) as right
      , count() as all from events where plan = 'many'`,
    format: 'JSONEachRow',
  });
  expect(await answer.json()).toEqual([{ ids: count, routes: count, services: 300, right: count, all: count }]);
});
