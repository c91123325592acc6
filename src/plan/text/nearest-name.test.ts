import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editDistance, nearestName } from './nearest-name.ts';

describe('the nearest name', () => {
  test.each([
    ['eror_rate', 'error_rate'],
    ['critcal', 'critical'],
    ['mai', 'mia'],
    ['ERROR_RATE', 'error_rate'],
    ['something-else', undefined],
  ])('of %s is %s', (name, nearest) => {
    expect(nearestName(name, ['error_rate', 'critical', 'mia'])).toBe(nearest);
  });

  test('a swap of neighbours is one slip', () => {
    expect(editDistance('abcd', 'abdc')).toBe(1);
  });

  test('distance is the same both ways, and zero only for the same word', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (left, right) => {
        expect(editDistance(left, right)).toBe(editDistance(right, left));
        expect(editDistance(left, right) === 0).toBe(left === right);
      }),
    );
  });
});
