import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '#kernel/limits.ts';
import type { Decoded } from '../decoding.ts';
import { checkId, decodeChecks } from './decode.ts';
import { LookRegister } from './register.ts';

const NOW = 1_790_000_000_000;
const source = {
  location: 'here',
  probe: (name: string) =>
    name === 'shop'
      ? {
          name,
          text: 'GET https://shop.example',
          check: { kind: 'http', method: 'GET', url: 'https://shop.example', headers: {} } as const,
          everyMs: { otherwise: 1_000 },
          timeoutMs: 1_000,
          expect: [],
          service: 'web',
        }
      : undefined,
};
const result = {
  probe: 'shop',
  location: 'here',
  dueAt: NOW - 100,
  at: NOW - 50,
  outcome: 'failed',
  reason: 'status-unexpected',
  message: 'A status from 200 to 299 was expected; it was 503.',
  durationMs: 12.5,
  fields: { status: 503, 'time.connect': 1.5, value: 7 },
  evidence: '<html>',
};

function decode(body: unknown): Decoded {
  const context = { receivedAt: NOW, fieldTypes: new Map(), makeId: () => 'made' };
  const decoded = decodeChecks(typeof body === 'string' ? body : JSON.stringify(body), source, context);
  if (!decoded.ok) throw new Error(decoded.failure.code);
  return decoded.value;
}

it('makes an event of each result, named so that it counts once', () => {
  const { records, ownIds } = decode({ results: [result] });
  expect(ownIds).toEqual([true]);
  expect(records).toEqual([
    {
      name: 'check',
      time: NOW - 50,
      id: `watchbill:check:shop:here:${NOW - 100}`,
      durationMs: 12.5,
      value: 7,
      attributes: {
        probe: 'shop',
        service: 'web',
        location: 'here',
        outcome: 'failed',
        due: NOW - 100,
        kind: 'http',
        reason: 'status-unexpected',
        message: result.message,
        evidence: '<html>',
        status: 503,
        'time.connect': 1.5,
      },
    },
  ]);
});

it('makes one more event of each part, and of text that is a value an attribute', () => {
  const { records } = decode({
    results: [{ ...result, fields: { value: 'v=spf1' }, parts: { database: false, mail: true } }],
  });
  expect(records.map(({ id }) => id)).toEqual([
    checkId('shop', 'here', NOW - 100),
    checkId('shop', 'here', NOW - 100, 'database'),
    checkId('shop', 'here', NOW - 100, 'mail'),
  ]);
  expect(records.map(({ attributes }) => [attributes['service'], attributes['part'], attributes['outcome']])).toEqual([
    ['web', undefined, 'failed'],
    ['database', 'database', 'failed'],
    ['mail', 'mail', 'passed'],
  ]);
  expect(records[0]?.attributes['value']).toBe('v=spf1');
});

describe('what is no result', () => {
  it.each([
    ['no object', 7],
    ['a field too many', { ...result, plan: 'other' }],
    ['another location', { ...result, location: 'frankfurt' }],
    ['no such outcome', { ...result, outcome: 'good' }],
    ['no reason', { ...result, reason: undefined }],
    ['a due instant that would stop the probe', { ...result, dueAt: NOW + 3_600_000 }],
    ['an instant that is none', { ...result, dueAt: 1.5 }],
    ['a field of a name that is none', { ...result, fields: { 'a b': 1 } }],
    ['a field that is a list', { ...result, fields: { a: [] } }],
    ['too much evidence', { ...result, evidence: 'x'.repeat(limits.probeEvidenceCharacters * 2 + 1) }],
    ['a negative duration', { ...result, durationMs: -1 }],
  ])('is refused by itself: %s', (_name, wrong) => {
    const { records, rejected } = decode({ results: [wrong, result] });
    expect(rejected).toMatchObject([{ index: 0, code: 'field-invalid' }]);
    expect(records).toHaveLength(1);
  });

  it.each(['', '[]', '{}', '{"results":{}}', '{"results":[],"more":1}', '{"results":'])('refuses all of %s', (text) => {
    expect(() => decode(text)).toThrow('malformed-body');
  });

  it('never throws, whatever is sent', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.record({ results: fc.array(fc.jsonValue()) })), (body) => {
        const context = { receivedAt: NOW, fieldTypes: new Map(), makeId: () => 'made' };
        expect(() => decodeChecks(JSON.stringify(body), source, context)).not.toThrow();
      }),
    );
  });
});

describe('how far probes have come', () => {
  it('never goes back, and is the same after a restart', () => {
    const register = new LookRegister();
    const note = (dueAt: number, outcome: string) => register.note({ probe: 'shop', location: 'here', dueAt, outcome });
    note(2, 'failed');
    note(1, 'passed');
    expect(register.of('here')).toEqual({ shop: { dueAt: 2, isFailing: true } });
    // What was not measured says nothing of the target.
    note(3, 'unmeasured');
    expect(register.of('here')).toEqual({ shop: { dueAt: 3, isFailing: true } });
    expect(register.of('elsewhere')).toEqual({});
    const again = new LookRegister();
    again.restore(register.state);
    expect(again.state).toEqual(register.state);
    again.keep(new Set());
    expect(again.state).toEqual([]);
  });

  it('is read from the events that are in the spool, and from no others', () => {
    const register = new LookRegister();
    const { records } = decode({ results: [{ ...result, parts: { mail: true } }] });
    register.noteAll(records);
    register.noteAll(
      records.map((record) => ({ ...record, id: 'other', attributes: { ...record.attributes, due: NOW } })),
    );
    expect(register.of('here')).toEqual({ shop: { dueAt: NOW - 100, isFailing: true } });
  });

  it('holds so many locations', () => {
    const register = new LookRegister();
    for (let index = 0; index < limits.probeLocations + 10; index += 1) {
      register.note({ probe: 'shop', location: `l${index}`, dueAt: 1, outcome: 'passed' });
    }
    expect(new Set(register.state.map(([, location]) => location)).size).toBe(limits.probeLocations + 1);
  });
});
