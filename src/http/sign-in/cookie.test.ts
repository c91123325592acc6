import { expect, test } from 'vitest';
import { readSessionCookie, SESSION_COOKIE, sessionCookie } from './cookie.ts';

const TOKEN = 'P4mECUFhwEX4QPexj2CuBGJeRdwlnDer';

test('is set with everything that its name promises, and taken away in the same form', () => {
  expect(sessionCookie(TOKEN)).toBe(
    `__Host-watchbill-session=${TOKEN}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=2592000`,
  );
  expect(sessionCookie(undefined)).toContain('Max-Age=0');
});

test.each([
  [undefined, undefined],
  ['', undefined],
  [`${SESSION_COOKIE}=${TOKEN}`, TOKEN],
  [`theme=dark; ${SESSION_COOKIE}=${TOKEN}; b=c`, TOKEN],
  [`${SESSION_COOKIE}=`, undefined],
  [`${SESSION_COOKIE}=short`, undefined],
  [`${SESSION_COOKIE}=${TOKEN}'--`, undefined],
  [`x${SESSION_COOKIE}=${TOKEN}`, undefined],
  [`watchbill-session=${TOKEN}`, undefined],
])('of "%s" the token is %s', (header, token) => {
  expect(readSessionCookie(header)).toBe(token);
});
