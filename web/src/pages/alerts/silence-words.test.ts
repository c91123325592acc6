import { expect, test } from 'vitest';
import { fieldInstant, fieldValue, silenceEnds, silenceSubject } from './silence-words.ts';

const NOW = Date.parse('2026-03-03T12:00:00Z');

test('an instant survives the date-time field', () => {
  expect(fieldInstant(fieldValue(NOW))).toBe(NOW);
  expect(fieldInstant('')).toBeUndefined();
});

test('every end lies ahead, tomorrow at nine', () => {
  for (const { until } of silenceEnds(NOW)) expect(until).toBeGreaterThan(NOW);
  expect(new Date(silenceEnds(NOW).at(-1)?.until ?? 0).getHours()).toBe(9);
});

test('what is silenced', () => {
  expect(silenceSubject({})).toBe('Every rule');
  expect(silenceSubject({ rule: 'errors' })).toBe('errors');
  expect(silenceSubject({ rule: 'errors', group: ['/orders'] })).toBe('errors (/orders)');
});
