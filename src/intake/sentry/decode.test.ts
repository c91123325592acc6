import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '#kernel/limits.ts';
import type { DecodeContext, Decoded } from '../decoding.ts';
import { categoriesOf, decodeEnvelope, storedEvent } from './decode.ts';
import { readEnvelope } from './envelope.ts';

const NOW = Date.parse('2026-03-02T08:00:00Z');
const TRACE = 'a188354130334ab69da8bf8cda2ef5cd';
const readText = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
};
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function context(): DecodeContext {
  let made = 0;
  const makeId = (): string => {
    made += 1;
    return `made-${made}`;
  };
  return { receivedAt: NOW, fieldTypes: new Map(), makeId };
}

function envelopeOf(header: object, ...items: readonly (readonly [type: string, payload: object])[]): Uint8Array {
  const lines = items.flatMap(([type, payload]) => [JSON.stringify({ type }), JSON.stringify(payload)]);
  return bytes([JSON.stringify(header), ...lines].join('\n'));
}

function decode(body: Uint8Array): Decoded {
  const envelope = readEnvelope(body, readText);
  if (!envelope.ok) throw new Error(envelope.failure.message);
  return decodeEnvelope(envelope.value, readText, context());
}

const one = (type: string, payload: object, header: object = {}) => {
  const decoded = decode(envelopeOf(header, [type, payload]));
  return { decoded, record: decoded.records[0] };
};

const event = {
  event_id: 'fce5f2a4-fc27-4818-bd7c-1c8f2961c9df',
  timestamp: (NOW - 1_000) / 1_000,
  platform: 'node',
  level: 'fatal',
  release: 'shop@1.2.3',
  environment: 'production',
  server_name: 'web-1',
  transaction: 'GET /orders/:id',
  user: { id: 'u1', email: 'ann@shop.example', ip_address: '10.0.0.1' },
  tags: { region: 'eu' },
  request: {
    url: 'https://shop.example/orders/17?token=secret',
    method: 'GET',
    headers: { cookie: 'secret' },
    data: 'secret',
  },
  extra: { password: 'secret' },
  breadcrumbs: [{ message: 'secret' }],
  contexts: { trace: { trace_id: TRACE, span_id: '8f0f6390f4697b34' }, runtime: { name: 'node', version: 'v26' } },
  exception: {
    values: [
      { type: 'TypeError', value: 'inner' },
      {
        type: 'PaymentError',
        value: 'card 4711 declined',
        mechanism: { type: 'generic', handled: false },
        stacktrace: {
          frames: [
            { filename: 'node:internal/main', function: 'run', lineno: 1, colno: 2, in_app: false },
            {
              filename: '/srv/shop/pay.js',
              function: 'charge',
              lineno: 7,
              colno: 9,
              in_app: true,
              context_line: '  throw new PaymentError(card);',
              vars: { card: 'secret' },
            },
          ],
        },
      },
    ],
  },
};

describe('events', () => {
  test('an exception is an error with what plans read, and without what is nobody’s business', () => {
    const { record, decoded } = one('event', event);
    expect(record).toMatchObject({
      name: 'error',
      id: 'fce5f2a4fc274818bd7c1c8f2961c9df',
      time: NOW - 1_000,
      user: 'u1',
      attributes: {
        service: 'shop',
        version: '1.2.3',
        release: 'shop@1.2.3',
        environment: 'production',
        level: 'critical',
        type: 'PaymentError',
        message: 'card 4711 declined',
        handled: false,
        mechanism: 'generic',
        trace_id: TRACE,
        span_id: '8f0f6390f4697b34',
        method: 'GET',
        route: '/orders/:id',
        path: '/orders/17',
        server_name: 'web-1',
        runtime: 'node v26',
        'tag.region': 'eu',
      },
    });
    expect(JSON.stringify(record)).not.toContain('secret');
    expect(JSON.parse(String(record?.attributes['stack']))).toEqual({
      exceptions: [
        {
          type: 'PaymentError',
          frames: [
            {
              function: 'charge',
              file: '/srv/shop/pay.js',
              line: 7,
              column: 9,
              inApp: true,
              code: 'throw new PaymentError(card);',
            },
            { function: 'run', file: 'node:internal/main', line: 1, column: 2 },
          ],
          leftOut: 0,
        },
        { type: 'TypeError', message: 'inner', frames: [], leftOut: 0 },
      ],
    });
    expect(decoded.versions).toEqual([
      { service: 'shop', version: '1.2.3', environment: 'production', at: NOW - 1_000, origin: 'sentry' },
    ]);
    expect(decoded.ownIds).toEqual([true]);
  });

  test('a message below the level of errors is a log, above it an error grouped by its template', () => {
    expect(one('event', { message: 'hello', level: 'info' }).record).toMatchObject({
      name: 'log',
      attributes: { level: 'info', message: 'hello' },
    });
    const failed = (id: number) =>
      one('event', { level: 'error', logentry: { message: 'order %s failed', formatted: `order ${id} failed` } });
    expect(failed(1).record).toMatchObject({ name: 'error', attributes: { message: 'order 1 failed' } });
    expect(failed(1).record?.attributes['fingerprint']).toBe(failed(2).record?.attributes['fingerprint']);
  });

  test('a stack that the SDK made for a message makes it no exception', () => {
    const values = [{ value: 'hello', mechanism: { synthetic: true }, stacktrace: { frames: [{ function: 'x' }] } }];
    expect(one('event', { message: 'hello', level: 'info', exception: { values } }).record?.name).toBe('log');
  });

  test('of a person only an id is kept, of an address a pseudonym, of an IP address nothing', () => {
    const user = (given: object) => one('event', { ...event, user: given }).record?.user;
    expect(user({ id: 7 })).toBe('7');
    expect(user({ username: 'ann' })).toBe('ann');
    expect(user({ email: 'Ann@shop.example' })).toMatch(/^mail-[0-9a-f]{16}$/);
    expect(user({ email: 'Ann@shop.example' })).toBe(user({ id: 'ann@shop.example' }));
    expect(user({ ip_address: '10.0.0.1' })).toBeUndefined();
  });

  test('a sender’s own fingerprint decides, and may have the usual one in it', () => {
    const fingerprint = (own: readonly string[], value = 'x') =>
      one('event', { exception: { values: [{ type: 'E', value }] }, fingerprint: own }).record?.attributes[
        'fingerprint'
      ];
    expect(fingerprint(['{{ default }}'])).toBe(fingerprint([]));
    expect(fingerprint(['mine'], 'one')).toBe(fingerprint(['mine'], 'another'));
    expect(fingerprint(['{{ default }}', 'mine'], 'one')).not.toBe(fingerprint(['{{ default }}', 'mine'], 'another'));
    expect(fingerprint(['{{ default }}', 'mine'])).not.toBe(fingerprint([]));
    expect(fingerprint(['{{ type }}'], 'one')).toBe(fingerprint(['E']));
  });

  test('a stack of any length fits into an attribute: the product’s own frames first, and says what it leaves out', () => {
    const frame = fc.record({ filename: fc.string({ maxLength: 400 }), function: fc.string(), in_app: fc.boolean() });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 300 }), (frames) => {
        const { record } = one('event', { exception: { values: [{ type: 'E', stacktrace: { frames } }] } });
        const stack = record?.attributes['stack'];
        if (frames.length === 0) {
          expect(stack).toBeUndefined();
          return;
        }
        expect(bytes(String(stack)).length).toBeLessThanOrEqual(limits.attributeValueBytes);
        const [kept] = JSON.parse(String(stack)).exceptions;
        expect(kept.frames.length + kept.leftOut).toBe(frames.length);
        if (kept.frames.some(({ inApp }: { inApp?: boolean }) => inApp !== true)) {
          expect(kept.frames.filter(({ inApp }: { inApp?: boolean }) => inApp).length).toBe(
            frames.filter((one) => one.in_app).length,
          );
        }
      }),
      { numRuns: 50 },
    );
  });

  test('an event without an envelope is the same event', () => {
    const envelope = storedEvent(bytes(JSON.stringify(event)), readText);
    expect(envelope.ok && decodeEnvelope(envelope.value, readText, context()).records).toEqual(
      one('event', event).decoded.records,
    );
  });
});

describe('transactions and spans', () => {
  const start = (NOW - 2_000) / 1_000;
  const transaction = {
    event_id: 'f'.repeat(32),
    type: 'transaction',
    transaction: 'POST /pay',
    transaction_info: { source: 'route' },
    release: 'shop@1.2.3',
    start_timestamp: start,
    timestamp: start + 0.25,
    user: { id: 'u1' },
    contexts: {
      trace: {
        trace_id: TRACE,
        span_id: '8f0f6390f4697b34',
        op: 'http.server',
        status: 'internal_error',
        data: { 'http.response.status_code': 500, 'http.request.header.cookie': 'secret' },
      },
    },
    spans: [
      {
        span_id: '1111111111111111',
        parent_span_id: '8f0f6390f4697b34',
        trace_id: TRACE,
        op: 'db.sql.query',
        description: 'select 1',
        start_timestamp: start,
        timestamp: start + 0.1,
        data: { 'db.system': 'postgresql', 'db.name': 'shop' },
      },
      {
        span_id: '2222222222222222',
        trace_id: TRACE,
        op: 'http.client',
        description: 'GET https://api.stripe.example/v1/charges?key=secret',
        status: 'not_found',
        start_timestamp: start,
        timestamp: start + 0.1,
        data: { 'http.response.status_code': 404 },
      },
      { span_id: '3333333333333333', trace_id: TRACE, op: 'function', description: 'price', timestamp: start },
    ],
  };

  test('a transaction of a server is a request, and its spans are what they were', () => {
    const { records } = one('transaction', transaction).decoded;
    expect(records.map(({ name, id, durationMs }) => [name, id, durationMs && Math.round(durationMs)])).toEqual([
      ['request', 'f'.repeat(32), 250],
      ['query', `${TRACE}-1111111111111111`, 100],
      ['call', `${TRACE}-2222222222222222`, 100],
      ['span', `${TRACE}-3333333333333333`, undefined],
    ]);
    expect(records[0]).toMatchObject({
      user: 'u1',
      time: NOW - 1_750,
      attributes: { service: 'shop', method: 'POST', route: '/pay', status: 500, outcome: 'error', trace_id: TRACE },
    });
    expect(records[1]?.attributes).toMatchObject({
      system: 'postgresql',
      database: 'shop',
      statement: 'select 1',
      parent_span_id: '8f0f6390f4697b34',
      outcome: 'ok',
    });
    expect(records[2]?.attributes).toMatchObject({
      peer: 'api.stripe.example',
      method: 'GET',
      path: '/v1/charges',
      status: 404,
      outcome: 'error',
    });
    expect(records[3]?.attributes).toMatchObject({ span: 'price', operation: 'function' });
  });

  test('spans that come by themselves are the same, and a path that nobody made a route of has no ids in it', () => {
    const attributes = {
      'sentry.op': { value: 'http.server', type: 'string' },
      'sentry.segment.name.source': { value: 'url', type: 'string' },
      'sentry.release': { value: 'shop@2', type: 'string' },
      'sentry.environment': { value: 'test', type: 'string' },
      'user.id': { value: 'u2', type: 'string' },
      'url.path': { value: '/orders/17/items/4f2c9a1b00', type: 'string' },
      'url.query': { value: 'token=secret', type: 'string' },
      'http.request.method': { value: 'GET', type: 'string' },
      'http.response.status_code': { value: 404, type: 'integer' },
      'shop.tenant': { value: 'a', type: 'string' },
    };
    const items = [
      {
        name: 'GET',
        span_id: '98c8d82dc4d27c94',
        trace_id: TRACE,
        start_timestamp: start,
        end_timestamp: start + 1,
        status: 'error',
        attributes,
      },
    ];
    const { record } = one('span', { version: 2, items });
    expect(record).toMatchObject({
      name: 'request',
      id: `${TRACE}-98c8d82dc4d27c94`,
      user: 'u2',
      attributes: {
        service: 'shop',
        version: '2',
        environment: 'test',
        route: '/orders/:id/items/:id',
        path: '/orders/17/items/4f2c9a1b00',
        status: 404,
        outcome: 'ok',
        'shop.tenant': 'a',
      },
    });
    expect(JSON.stringify(record)).not.toContain('secret');
  });
});

describe('everything else', () => {
  test('sessions are events by their state, one by one or counted', () => {
    const session = {
      sid: '58d6b85c83f741dfa662562b884404fd',
      did: 'u1',
      started: '2026-03-02T07:59:00Z',
      timestamp: '2026-03-02T07:59:30Z',
      status: 'crashed',
      duration: 30,
      attrs: { release: 'shop@1', environment: 'test' },
    };
    expect(one('session', session).record).toMatchObject({
      name: 'session',
      id: 'session-58d6b85c83f741dfa662562b884404fd-crashed',
      user: 'u1',
      durationMs: 30_000,
      value: 1,
      attributes: { session_status: 'crashed', outcome: 'error', release: 'shop@1', service: 'shop' },
    });
    const aggregates = [{ started: '2026-03-02T07:59:00Z', exited: 5, crashed: 1, errored: 0 }];
    const { records } = one('sessions', { aggregates, attrs: { release: 'shop@1' } }).decoded;
    expect(records.map(({ value, attributes }) => [attributes['session_status'], value])).toEqual([
      ['exited', 5],
      ['crashed', 1],
    ]);
  });

  test('lines of a log keep their attributes', () => {
    const items = [
      {
        timestamp: NOW / 1_000,
        level: 'warn',
        body: 'slow',
        trace_id: TRACE,
        attributes: {
          cart: { value: 3, type: 'integer' },
          'user.id': { value: 'u1', type: 'string' },
          'user.email': { value: 'secret', type: 'string' },
        },
      },
    ];
    const { record } = one('log', { items });
    expect(record).toMatchObject({
      name: 'log',
      user: 'u1',
      attributes: { level: 'warning', message: 'slow', cart: 3, trace_id: TRACE },
    });
    expect(JSON.stringify(record)).not.toContain('secret');
  });

  test('feedback names the error that it is about', () => {
    const feedback = { message: 'it broke', contact_email: 'secret', associated_event_id: 'a'.repeat(32) };
    const { record } = one('feedback', { event_id: 'b'.repeat(32), contexts: { feedback } });
    expect(record).toMatchObject({
      name: 'feedback',
      id: 'b'.repeat(32),
      attributes: { message: 'it broke', error_id: 'a'.repeat(32) },
    });
    expect(JSON.stringify(record)).not.toContain('secret');
  });

  test('what is not taken is counted under its reason, and does not keep the rest away', () => {
    const discarded_events = [
      { reason: 'sample_rate', category: 'transaction', quantity: 40 },
      { reason: 'queue_overflow', category: 'error', quantity: 2 },
    ];
    const decoded = decode(
      envelopeOf(
        {},
        ['attachment', {}],
        ['replay_event', {}],
        ['profile', {}],
        ['check_in', {}],
        ['statsd', {}],
        ['client_report', { discarded_events }],
        ['event', event],
      ),
    );
    expect(decoded.records.map(({ name }) => name)).toEqual(['error']);
    expect(Object.fromEntries((decoded.trimmed ?? []).map(({ code, count }) => [code, count]))).toEqual({
      'attachment-skipped': 1,
      'replay-skipped': 1,
      'profile-skipped': 1,
      'check-in-skipped': 1,
      'item-skipped': 1,
      'lost-at-sender': 42,
    });
  });

  test('an item that is too large or broken is refused by itself', () => {
    const large = { ...event, extra: 'x'.repeat(limits.envelopeItemBytes) };
    const decoded = decode(
      bytes(
        `{}\n{"type":"event"}\n${JSON.stringify(large)}\n{"type":"event"}\n{broken\n{"type":"event"}\n${JSON.stringify(event)}`,
      ),
    );
    expect(decoded.rejected.map(({ index, code }) => [index, code])).toEqual([
      [0, 'body-too-large'],
      [1, 'malformed-body'],
    ]);
    expect(decoded.records).toHaveLength(1);
  });

  test('a clock that is wrong is set right by when the envelope says that it was sent', () => {
    const ahead = 3_600_000;
    const sent = { ...event, timestamp: (NOW + ahead - 5_000) / 1_000 };
    const { record } = one('event', sent, { sent_at: new Date(NOW + ahead).toISOString() });
    expect(record?.time).toBe(NOW - 5_000);
    const { record: slow } = one('event', event, { sent_at: new Date(NOW - 20_000).toISOString() });
    expect(slow?.time).toBe(NOW - 1_000);
  });

  test('any JSON in any place of an item is read without trouble, and pollutes nothing', () => {
    const types = fc.constantFrom(
      'event',
      'transaction',
      'span',
      'session',
      'sessions',
      'log',
      'client_report',
      'feedback',
    );
    const keys = fc.constantFrom(
      ...Object.keys(event),
      'values',
      'frames',
      'items',
      'attributes',
      '__proto__',
      'constructor',
    );
    const { tree } = fc.letrec((tie) => ({
      leaf: fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null)),
      tree: fc.oneof(
        { maxDepth: 4 },
        tie('leaf'),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(keys, tie('tree')),
      ),
    }));
    fc.assert(
      fc.property(types, fc.dictionary(keys, tree), (type, payload) => {
        const { records, rejected } = one(type, payload).decoded;
        expect(records.length + rejected.length).toBeLessThanOrEqual(100);
        expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
      }),
    );
  });

  test('what an envelope holds is named as the SDKs count it', () => {
    const envelope = readEnvelope(
      envelopeOf({}, ['event', {}], ['session', {}], ['event', {}], ['nothing', {}]),
      readText,
    );
    expect(envelope.ok && categoriesOf(envelope.value.items)).toEqual(['error', 'session']);
  });
});
