import { expect, it } from 'vitest';
import type { Alert } from '#core/model.ts';
import { isTrue, MIA, Play, plan, rule, verdict } from '#core/testing.ts';
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

const repositories: Parameters<typeof createAlertViews>[1] = {
  listAlerts: async ({ limit, before }) => [open, over].filter(({ key }) => key !== `A-${before}`).slice(0, limit),
  findAlert: async (_plan, id) => [open, over].find(({ key }) => key === id),
  listSilences: async () => [],
  listFacts: async () => [],
  listNotifications: async () => [],
  listDeliveries: async () => [],
};
const views = createAlertViews(
  () => ({ runner: { owned: () => ({ world: play.world }) } }) as unknown as HostedPlan,
  repositories,
);

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

it('says because of what nobody was told, as long as that is so', () => {
  const needs = [{ service: 'database', rules: ['database-down'] }];
  const told = { notify: [MIA] };
  const shop = new Play(
    plan([rule('orders', isTrue('a'), { ...told, needs }), rule('database-down', isTrue('b'), told)]),
  );
  const viewed = () => {
    const { world } = shop;
    const all = createAlertViews(
      () => ({ runner: { owned: () => ({ world }) } }) as unknown as HostedPlan,
      repositories,
    );
    return [...world.alerts.values()].map((alert) => all.viewOf('shop', alert).needsDown);
  };
  shop.say(1_000, { a: 'true', b: 'true' });
  expect(viewed()).toEqual([{ service: 'database', by: ['A-2'] }, undefined]);
  shop.say(2_000, { b: 'false' });
  expect(shop.world.alerts.get('A-1')).toMatchObject({ state: 'firing', told: true });
  expect(viewed().filter((need) => need !== undefined)).toEqual([]);
});
