import { expect, test } from 'vitest';
import type { AlertSummary } from '#contract/alerts.ts';
import type { LiveAlert } from '#contract/live.ts';
import { listAlerts, orderOpen, partOf, readAlertFilter } from './alert-list.ts';

const stored = (alert: string, change: Partial<AlertSummary> = {}): AlertSummary => ({
  alert,
  rule: 'errors',
  group: [],
  severity: 'urgent',
  state: 'firing',
  openedAt: '2026-03-03T12:00:00Z',
  version: 1,
  silences: [],
  flapping: false,
  told: true,
  planVersion: 1,
  ...change,
});
const live = (alert: string | undefined, change: Partial<LiveAlert> = {}): LiveAlert => ({
  key: alert ?? 'errors []',
  ...(alert === undefined ? {} : { alert }),
  rule: 'errors',
  group: [],
  severity: 'urgent',
  state: 'firing',
  since: '2026-03-03T12:00:00Z',
  openedAt: '2026-03-03T12:00:00Z',
  reason: 'condition-true',
  flapping: false,
  version: 1,
  ...change,
});

test('what the stream knows later holds', () => {
  const [alert] = listAlerts(
    [
      stored('A-1', {
        silences: [{ silence: 'S-1', until: '2026-03-03T13:00:00Z', by: 'mia', reason: 'x', version: 1 }],
      }),
    ],
    [live('A-1', { state: 'resolved', since: '2026-03-03T12:09:00Z', version: 2, reason: 'condition-false' })],
  );
  expect(alert).toMatchObject({ state: 'resolved', reason: 'condition-false', silencedUntil: '2026-03-03T13:00:00Z' });
  expect(alert?.resolvedAt).toBe(Date.parse('2026-03-03T12:09:00Z'));
});

test('what the API knows later holds', () => {
  const acknowledged = { by: 'mia', at: '2026-03-03T12:01:00Z', via: 'web' as const };
  const [alert] = listAlerts([stored('A-1', { version: 2, acknowledged })], [live('A-1')]);
  expect(alert?.acknowledged?.by).toBe('mia');
});

test('nothing is listed twice, and what only the stream knows is there', () => {
  const { openedAt: _, ...pending } = live(undefined, { state: 'pending', since: '2026-03-03T12:30:00Z' });
  const alerts = listAlerts([stored('A-1')], [live('A-1'), live('A-2', { openedAt: '2026-03-03T12:20:00Z' }), pending]);
  expect(alerts.map(({ key }) => key)).toEqual(['errors []', 'A-2', 'A-1']);
  expect(alerts.map(partOf)).toEqual(['pending', 'open', 'open']);
});

test('open alerts: what nobody looks after first, then the severe, then the old', () => {
  const alerts = listAlerts(
    [
      stored('A-1', { acknowledged: { by: 'mia', at: '2026-03-03T12:01:00Z', via: 'web' } }),
      stored('A-2', { severity: 'soon', openedAt: '2026-03-03T11:00:00Z' }),
      stored('A-3', { openedAt: '2026-03-03T12:05:00Z' }),
      stored('A-4', { openedAt: '2026-03-03T12:02:00Z' }),
    ],
    [],
  );
  expect(orderOpen(alerts, ['urgent', 'soon']).map(({ key }) => key)).toEqual(['A-4', 'A-3', 'A-2', 'A-1']);
});

test('what is quiet because of another stands after it, until the stream says that it is not any more', () => {
  const needsDown = { service: 'database', by: ['A-2'] };
  const pages = [stored('A-1', { told: false, needsDown }), stored('A-2', { severity: 'soon', rule: 'database-down' })];
  const ordered = (stream: Parameters<typeof listAlerts>[1]) =>
    orderOpen(listAlerts(pages, stream), ['urgent', 'soon']).map(({ key, needsDown: service }) => [key, service]);
  const quiet = [
    ['A-2', undefined],
    ['A-1', 'database'],
  ];
  expect(ordered([])).toEqual(quiet);
  expect(ordered([live('A-1', { version: 2, needsDown: 'database' })])).toEqual(quiet);
  expect(ordered([live('A-1', { version: 2 })])).toEqual([
    ['A-1', undefined],
    ['A-2', undefined],
  ]);
});

test('an unknown filter shows all', () => {
  expect(readAlertFilter('toString')).toBe('all');
  expect(readAlertFilter('open')).toBe('open');
});
