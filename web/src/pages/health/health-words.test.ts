import { expect, test } from 'vitest';
import { bytesText, deliveryCounts, planTone, processTone } from './health-words.ts';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [139_687_936, '133 MiB'],
  [4_294_967_296, '4 GiB'],
  [1_600_000_000_000, '1.46 TiB'],
])('%i bytes are %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});

test('a process that was started again is worth a look, one that is gone more than that', () => {
  expect(processTone({ state: 'running', restarts: 0 }).tone).toBe('good');
  expect(processTone({ state: 'running', restarts: 2 }).tone).toBe('warning');
  expect(processTone({ state: 'ended', restarts: 2 }).tone).toBe('critical');
  expect(processTone({ state: 'outside' }).tone).toBe('neutral');
});

test('a plan that nobody judges is critical, one that is behind a warning', () => {
  expect(planTone({ running: false, lagMs: 0 }).tone).toBe('critical');
  expect(planTone({ running: true, lagMs: 2_001 }).tone).toBe('warning');
  expect(planTone({ running: true, lagMs: 2_000 }).tone).toBe('good');
});

test('a message whose outcome is unknown still waits', () => {
  expect(deliveryCounts({ pending: 1, unknown: 1, failed: 2, accepted: 3, delivered: 4 })).toEqual({
    waiting: 2,
    failed: 2,
    sent: 7,
  });
});
