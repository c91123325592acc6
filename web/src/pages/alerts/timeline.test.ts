import { expect, test } from 'vitest';
import { timelineEntries } from './timeline.ts';

const fact = (kind: string, body: Record<string, unknown> = {}, reasonText = 'the reason') => ({
  sequence: 1,
  at: '2026-03-03T12:00:00Z',
  kind,
  subject: 'A-1',
  reason: 'x',
  body,
  reasonText,
});
const entry = (kind: string, body?: Record<string, unknown>) => timelineEntries([fact(kind, body)])[0];

test('each fact is said in words, with its reason where the words do not say it', () => {
  expect(entry('alert-fired', { severity: 'urgent' })).toMatchObject({
    tone: 'critical',
    text: 'Fired as urgent:',
    reason: 'the reason',
  });
  expect(entry('alert-acknowledged', { by: 'mia', via: 'link' })).toMatchObject({
    text: 'mia acknowledged it, by the link in a message',
    reason: undefined,
  });
});

test('an address names its channel once', () => {
  expect(entry('notified', { recipient: 'webhook:shop', channel: 'shop', step: 'fired' })?.text).toBe(
    'Told webhook:shop, that it fired:',
  );
  expect(entry('notified', { recipient: 'mia', channel: 'app', step: 'fired' })?.text).toBe(
    'Told mia in the inbox, that it fired:',
  );
});

test('a failed attempt says the problem', () => {
  expect(entry('delivery-failed', { recipient: 'mia', channel: 'mail', problem: 'Answered 404.' })?.text).toBe(
    'Did not reach mia by mail: Answered 404.',
  );
});

test('a fact of a later version is not lost', () => {
  expect(entry('alert-reassigned')).toMatchObject({ text: 'alert reassigned:', reason: 'the reason' });
});

test('what several are told at once is one line', () => {
  const told = ['mia', 'tom'].map((recipient) => fact('notified', { recipient, channel: 'mail', step: 'fired' }));
  expect(timelineEntries(told).map(({ text }) => text)).toEqual(['Told mia by mail, tom by mail, that it fired:']);
});

test('attempts that fail alike are one line where the latest was', () => {
  const retried = (sequence: number, at: string) => ({
    ...fact('delivery-retried', { recipient: 'webhook:ops', channel: 'ops', problem: 'Answered 503.' }),
    sequence,
    at,
  });
  const reached = { ...fact('delivery-accepted', { recipient: 'mia', channel: 'app' }), sequence: 2 };
  const entries = timelineEntries([
    retried(1, '2026-03-03T12:00:00Z'),
    reached,
    retried(3, '2026-03-03T12:00:05Z'),
    retried(4, '2026-03-03T12:00:30Z'),
  ]);
  expect(entries.map(({ sequence }) => sequence)).toEqual([2, 4]);
  expect(entries[1]?.text).toMatch(/^Did not reach webhook:ops, 3 times since .+, tried again\. Answered 503\.$/);
});
