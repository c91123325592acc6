import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeAccessLine } from './decode.ts';

const TIME = Date.parse('2026-03-02T07:00:00Z');

describe('combined', () => {
  test('a line of nginx', () => {
    const line =
      '203.0.113.9 - ann [02/Mar/2026:08:00:00 +0100] "GET /orders/7?token=abc HTTP/1.1" 502 157 "https://shop.example/cart?x=1" "Mozilla/5.0 (\\x22odd\\x22)"';
    expect(decodeAccessLine(line)).toEqual({
      name: 'request',
      time: TIME,
      status: 502,
      method: 'GET',
      path: '/orders/7',
      bytes: 157,
      user_agent: 'Mozilla/5.0 ("odd")',
      referrer: 'https://shop.example/cart',
      client: '203.0.113.9',
    });
  });

  test.each([
    ['::1 - - [02/Mar/2026:07:00:00 +0000] "\\x16\\x03\\x01" 400 0 "-" "-"', { status: 400, bytes: 0, client: '::1' }],
    ['::1 - - [02/Mar/2026:07:00:00 +0000] "-" 408 - "-" "-"', { status: 408, bytes: 0 }],
    ['h - - [02/Mar/2026:02:00:00 -0500] "HEAD / HTTP/2.0" 200 0', { method: 'HEAD', path: '/' }],
    ['h - a b [02/Mar/2026:07:00:00 +0000] "GET /a\\"b HTTP/1.1" 200 1 "-" "-"', { path: '/a"b' }],
  ])('%s', (line, expected) => {
    expect(decodeAccessLine(line)).toMatchObject({ name: 'request', time: TIME, ...expected });
  });

  test.each(['', 'nonsense', 'h - - [02/Foo/2026:07:00:00 +0000] "GET / HTTP/1.1" 200 0', 'h - - [x] "GET /" 200 0'])(
    'malformed: %s',
    (line) => {
      expect(decodeAccessLine(line)).toBeUndefined();
    },
  );
});

describe('JSON', () => {
  test('a line of nginx', () => {
    const line = JSON.stringify({
      time: '2026-03-02T08:00:00+01:00',
      remote_addr: '203.0.113.9',
      request_method: 'POST',
      request_uri: '/orders?x=1',
      status: 201,
      body_bytes_sent: 12,
      request_time: 0.003,
      http_user_agent: 'curl/8',
    });
    expect(decodeAccessLine(line)).toEqual({
      name: 'request',
      time: TIME,
      status: 201,
      duration_ms: 3,
      method: 'POST',
      path: '/orders',
      bytes: 12,
      user_agent: 'curl/8',
      client: '203.0.113.9',
    });
  });

  test.each([
    [
      { msec: '1772434800.250', status: '200' },
      { time: TIME + 250, status: 200 },
    ],
    [{ msec: 1772434800.25, status: 200 }, { time: TIME + 250 }],
    [
      { time_local: '02/Mar/2026:07:00:00 +0000', status: 200, request: 'GET /a HTTP/1.1' },
      { method: 'GET', path: '/a' },
    ],
    [{ time: '2026-03-02T07:00:00Z', status: 200, request_time: '' }, { status: 200 }],
  ])('%j', (line, expected) => {
    expect(decodeAccessLine(JSON.stringify(line))).toMatchObject(expected);
  });

  test.each(['{', '[]', '{}', '{"status":200}', '{"time":"2026-03-02T07:00:00Z","status":"x"}'])(
    'malformed: %s',
    (line) => {
      expect(decodeAccessLine(line, 'json')).toBeUndefined();
    },
  );
});

test('no line makes it throw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
      expect(() => decodeAccessLine(line)).not.toThrow();
    }),
  );
});
