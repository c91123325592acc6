import { expect, test } from 'vitest';
import { purposeOf } from './event-purpose.ts';

const event = { name: 'mail-received', own: false, sources: [], probes: [] };

test.each([
  [event, 'the plan reads none of it'],
  [{ ...event, probes: ['mail'] }, 'confirms mail'],
  [{ ...event, sources: ['delivered'], probes: ['mail', 'sms'] }, 'read as delivered; confirms mail, sms'],
  [{ ...event, name: 'check' }, 'what probes find'],
  [{ ...event, name: 'alert', own: true, sources: ['alerts'] }, 'what Watchbill decides, as events'],
])('%j: %s', (one, words) => {
  expect(purposeOf(one)).toBe(words);
});
