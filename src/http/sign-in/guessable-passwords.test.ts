import { describe, expect, test } from 'vitest';
import { isGuessablePassword } from './guessable-passwords.ts';

describe('what is tried first is refused', () => {
  test.each([
    'password1234',
    'Password1234!',
    'P@ssw0rd2024!',
    'passwordpassword',
    '123456789012',
    '111111111111',
    'abcdefghijkl',
    'qwertyuiop12',
    'qwertyuiopasdf',
    '1q2w3e4r5t6y',
    '1qaz2wsx3edc4rfv',
    'qazwsxedcrfv',
    'zxcvbnm123456',
    'iloveyou1234',
    'ILoveYou!!!!',
    'letmein12345',
    'welcome12345',
    'Administrator1',
    'changeme1234',
    'sunshine2023!',
    'football1234',
    'aaaaaaaaaaaaaaaa',
    'abcabcabcabc',
    '121212121212',
    'superman9999',
    'Watchbill2026!',
    'correcthorsebatterystaple',
    '000000000000000',
    '20260302!!!!',
  ])('%s', (password) => {
    expect(isGuessablePassword(password)).toBe(true);
  });
});

describe('what somebody thought of is taken', () => {
  test.each([
    'what the tide brings',
    'four words of mine',
    'a long good thought',
    'teapot-lantern-harbour',
    'Zwölf Boxkämpfer jagen Viktor',
    'mJ8#vQz2!kPwX',
    'kestrel over brackish water',
    '潮が運ぶものはなにかしら月',
    '839205174620',
    'x7Kq2mNvR4tB',
  ])('%s', (password) => {
    expect(isGuessablePassword(password)).toBe(false);
  });
});

test('is judged quickly, whatever it is', () => {
  const startedMs = performance.now();
  for (const text of ['a'.repeat(128), 'qwertyuiop'.repeat(12), '1q2w3e4r'.repeat(16), '🦊'.repeat(64)]) {
    isGuessablePassword(text);
  }
  expect(performance.now() - startedMs).toBeLessThan(200);
});
