import { describe, expect, test } from 'vitest';
import { isCrossSite } from './request-origin.ts';

const sent = (headers: Record<string, string>, method = 'POST') => ({
  method,
  header: (name: string) => headers[name],
});
const HOST = { host: 'localhost:4700' };

describe('a command with a session', () => {
  test.each([
    ['the same origin', { origin: 'http://localhost:4700' }, false],
    ['the same origin in capitals', { origin: 'http://LOCALHOST:4700' }, false],
    ['the public origin behind a proxy', { origin: 'https://watch.example' }, false],
    [
      'a proxy with TLS that the browser vouches for',
      { origin: 'https://localhost:4700', 'sec-fetch-site': 'same-origin' },
      false,
    ],
    ['no origin, and the browser vouches', { 'sec-fetch-site': 'same-origin' }, false],
    ['another port', { origin: 'http://localhost:4800' }, true],
    ['another scheme', { origin: 'https://localhost:4700' }, true],
    ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, true],
    ['a sandboxed page', { origin: 'null' }, true],
    ['a sister site', { 'sec-fetch-site': 'same-site' }, true],
    ['an address typed by hand', { 'sec-fetch-site': 'none' }, true],
    ['nothing at all', {}, true],
  ])('from %s', (_, headers, refused) => {
    expect(isCrossSite(sent({ ...HOST, ...headers }), 'cookie', 'https://watch.example')).toBe(refused);
  });
});

test('a token is never sent by a browser of itself', () => {
  expect(isCrossSite(sent({ ...HOST, origin: 'https://evil.example' }), 'token', undefined)).toBe(false);
});

test('without a credential a program may begin a session, and another site may not', () => {
  expect(isCrossSite(sent(HOST), 'nothing', undefined)).toBe(false);
  expect(isCrossSite(sent({ ...HOST, origin: 'https://evil.example' }), 'nothing', undefined)).toBe(true);
});

test('what only reads may be asked from anywhere: the answer is not given to other sites', () => {
  for (const method of ['GET', 'HEAD']) {
    expect(isCrossSite(sent({ ...HOST, origin: 'https://evil.example' }, method), 'cookie', undefined)).toBe(false);
  }
});
