import { expect, test } from 'vitest';
import { messageParts } from './message-parts.ts';

test('what stands twice is said once', () => {
  const text = 'urgent: errors fires\nerrors > 3 in 10s\nerrors > 3 in 10s: 4 of 4 (limit 3)';
  expect(messageParts({ title: 'urgent: errors fires', text })).toEqual(['errors > 3 in 10s: 4 of 4 (limit 3)']);
});

test("instants are told apart, to be shown in the reader's zone", () => {
  expect(messageParts({ title: 't', text: 'Since 2026-11-21T17:36:51.542Z.\nTold again every 4h.' })).toEqual([
    'Since ',
    { at: '2026-11-21T17:36:51.542Z' },
    '. Told again every 4h.',
  ]);
});
