import { describe, expect, test } from 'vitest';
import { anyValue, attributes, decodeBoth, logs, NOW, nanos, SPAN_ID, TRACE_ID } from '../test-support.ts';

test('a log record is a log with what its sender says', () => {
  const record = {
    severityNumber: 13,
    body: anyValue('out of tea'),
    traceId: TRACE_ID,
    spanId: SPAN_ID,
    eventName: 'stock.low',
    attributes: attributes({ sku: 'oolong', 'user.id': 'u-1', 'url.full': 'https://a:b@shop.example/x?y=1' }),
  };
  const decoded = decodeBoth('logs', logs(record));
  expect(decoded.records).toEqual([
    {
      name: 'log',
      time: NOW,
      id: 'made-1',
      user: 'u-1',
      attributes: {
        service: 'api',
        version: '1.4.0',
        environment: 'production',
        host: 'web-1',
        level: 'warning',
        message: 'out of tea',
        trace_id: TRACE_ID,
        span_id: SPAN_ID,
        logger: 'shop.cart',
        event: 'stock.low',
        sku: 'oolong',
        'url.full': 'https://shop.example/x',
      },
    },
  ]);
  expect([decoded.recognisable, decoded.versions?.length]).toEqual([true, 1]);
});

test.each([
  [1, 'trace'],
  [5, 'debug'],
  [9, 'info'],
  [12, 'info'],
  [13, 'warning'],
  [17, 'error'],
  [21, 'critical'],
  [24, 'critical'],
  [0, undefined],
  [25, undefined],
])('the severity %i is the level %s', (severityNumber, level) => {
  expect(decodeBoth('logs', logs({ severityNumber })).records[0]?.attributes['level']).toBe(level);
});

test.each([
  ['WARN', 'warning'],
  ['Fatal', 'critical'],
  ['information', 'info'],
  ['constructor', undefined],
])('without a number the word %s is the level %s', (severityText, level) => {
  expect(decodeBoth('logs', logs({ severityText })).records[0]?.attributes['level']).toBe(level);
});

test('a body that is no text is its JSON', () => {
  const [record] = decodeBoth('logs', logs({ body: anyValue({ a: [1, 'b'], c: { d: true } }) })).records;
  expect(record?.attributes['message']).toBe('{"a":[1,"b"],"c":{"d":true}}');
});

describe('times', () => {
  test('the time of observation counts when the other is not set, else that of receipt', () => {
    const observed = decodeBoth('logs', logs({ timeUnixNano: '0', observedTimeUnixNano: nanos(NOW - 7) }));
    expect(observed.records[0]?.time).toBe(NOW - 7);
    const none = decodeBoth('logs', logs({ timeUnixNano: '0' }));
    expect([none.records[0]?.time, none.recognisable]).toEqual([NOW, false]);
  });

  test('an impossible one is refused', () => {
    const decoded = decodeBoth('logs', logs({ timeUnixNano: nanos(NOW * 2) }));
    expect([decoded.records.length, decoded.rejected[0]?.code]).toEqual([0, 'time-in-future']);
  });
});

test('an exception is an error beside the log, and only there with its stack', () => {
  const record = {
    severityNumber: 21,
    body: anyValue('The order failed'),
    attributes: attributes({
      'exception.type': 'TeaError',
      'exception.message': 'No tea',
      'exception.stacktrace': 'TeaError: No tea\n    at brew (/srv/shop/brew.js:3:9)',
      'log.record.uid': '01J',
    }),
  };
  const [log, error] = decodeBoth('logs', logs(record)).records;
  expect(log).toMatchObject({ name: 'log', id: '01J', attributes: { message: 'The order failed', level: 'critical' } });
  expect(JSON.stringify(log)).not.toContain('brew.js');
  expect([log?.attributes['release'], error?.attributes['release']]).toEqual([undefined, '1.4.0']);
  expect(error).toMatchObject({
    name: 'error',
    id: '01J-error',
    attributes: { type: 'TeaError', message: 'No tea', level: 'critical', stack: expect.stringContaining('brew.js') },
  });
});
