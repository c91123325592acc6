import { expect, test } from 'vitest';
import type { World } from '#core/model.ts';
import { viewPlan } from './plan-view.ts';

test('alerts that are open come before those that are over, each the newest first', () => {
  const alert = (key: string, openedAt: number, resolvedAt?: number) => [
    key,
    { key, rule: key, group: '[]', severity: 'soon', state: resolvedAt ? 'resolved' : 'firing', openedAt, resolvedAt },
  ];
  const judgement = (key: string, since: number) => [
    key,
    { alert: key, rule: key, group: '[]', state: 'firing', since },
  ];
  const world = {
    plan: { signals: [], objectives: [], rules: [] },
    line: { version: 1 },
    alerts: new Map([alert('A-1', 10), alert('A-2', 20, 60), alert('A-3', 30), alert('A-4', 40, 50)] as never),
    judgements: new Map([judgement('A-1', 10), judgement('A-3', 30)] as never),
  } as unknown as World;
  const { alerts } = viewPlan({ plan: 'shop', world, notifications: {}, notices: [], lagMs: 0 } as never, 100);
  expect(alerts.map(({ alert, state }) => `${alert} ${state}`)).toEqual([
    'A-3 firing',
    'A-1 firing',
    'A-2 resolved',
    'A-4 resolved',
  ]);
});
