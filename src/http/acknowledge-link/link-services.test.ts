import { expect, test } from 'vitest';
import type { World } from '#core/model.ts';
import { Play } from '#core/testing.ts';
import type { Core } from '#engine/core-process.ts';
import { compilePlan } from '#plan/compile.ts';
import { createLinkServices } from './link-services.ts';
import type { LinkGrant } from './link-token.ts';

function worldWith(people: string): World {
  const text = `plan: shop\npeople: { ${people} }\nsignals:\n  seen: count(requests) over 5m\n`;
  const { plan, diagnostics } = compilePlan([{ path: 'plan.yaml', text }]);
  if (plan === undefined) throw new Error(JSON.stringify(diagnostics));
  return new Play(plan).world;
}

const grant: LinkGrant = { plan: 'shop', alert: 'A-1', person: 'mia', expiresAt: 1 };

/** Links on a core that holds this world, and what was acknowledged there. */
function linksOn(world: World | undefined) {
  const acknowledged: unknown[] = [];
  const core = {
    plans: () => ['shop'],
    lastWorld: () => world,
    acknowledge: async (...command: unknown[]) => void acknowledged.push(command),
  } as unknown as Core;
  const clock = { now: () => 0, monotonicMs: () => 0, schedule: () => () => {}, after: () => () => {} };
  const links = createLinkServices({ core, clock, key: new Uint8Array(32), alertUrl: () => '' });
  return { links, acknowledged };
}

test('whoever is in the plan acknowledges', async () => {
  const { links, acknowledged } = linksOn(worldWith('mia: {}'));
  await links.acknowledge(grant, 1);
  expect(acknowledged).toEqual([['shop', { alert: 'A-1', by: 'mia', via: 'link', expectedVersion: 1 }]]);
});

test('whoever has left the plan does not, whatever mail they still hold', async () => {
  const { links, acknowledged } = linksOn(worldWith('leo: {}'));
  await expect(links.acknowledge(grant, 1)).rejects.toMatchObject({ code: 'not-found' });
  expect(acknowledged).toEqual([]);
});

test('nobody does in a plan that is gone, or before it is known who is in it', async () => {
  const { links, acknowledged } = linksOn(undefined);
  await expect(links.acknowledge({ ...grant, plan: 'other' }, 1)).rejects.toMatchObject({ code: 'not-found' });
  await expect(links.acknowledge(grant, 1)).rejects.toMatchObject({ code: 'not-ready' });
  expect(acknowledged).toEqual([]);
});
