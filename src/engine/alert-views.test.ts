import { expect, it } from 'vitest';
import type { Alert } from '#core/model.ts';
import { Play, verdict } from '#core/testing.ts';
import { watchedPlan } from '../../test/simulation/watched-plan.ts';
import { createAlertViews } from './alert-views.ts';
import type { HostedPlan } from './hosted-plan.ts';

const play = new Play(watchedPlan(1));
play.batch([verdict('a', 'true', 1_000, { test: 'burst' })], 1_000);
const asked = { via: 'web', by: 'mia', reason: 'x' } as const;
play.input({ kind: 'silence', ...asked, rule: 'burst', until: 9_000, request: 'r1' }, 2_000);
play.input({ kind: 'silence', ...asked, until: 60_000, request: 'r2' }, 2_000);
const open = play.world.alerts.get('A-1') as Alert;
const over: Alert = { ...open, key: 'A-0', state: 'resolved', resolvedAt: 500 };

const views = createAlertViews(() => ({ runner: { owned: () => ({ world: play.world }) } }) as unknown as HostedPlan, {
  listAlerts: async ({ limit, before }) => [open, over].filter(({ key }) => key !== `A-${before}`).slice(0, limit),
  findAlert: async (_plan, id) => [open, over].find(({ key }) => key === id),
  listSilences: async () => [],
  listFacts: async () => [],
  listNotifications: async () => [],
  listDeliveries: async () => [],
});

it('says what keeps an open alert quiet, the longest first, and nothing of one that is over', async () => {
  const { rows } = await views.alerts('shop', { limit: 5 });
  expect(rows.map(({ alert, silences }) => [alert.key, silences.map(({ key }) => key)])).toEqual([
    ['A-1', ['S-2', 'S-1']],
    ['A-0', []],
  ]);
});

it('names the next page only when there is one', async () => {
  expect(await views.alerts('shop', { limit: 1 })).toMatchObject({ rows: [{ alert: { key: 'A-1' } }], next: 1 });
  expect(await views.alerts('shop', { limit: 1, before: 1 })).not.toHaveProperty('next');
  expect(await views.alerts('shop', { limit: 2 })).not.toHaveProperty('next');
});

it('finds an alert of which the core remembers nothing, and refuses one that never was', async () => {
  expect((await views.alert('shop', 'A-0')).alert.resolvedAt).toBe(500);
  await expect(views.alert('shop', 'A-7')).rejects.toMatchObject({ code: 'not-found', where: 'A-7' });
});
