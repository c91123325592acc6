import { expect, test } from 'vitest';
import type { LiveAlert } from '#contract/live.ts';
import { needs, quietAlerts } from './needs.ts';
import { causesFirst } from './order-alerts.ts';

const at = '2026-03-03T12:00:00Z';
const overview = {
  ...{ version: 1, launch: { state: 'launched' } as const },
  severities: [{ name: 'urgent', notify: [] }],
} as unknown as Parameters<typeof needs>[0];

function alert(key: string, more: Partial<LiveAlert> = {}): LiveAlert {
  return {
    ...{ key, alert: key, rule: 'orders', group: [], severity: 'urgent', state: 'firing', since: at, openedAt: at },
    ...{ reason: 'condition-true', flapping: false, version: 1 },
    ...more,
  };
}

test('what is quiet because of another alert waits for nobody, and is counted by the service that is down', () => {
  const alerts = [
    alert('A-1', { needsDown: 'database' }),
    alert('A-2', { needsDown: 'database' }),
    alert('A-3', { needsDown: 'mail' }),
    alert('A-4', { rule: 'database-down' }),
    // Somebody has seen to it, or it is over soon.
    alert('A-5', { needsDown: 'database', acknowledged: { by: 'mia', at, via: 'web' } }),
    alert('A-6', { needsDown: 'database', state: 'resolving' }),
  ];
  expect(needs(overview, undefined, alerts)).toMatchObject([{ kind: 'acknowledge', alert: { key: 'A-4' } }]);
  expect(quietAlerts(alerts)).toEqual([
    { service: 'database', count: 2 },
    { service: 'mail', count: 1 },
  ]);
});

test('in the list of open alerts the causes stand first', () => {
  const listed = causesFirst([
    alert('A-1', { needsDown: 'database' }),
    alert('A-2'),
    alert('A-3', { state: 'pending' }),
  ]);
  expect(listed.map(({ key }) => key)).toEqual(['A-2', 'A-3', 'A-1']);
});
