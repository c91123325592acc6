import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ageOf } from './age.ts';

const NOW = Date.parse('2026-03-02T10:00:00Z');

test.each([
  ['2026-03-02T09:55:00Z', 300_000],
  ['2026-03-02T09:55:00.250Z', 299_750],
  ['2026-03-02T10:55:00+01:00', 300_000],
  ['2026-03-02 09:55:00+00', 300_000],
  ['2026-03-02 15:25:00.000 +0530', 300_000],
  ['2026-03-02t09:55z', 300_000],
  [NOW / 1_000 - 300, 300_000],
  [NOW - 300_000, 300_000],
  // A little ahead is now.
  ['2026-03-02T10:00:30Z', 0],
  [0, NOW],
])('%s', (value, age) => {
  expect(ageOf(value, NOW)).toBe(age);
});

test.each([
  ['an hour ahead', '2026-03-02T11:00:00Z'],
  ['without a zone, which may be any time', '2026-03-02T09:55:00'],
  ['a day that there is not', '2026-02-31T09:55:00Z'],
  ['no time', 'yesterday'],
  ['no text', true],
  ['nothing', undefined],
  ['no number', Number.NaN],
])('%s has no age', (_name, value) => {
  expect(ageOf(value, NOW)).toBeUndefined();
});

test('an instant that was written has its age, in any of the forms', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 * 365 * 86_400 }), (seconds) => {
      const at = NOW - seconds * 1_000;
      for (const written of [new Date(at).toISOString(), at, at / 1_000]) {
        expect(ageOf(written, NOW)).toBe(seconds * 1_000);
      }
    }),
  );
});
