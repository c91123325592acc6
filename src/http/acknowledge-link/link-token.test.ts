import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type LinkGrant, readLink, signLink } from './link-token.ts';

const key = new Uint8Array(32).fill(7);
const grant: LinkGrant = { plan: 'shop', alert: 'A-1', person: 'mia', expiresAt: 1_000 };

test('what was signed is read again, for any names', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), fc.nat(), (plan, alert, person, expiresAt) => {
      const wanted = { plan, alert, person, expiresAt: expiresAt + 1 };
      expect(readLink(signLink(wanted, key), key, expiresAt)).toEqual({ state: 'valid', grant: wanted });
    }),
  );
});

test('it expires at its instant', () => {
  expect(readLink(signLink(grant, key), key, 999).state).toBe('valid');
  expect(readLink(signLink(grant, key), key, 1_000)).toEqual({ state: 'expired', grant });
});

test('another character anywhere makes it forged', () => {
  const token = signLink(grant, key);
  for (let place = 0; place < token.length; place += 1) {
    const other = token[place] === 'A' ? 'B' : 'A';
    const changed = token.slice(0, place) + other + token.slice(place + 1);
    // The last character of a base64url text may differ in bits that mean nothing; it is compared as text all the same.
    expect(readLink(changed, key, 0)).toEqual({ state: 'forged' });
  }
});

test.each(['', '.', 'a.b', '..', 'x'.repeat(10_000), `${signLink(grant, key)}.more`.split('.')[0] ?? ''])(
  'the text %j is forged',
  (token) => {
    expect(readLink(token, key, 0)).toEqual({ state: 'forged' });
  },
);

test('a link of another key is forged', () => {
  expect(readLink(signLink(grant, new Uint8Array(32)), key, 0)).toEqual({ state: 'forged' });
});
