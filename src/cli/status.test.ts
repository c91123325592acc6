import { expect, test } from 'vitest';
import type { StatusAnswer } from '#contract/status.ts';
import { describeStatus } from './status.ts';

const signal = { signal: 'uptime', group: [], state: 'no data', shown: '-', unit: '%', sampleSize: 0, ageMs: 40 };
const plan = { plan: 'shop', title: 'Shop', version: 3, signals: [signal], alerts: [], notifications: {}, notices: [] };

function headOf(more: { readonly phase?: string; readonly launchedAt?: string }): string | undefined {
  const status: StatusAnswer = {
    ...{ version: '1.2.3', at: '2026-03-02T09:00:00.000Z', ready: true, reasons: [] },
    intake: { connected: true, ready: true, reasons: [], spoolBytes: 0, segmentsWaiting: 0, accepted: 7, rejected: {} },
    plans: [{ ...plan, coreLagMs: 0, ...more }],
  };
  return describeStatus(status).split('\n')[0];
}

test('the head of a plan says whether it was launched', () => {
  expect(headOf({})).toBe('Shop (shop version 3, not launched)');
  expect(headOf({ launchedAt: '2026-03-02T09:00:00.001Z' })).toBe(
    'Shop (shop version 3, launches 2026-03-02T09:00:00.001Z)',
  );
  expect(headOf({ launchedAt: '2026-03-02T09:00:00.000Z' })).toBe('Shop (shop version 3)');
  expect(headOf({ launchedAt: '2026-03-01T09:00:00.000Z', phase: 'week' })).toBe('Shop (shop version 3, week)');
});
