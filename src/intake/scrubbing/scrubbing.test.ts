import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ScrubRules } from '#plan/traffic.ts';
import type { EventRecord } from '#signals/record.ts';
import { bareAttributes } from '../decoding.ts';
import { actionOf } from './field-rules.ts';
import { Scrubber } from './scrubber.ts';
import { withoutQuery, withoutSecrets } from './secrets-in-text.ts';

const hash = (text: string): string => createHmac('sha256', 'key').update(text).digest('base64url').slice(0, 22);

function record(
  attributes: Readonly<Record<string, string | number | boolean>>,
  more: Partial<EventRecord> = {},
): EventRecord {
  return { name: 'order', time: 0, id: 'id-1', ...more, attributes: Object.assign(bareAttributes(), attributes) };
}

function scrubbed(
  attributes: Readonly<Record<string, string | number | boolean>>,
  rules?: ScrubRules,
): Readonly<Record<string, string | number | boolean>> {
  const one = record(attributes);
  new Scrubber(rules, hash).scrub([one]);
  return { ...one.attributes };
}

/** Each with the part that may not be left anywhere. */
const secrets: readonly (readonly [text: string, secret: string])[] = [
  ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtaWEifQ.s3cr3tSignature', 's3cr3tSignature'],
  ['Bearer abcdef0123456789', 'abcdef0123456789'],
  ['Basic bWlhOmh1bnRlcjI=', 'bWlhOmh1bnRlcjI'],
  ['wb_ingest_abcdefghijklmnop_abcdefghijklmnopabcdefghijklmnop', 'abcdefghijklmnopabcdefgh'],
  [`sk_${'live'}_4eC39HqLyjWDarjtT1zdp7dc`, '4eC39HqLyjWDarjtT1zdp7dc'],
  [`gh${'p'}_1234567890abcdefghijklmnopqrstuvwxyz`, '1234567890abcdefghij'],
  [`AK${'IA'}IOSFODNN7EXAMPLE`, 'IOSFODNN7EXAMPLE'],
  [`xox${'b'}-123456789012-abcdefghijkl`, '123456789012-abcdef'],
  ['-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END PRIVATE KEY-----', 'MIIEvQIBADANBg'],
  ['https://mia:hunter2@db.example/orders', 'hunter2'],
  ['GET https://shop.example/reset?code=zxcvbn99&x=1 failed', 'zxcvbn99'],
  ['/login?next=%2F&otp=991827', '991827'],
  ['password=hunter2xyz', 'hunter2xyz'],
  ['{"password": "hunter2 and more"}', 'hunter2 and more'],
  ["api_key='zzz111zzz'", 'zzz111zzz'],
  ['Cookie: sid=abc123def; theme=dark; other=xyz987', 'xyz987'],
  ['authorization: Custom q1w2e3r4', 'q1w2e3r4'],
  ['sent to mia.meyer+shop@mail.example.com today', 'mia.meyer'],
  ['mia%40example.com', 'mia%40example'],
  ['4111 1111 1111 1111', '1111 1111'],
  ['card 378282246310005 declined', '378282246310005'],
];

describe('text', () => {
  test.each(secrets)('%s is not kept', (text, secret) => {
    expect(withoutSecrets(text)).not.toContain(secret);
    expect(withoutSecrets(withoutSecrets(text))).toBe(withoutSecrets(text));
  });

  test('secrets are found wherever they stand', () => {
    const words = fc.constantFrom('order ', 'a/b ', ' {', '"', ', ', '\n', 'x: ', '(', 'λ ', '— ');
    fc.assert(
      fc.property(
        fc.array(words, { maxLength: 5 }),
        fc.constantFrom(...secrets),
        fc.array(words, { maxLength: 5 }),
        (before, [text, secret], after) => {
          expect(withoutSecrets(`${before.join('')} ${text} ${after.join('')}`)).not.toContain(secret);
        },
      ),
    );
  });

  test.each([
    'POST',
    '/api/payments/1234',
    'u-12345',
    'b7ad6b7169203331b7ad6b7169203331',
    '0b5a6b1e-8a4c-4f0e-9a53-0d5a3f1f7f6b',
    '2026-03-02T09:00:00.000Z',
    '1772442000000',
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36',
    'SELECT * FROM orders WHERE id = $1',
    'connect ECONNREFUSED 10.0.0.5:5432',
    'order 1234567890123 was paid',
    'status code: 500',
    'tokens: many',
    'a basic shirt',
    'eyJ',
    '@media',
    'what?',
  ])('%s stays', (text) => expect(withoutSecrets(text)).toBe(text));

  test('addresses lose query and fragment', () => {
    expect(withoutQuery('/search?q=shoes')).toBe('/search');
    expect(withoutQuery('https://shop.example/cb#access_token=1')).toBe('https://shop.example/cb');
    expect(withoutQuery('https://mia:pw@shop.example/x?y')).toBe('https://[scrubbed]@shop.example/x');
    expect(withoutQuery('Gate #5')).toBe('Gate #5');
  });

  test('takes time that grows with the text only', () => {
    const long = 65_536;
    for (const piece of [
      'eyJ',
      '-eyJ',
      'eyJ.',
      'a@',
      '@a',
      'a-',
      'http://',
      '://',
      '?a',
      '?a=',
      'token="',
      "token='",
      'wb_a',
      '-----BEGIN ',
      '-----BEGIN A-----',
      '1',
      '1 ',
      '1-',
      'SG.a',
      'password',
      'cookie:',
      'bearer ',
      'a.',
      '%40',
      'sk_live_',
      '=',
    ]) {
      const text = piece.repeat(Math.ceil(long / piece.length)).slice(0, long);
      // A pattern that goes back and forth over this needs minutes, which the runner does not wait.
      expect(withoutSecrets(`${text}@=?`).length).toBeLessThanOrEqual(2 * long);
    }
  });
});

describe('fields', () => {
  test.each([
    ['password', 'replace'],
    ['user.passwordHash', 'replace'],
    ['http.request.header.set-cookie', 'replace'],
    ['http.request.header.authorization', 'replace'],
    ['x-api-key', 'replace'],
    ['accessToken', 'replace'],
    ['card.number', 'replace'],
    ['url.query', 'replace'],
    ['url.full', 'query'],
    ['http.target', 'query'],
    ['path', 'query'],
    ['discard', 'text'],
    ['tokenizer', 'text'],
    ['route_group', 'text'],
    ['mia@example.com', 'drop'],
  ] as const)('%s: %s', (field, action) => expect(actionOf(field, undefined)).toBe(action));

  test('are replaced, dropped and kept as the plan says, and the list can be turned off with a reason', () => {
    const rules: ScrubRules = {
      drop: ['note'],
      hash: ['customer'],
      keep: { card_type: 'only the brand' },
      user: 'kept',
    };
    const sent = {
      note: 'x',
      customer: 'c-1',
      card_type: 'visa',
      password: 'hunter2',
      cvc: 123,
      path: '/a?b=c',
      ok: true,
    };
    expect(scrubbed(sent, rules)).toEqual({
      customer: `hashed:${hash('c-1')}`,
      card_type: 'visa',
      password: '[scrubbed]',
      path: '/a',
      ok: true,
    });
  });

  test('numbers of secret fields are left out, so that fields keep their type', () => {
    expect(scrubbed({ pin: 1, cvc: 123, card_number: 4_111, has_password: true })).toEqual({
      pin: 1,
      has_password: true,
    });
  });
});

describe('users', () => {
  test('are kept, but for those who are named by what nobody should read', () => {
    const one = record({}, { user: 'u-1' });
    const two = record({}, { user: 'mia@example.com' });
    const scrubber = new Scrubber(undefined, hash);
    const found = scrubber.scrub([one, two]);
    expect([one.user, two.user]).toEqual(['u-1', `hashed:${hash('mia@example.com')}`]);
    expect([...found]).toEqual([['user', 1]]);
    expect(scrubber.formsOf('mia@example.com')).toContain(two.user);
  });

  test('are hashed for all when the plan says so, equal ones equally', () => {
    const scrubber = new Scrubber({ drop: [], hash: [], keep: {}, user: 'hashed' }, hash);
    const records = ['a', 'b', 'a'].map((user) => record({}, { user }));
    scrubber.scrub(records);
    expect(new Set(records.map(({ user }) => user)).size).toBe(2);
    scrubber.scrub(records);
    expect(records[0]?.user).toBe(`hashed:${hash('a')}`);
  });
});

test('series lose what their labels should not hold, and are the same again the second time', () => {
  const scrubber = new Scrubber({ drop: ['note'], hash: ['customer'], keep: {} }, hash);
  const labels = [
    ['customer', 'c-1'],
    ['note', 'x'],
    ['path', '/a?b=c'],
    ['token', 't'],
  ] as const;
  const kept = scrubber.series({ name: 'requests', kind: 'counter', labels });
  expect(kept.labels).toEqual([
    ['customer', `hashed:${hash('c-1')}`],
    ['path', '/a'],
    ['token', '[scrubbed]'],
  ]);
  expect(scrubber.series(kept)).toBe(kept);
});

test('ids are left alone, and clean records are not touched', () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.stringMatching(/^[a-z]{1,8}$/),
        fc.oneof(fc.integer(), fc.boolean(), fc.stringMatching(/^[a-z /]{0,20}$/)),
      ),
      (attributes) => {
        const clean = Object.fromEntries(
          Object.entries(attributes).filter(([key]) => actionOf(key, undefined) === 'text'),
        );
        const one = record(clean, { id: 'mia@example.com' });
        expect(new Scrubber(undefined, hash).scrub([one]).size).toBe(0);
        expect(one).toEqual(record(clean, { id: 'mia@example.com' }));
      },
    ),
  );
});
