import { describe, expect, it } from 'vitest';
import { limits } from '#kernel/limits.ts';
import type { DecodeContext, FieldType } from './decoding.ts';
import { decodeCheckIn } from './heartbeats/decode.ts';
import { withoutForged } from './own-events.ts';
import { checkId, decodeChecks } from './probes/decode.ts';
import { RecordBuilder } from './record-builder.ts';
import { settle, startIntake } from './test-support.ts';

const NOW = 1_790_000_000_000;
const context = (fieldTypes: ReadonlyMap<string, FieldType> = new Map()): DecodeContext => ({
  receivedAt: NOW,
  fieldTypes,
  makeId: () => 'made',
});
const result = { probe: 'shop', location: 'here', dueAt: NOW - 100, at: NOW, outcome: 'failed', reason: 'refused' };
const text = JSON.stringify({ results: [{ ...result, durationMs: 1, fields: { status: 503 } }] });
const source = { location: 'here', probe: () => undefined };

describe('what only Watchbill writes', () => {
  it('is refused from a product, one by one, whatever it is named or called', async () => {
    const running = await startIntake();
    running.configure(running.connect());
    await settle();
    const id = checkId('shop', 'here', NOW - 100);
    const answer = await running.send([
      { name: 'check', probe: 'shop', location: 'here', outcome: 'passed', due: NOW },
      7,
      { name: 'order', event_id: id },
      { name: 'heartbeat', heartbeat: 'backup', state: 'succeeded' },
      { name: 'order', event_id: 'check-shop-here-1' },
      { name: 'order' },
    ]);
    expect(answer).toMatchObject({ status: 200, body: { accepted: 2 } });
    expect((answer.body as { rejected: unknown }).rejected).toMatchObject([
      { index: 0, code: 'event-reserved', message: 'name: only probes write events `check`.' },
      { index: 1, code: 'record-not-object' },
      { index: 2, code: 'event-reserved', message: `${id}: ids that begin with \`watchbill:\` are Watchbill's own.` },
      { index: 3, code: 'event-reserved', message: 'name: only heartbeats write events `heartbeat`.' },
    ]);
    expect(running.executors[0]?.seen.map(({ name }) => name)).toEqual(['order', 'order']);
  });

  it('comes of its own receiver, and of no other', () => {
    const checks = decodeChecks(text, source, context());
    const checkIn = decodeCheckIn({ heartbeat: 'b', run: '', message: '', state: 'failed' }, context());
    if (!checks.ok) throw new Error(checks.failure.code);
    expect(withoutForged(checks.value, 'check')).toBe(checks.value);
    expect(withoutForged(checkIn, 'heartbeat')).toBe(checkIn);
    expect(withoutForged(checks.value, 'heartbeat')).toMatchObject({ records: [], rejected: [{ index: 0 }] });
    expect(withoutForged(checkIn, 'check')).toMatchObject({ records: [], ownIds: [], rejected: [{ index: 0 }] });
    expect(withoutForged(checkIn, undefined).records).toEqual([]);
  });

  it('tells the place of each refused record in its request', () => {
    const builder = new RecordBuilder(context());
    builder.refuse('field-invalid', 'first');
    builder.end({ name: 'log' });
    builder.end({ name: 'check' });
    builder.refuse('field-invalid', 'fourth');
    builder.end({ name: 'heartbeat', id: 'h' });
    builder.end({ name: 'log', id: 'kept' });
    const { records, ownIds, rejected } = withoutForged(builder.build(), undefined);
    expect(records.map(({ id }) => id)).toEqual(['made', 'kept']);
    expect(ownIds).toEqual([false, true]);
    expect(rejected.map(({ index, code }) => [index, code])).toEqual([
      [0, 'field-invalid'],
      [2, 'event-reserved'],
      [3, 'field-invalid'],
      [4, 'event-reserved'],
    ]);
  });

  it('says all it has to say, whatever types and fields a product has taken', () => {
    const types = new Map<string, FieldType>([
      ['outcome', 'number'],
      ['probe', 'boolean'],
      ['state', 'number'],
    ]);
    for (let field = types.size; field < limits.fieldsPerPlan; field += 1) types.set(`f${field}`, 'string');
    const checks = decodeChecks(text, source, context(types));
    expect(checks).toMatchObject({
      value: { records: [{ attributes: { probe: 'shop', outcome: 'failed', status: 503 } }], trimmed: [] },
    });
    expect(checks.ok && [...checks.value.newFields]).toEqual([]);
    const checkIn = decodeCheckIn({ heartbeat: 'b', run: '', message: '', state: 'failed' }, context(types));
    expect(checkIn.records).toMatchObject([{ attributes: { heartbeat: 'b', state: 'failed' } }]);
  });

  it('makes ids of which no two are the same where names have dashes', () => {
    expect(checkId('a', 'b-c', 1)).not.toBe(checkId('a-b', 'c', 1));
  });
});
