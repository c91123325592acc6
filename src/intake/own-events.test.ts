import { describe, expect, it } from 'vitest';
import { limits } from '#kernel/limits.ts';
import type { DecodeContext, FieldType } from './decoding.ts';
import { recordOfFact } from './facts.ts';
import { decodeCheckIn } from './heartbeats/decode.ts';
import { withoutForged } from './own-events.ts';
import { checkId, decodeChecks } from './probes/decode.ts';
import { RecordBuilder } from './record-builder.ts';
import { encodeSnapshot, type PlanSnapshot } from './snapshot.ts';
import { encodeBlock } from './spool/block.ts';
import { VolatileDisk } from './spool/volatile-disk.ts';
import { settle, startIntake, T0, type TestIntake } from './test-support.ts';
import { deploymentRecords } from './versions.ts';

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

  it('fixes no type: what a product sends first under a name that Watchbill has too is taken', async () => {
    const fact = { kind: 'notified', subject: 'A-1', reason: 'page', sequence: 1, at: T0, body: { step: 1 } };
    const deployment = { service: 'api', version: '2', previous: '1', environment: 'live', at: T0, origin: 'sdk' };
    const deployed = deploymentRecords([deployment], context());
    const checks = decodeChecks(text, source, context());
    const checkIn = decodeCheckIn({ heartbeat: 'b', run: '', message: '', state: 'failed', exitCode: 1 }, context());
    if (!checks.ok) throw new Error(checks.failure.code);
    for (const decoded of [deployed, checks.value, checkIn]) expect([...decoded.newFields]).toEqual([]);

    // The same when they stand in the spool, which is all that there is after a crash.
    const disk = new VolatileDisk();
    const own = [deployed, checks.value, checkIn].flatMap(({ records }) => records);
    const head = { plan: 'shop', accepted: 1, duplicates: 0, rejected: [], hasEventIds: false, receivedAt: T0 - 3 };
    const blocks = [
      encodeBlock({ ...head, sequence: 1, batch: 1 }, Buffer.from(JSON.stringify(own))),
      encodeBlock(
        { ...head, sequence: 2, batch: 2, factsUpTo: 1 },
        Buffer.from(JSON.stringify([recordOfFact('shop', fact as never)])),
      ),
    ];
    await disk.replace('spool/000000000001-0123456789abcdef.seg', Buffer.concat(blocks));
    const running = await startIntake({ disk });
    running.configure(running.connect());
    await settle();
    const mail = { name: 'mail', status: 'delivered', due: 'soon', exit_code: 'none', step: 'last', previous: 7 };
    expect(await running.send([mail])).toMatchObject({ body: { accepted: 1, rejected: [] } });
    expect(await running.send([{ name: 'mail', status: 200 }])).toMatchObject({
      body: { rejected: [{ code: 'field-type-conflict', message: 'status: number was sent; the field is a string.' }] },
    });
  });

  it('fixes no type in what an earlier version kept either', async () => {
    const kept: PlanSnapshot = {
      name: 'shop',
      fieldTypes: [
        ['status', 'number'],
        ['time.dns', 'number'],
        ['total', 'number'],
      ],
      factsUpTo: 0,
    };
    const startFrom = async (plan: PlanSnapshot): Promise<TestIntake> => {
      const disk = new VolatileDisk();
      const snapshot = { position: 0, at: T0 - 1, plans: [plan] };
      await disk.replace('windows/0000000000000001.snapshot', encodeSnapshot(snapshot));
      const running = await startIntake({ disk });
      running.configure(running.connect());
      await settle();
      return running;
    };
    const mail = [{ name: 'mail', status: 'delivered', 'time.dns': 'slow' }];
    const first = await startFrom(kept);
    expect(await first.send(mail)).toMatchObject({ body: { accepted: 1 } });
    const refused = { body: { rejected: [{ code: 'field-type-conflict' }] } };
    expect(await first.send([{ name: 'order', total: 'much' }])).toMatchObject(refused);
    expect(await (await startFrom({ ...kept, typesAreSent: true })).send(mail)).toMatchObject(refused);
  });

  it('makes ids of which no two are the same where names have dashes', () => {
    expect(checkId('a', 'b-c', 1)).not.toBe(checkId('a-b', 'c', 1));
  });
});
