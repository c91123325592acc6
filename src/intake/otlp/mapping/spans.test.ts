import { describe, expect, test } from 'vitest';
import { limits } from '#kernel/limits.ts';
import type { EventRecord } from '#signals/record.ts';
import {
  attributes,
  decodeBoth,
  type Message,
  NOW,
  nanos,
  RESOURCE,
  SPAN_ID,
  TRACE_ID,
  traces,
} from '../test-support.ts';

const SERVER = 2;
const CLIENT = 3;

/** The records of one span of this kind with these attributes. */
function records(kind: number, values: Readonly<Record<string, unknown>>, more: Message = {}): readonly EventRecord[] {
  return decodeBoth('traces', traces({ kind, attributes: attributes(values), ...more })).records;
}

function only(kind: number, values: Readonly<Record<string, unknown>>, more: Message = {}): EventRecord {
  const [record, ...others] = records(kind, values, more);
  if (record === undefined || others.length > 0) throw new Error(`${others.length + 1} records`);
  return record;
}

describe('a server span', () => {
  const stable = {
    'http.request.method': 'POST',
    'http.response.status_code': 201,
    'http.route': '/orders/{id}',
    'url.path': '/orders/17',
    'url.query': 'token=secret',
    'url.scheme': 'https',
    'server.address': 'shop.example',
    'user_agent.original': 'curl',
  };
  const older = {
    'http.method': 'POST',
    'http.status_code': 201,
    'http.route': '/orders/{id}',
    'http.target': '/orders/17?token=secret',
    'http.scheme': 'https',
  };

  test('is a request at its end, whose id is the span’s', () => {
    expect(only(SERVER, stable, { name: 'POST /orders/{id}', parentSpanId: '00f067aa0ba902b7' })).toEqual({
      name: 'request',
      time: NOW,
      id: `${TRACE_ID}-${SPAN_ID}`,
      durationMs: 249.5,
      attributes: {
        service: 'api',
        version: '1.4.0',
        environment: 'production',
        host: 'web-1',
        route: '/orders/{id}',
        method: 'POST',
        path: '/orders/17',
        status: 201,
        outcome: 'ok',
        span: 'POST /orders/{id}',
        trace_id: TRACE_ID,
        span_id: SPAN_ID,
        parent_span_id: '00f067aa0ba902b7',
        'url.scheme': 'https',
        'server.address': 'shop.example',
        'user_agent.original': 'curl',
      },
    });
  });

  test('by the older conventions is the same', () => {
    const mapped = ['service', 'route', 'method', 'path', 'status', 'outcome'];
    const pick = ({ attributes: all }: EventRecord) => mapped.map((name) => all[name]);
    expect(pick(only(SERVER, older))).toEqual(pick(only(SERVER, stable)));
  });

  test.each([
    [{ 'http.response.status_code': 500 }, {}, 'error'],
    [{ 'http.response.status_code': 404 }, {}, 'ok'],
    [{ 'http.response.status_code': 404 }, { status: { code: 'STATUS_CODE_ERROR' } }, 'error'],
    [{}, { status: { code: 2, message: 'out of tea' } }, 'error'],
    [{}, { status: { code: 1 } }, 'ok'],
  ])('%j with %j has the outcome %s', (values, more, outcome) => {
    expect(only(SERVER, values, more).attributes['outcome']).toBe(outcome);
  });

  test('has no query and no credentials in any address', () => {
    const { attributes: all } = only(SERVER, {
      'http.url': 'https://mia:pass@shop.example:8443/tea?token=1#top',
      'http.target': '/tea?token=1',
      'url.query': 'token=1',
    });
    expect(all).toMatchObject({ path: '/tea', 'http.url': 'https://shop.example:8443/tea' });
    expect(JSON.stringify(all)).not.toMatch(/token|pass/);
  });

  test('of a remote procedure has its full name as route', () => {
    const grpc = { 'rpc.system': 'grpc', 'rpc.service': 'tea.Shop', 'rpc.method': 'Order', 'rpc.grpc.status_code': 5 };
    const { attributes: all } = only(SERVER, grpc);
    expect(all).toMatchObject({ route: 'tea.Shop/Order', 'rpc.grpc.status_code': 5 });
    expect(all['status']).toBeUndefined();
    expect(only(SERVER, { 'rpc.method': 'tea.Shop/Order' }).attributes['route']).toBe('tea.Shop/Order');
  });

  test('names its user', () => {
    expect(only(SERVER, { 'enduser.id': 'u-1' })).toMatchObject({ user: 'u-1' });
    expect(only(SERVER, { 'user.id': 'u-2' }).attributes['user.id']).toBeUndefined();
  });
});

describe('a client span', () => {
  test.each([
    [{ 'server.address': 'pay.example', 'server.port': 443 }, 'pay.example'],
    [{ 'net.peer.name': 'pay.example' }, 'pay.example'],
    [{ 'url.full': 'https://pay.example:8443/v1/charges?key=1' }, 'pay.example'],
    [{ 'http.url': 'https://[2001:db8::1]/v1' }, '[2001:db8::1]'],
    [{ 'peer.service': 'pay' }, 'pay'],
    [{ 'messaging.system': 'kafka' }, 'kafka'],
  ])('with %j is a call of %s', (values, peer) => {
    const record = only(CLIENT, values);
    expect(record.name).toBe('call');
    expect(record.attributes['peer']).toBe(peer);
  });

  test('keeps method, path and status of what it called', () => {
    const values = {
      'http.request.method': 'GET',
      'url.full': 'https://pay.example/v1/charges?key=1',
      'http.response.status_code': 503,
      'url.template': '/v1/charges',
    };
    expect(only(CLIENT, values).attributes).toMatchObject({
      method: 'GET',
      path: '/v1/charges',
      status: 503,
      route: '/v1/charges',
      outcome: 'error',
      'url.full': 'https://pay.example/v1/charges',
    });
  });

  test.each([
    [
      {
        'db.system.name': 'postgresql',
        'db.query.text': 'select 1',
        'db.operation.name': 'select',
        'db.namespace': 'shop',
        'server.address': 'db-1',
      },
    ],
    [
      {
        'db.system': 'postgresql',
        'db.statement': 'select 1',
        'db.operation': 'select',
        'db.name': 'shop',
        'net.peer.name': 'db-1',
      },
    ],
  ])('to a database is a query: %j', (values) => {
    const record = only(CLIENT, values);
    expect(record.name).toBe('query');
    expect(record.attributes).toMatchObject({
      system: 'postgresql',
      statement: 'select 1',
      operation: 'select',
      database: 'shop',
      peer: 'db-1',
    });
    expect(Object.keys(record.attributes).some((name) => name.startsWith('db.'))).toBe(false);
  });

  test('within the process is a query when it is a database’s, a producer’s is a call', () => {
    expect(only(1, { 'db.system': 'sqlite' }).name).toBe('query');
    expect(only(4, { 'messaging.system': 'kafka', 'messaging.destination.name': 'orders' })).toMatchObject({
      name: 'call',
      attributes: { peer: 'kafka', 'messaging.destination.name': 'orders' },
    });
  });
});

test.each([
  [0, 'internal'],
  [1, 'internal'],
  [5, 'consumer'],
])('a span of kind %i is kept as a span of its trace', (kind, name) => {
  const record = only(kind, { 'messaging.system': 'kafka' }, { name: 'brew' });
  expect(record).toMatchObject({
    name: 'span',
    attributes: { kind: name, span: 'brew', outcome: 'ok', 'messaging.system': 'kafka' },
  });
});

describe('what happened in a span', () => {
  const exception = {
    timeUnixNano: nanos(NOW - 100),
    name: 'exception',
    attributes: attributes({
      'exception.type': 'TeaError',
      'exception.message': 'No tea for order 17',
      'exception.stacktrace': 'TeaError: No tea\n    at brew (/srv/shop/brew.js:3:9)',
      'exception.escaped': true,
    }),
  };

  test('an exception is an error with the route of its span', () => {
    const [, error] = records(SERVER, { 'http.route': '/orders/{id}', 'enduser.id': 'u-1' }, { events: [exception] });
    expect(error).toMatchObject({
      name: 'error',
      time: NOW - 100,
      id: `${TRACE_ID}-${SPAN_ID}-0`,
      user: 'u-1',
      attributes: {
        service: 'api',
        level: 'error',
        type: 'TeaError',
        message: 'No tea for order 17',
        version: '1.4.0',
        release: '1.4.0',
        stack: expect.stringContaining('brew.js'),
        fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
        route: '/orders/{id}',
        trace_id: TRACE_ID,
        span_id: SPAN_ID,
        'exception.escaped': true,
      },
    });
  });

  test('anything else is a line of the log', () => {
    const event = { timeUnixNano: nanos(NOW - 9), name: 'retry', attributes: attributes({ attempt: 2 }) };
    const [, log] = records(CLIENT, {}, { events: [event] });
    expect(log).toMatchObject({ name: 'log', attributes: { level: 'info', message: 'retry', attempt: 2 } });
  });

  test('at an impossible time is left out and counted, not the span', () => {
    const decoded = decodeBoth('traces', traces({ events: [{ ...exception, timeUnixNano: nanos(NOW * 2) }] }));
    expect(decoded.records.map(({ name }) => name)).toEqual(['span']);
    expect(decoded.rejected).toEqual([]);
    expect(decoded.trimmed).toMatchObject([{ code: 'time-in-future', count: 1 }]);
  });
});

describe('times', () => {
  test('without an end the start counts, without both the time of receipt, and then nothing is recognised by it', () => {
    expect(only(SERVER, {}, { endTimeUnixNano: '0' })).toMatchObject({ time: NOW - 250 });
    const none = decodeBoth('traces', traces({ startTimeUnixNano: '0', endTimeUnixNano: '0', spanId: '' }));
    expect(none.records[0]).toMatchObject({ time: NOW, id: 'made-1' });
    expect([none.recognisable, none.ownIds]).toEqual([false, [false]]);
  });

  test('a span that ends before it began took no time', () => {
    expect(only(SERVER, {}, { startTimeUnixNano: nanos(NOW + 5) }).durationMs).toBe(0);
  });

  test.each([
    [NOW + limits.futureMs + 1, 'time-in-future'],
    [NOW - limits.oldestMs - 1, 'time-too-old'],
    [18_446_744_073_709, 'time-in-future'],
  ])('a span at %i is refused', (ms, code) => {
    const decoded = decodeBoth('traces', traces({ endTimeUnixNano: nanos(ms) }));
    expect([decoded.records.length, decoded.rejected[0]?.code]).toEqual([0, code]);
  });
});

describe('the resource', () => {
  test('is known by its older names too', () => {
    const resource = { 'service.name': 'api', 'deployment.environment': 'staging', 'enduser.id': 'u-9' };
    const [record] = decodeBoth('traces', traces({}, resource)).records;
    expect(record).toMatchObject({ user: 'u-9', attributes: { service: 'api', environment: 'staging' } });
  });

  test('goes with each record, without how its process was started, and bounded', () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`team.${index}`, 'x']));
    const resource = { ...RESOURCE, 'k8s.pod.name': 'api-1', 'process.pid': 7, 'telemetry.sdk.name': 'x', ...many };
    const [record] = decodeBoth('traces', traces({}, resource)).records;
    expect(record?.attributes['k8s.pod.name']).toBe('api-1');
    expect(record?.attributes['process.pid']).toBeUndefined();
    const names = Object.keys(record?.attributes ?? {}).filter((name) => name.startsWith('team.'));
    expect(names).toHaveLength(limits.otlpResourceAttributes - 1);
  });

  test('says which versions spoke, since their earliest span', () => {
    expect(decodeBoth('traces', traces({ attributes: [] })).versions).toEqual([
      { service: 'api', version: '1.4.0', environment: 'production', at: NOW, origin: 'opentelemetry' },
    ]);
    expect(decodeBoth('traces', traces({ endTimeUnixNano: nanos(NOW * 2) })).versions).toEqual([]);
  });
});

test('lists are text, maps several attributes, numbers beyond 2^53 text', () => {
  const { attributes: all } = only(SERVER, { list: [1, 'b', [true]], map: { a: 1, b: { c: 'd' } }, big: 2n ** 60n });
  expect(all).toMatchObject({ list: '[1,"b",[true]]', 'map.a': 1, 'map.b.c': 'd', big: (2n ** 60n).toString() });
});

test('a field of another type than the plan has is turned into it or left out', () => {
  const first = traces({ attributes: attributes({ size: 3 }) });
  const second = traces({ attributes: attributes({ size: 'large' }) });
  const both = { resourceSpans: [...(first['resourceSpans'] as []), ...(second['resourceSpans'] as [])] };
  const decoded = decodeBoth('traces', both);
  expect(decoded.records.map(({ attributes: all }) => all['size'])).toEqual([3, undefined]);
  expect(decoded.trimmed).toMatchObject([{ code: 'field-type-conflict', count: 1 }]);
});
