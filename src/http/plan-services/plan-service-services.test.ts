import { expect, test } from 'vitest';
import { Play } from '#core/testing.ts';
import type { Core } from '#engine/core-process.ts';
import { compilePlan } from '#plan/compile.ts';
import { viewPartStandings } from '../probes/part-view.ts';
import { createPlanServiceServices } from './plan-service-services.ts';

const START = Date.UTC(2026, 9, 1, 12);
const text = `plan: shop
timezone: UTC
launch: 2026-10-01 00:00
services: { web: {}, db: {} }
probes:
  api: { check: GET https://shop.example/health, every: 1s, timeout: 1s, service: web, parts: { db: json.db } }
`;

/** The services of a store that is read in an instant and of which `last` was the last answer that named the part. */
function services(clock: { now: number }, last: number) {
  const { plan } = compilePlan([{ path: 'plan.yaml', text }]);
  if (plan === undefined) throw new Error('the plan of the test is wrong');
  const seen = { probe: 'api', part: 'db', location: 'here', lastAt: last };
  const runs = [{ ...seen, runs: [{ from: START - 60_000, last, state: 'up' as const }] }];
  return createPlanServiceServices({
    core: { plans: () => ['shop'], lastWorld: () => new Play(plan).world } as unknown as Core,
    clock: { now: () => clock.now } as never,
    probes: {
      probes: async () => ({ probes: [] }),
      parts: async () => (plan.probes ?? []).flatMap((probe) => viewPartStandings(probe, plan, runs, clock.now)),
    },
    heartbeats: { heartbeats: async () => ({ heartbeats: [] }) },
  });
}

test('what was read of a part a moment ago is not older for it', async () => {
  const clock = { now: START };
  // Stale after two of its intervals and its timeout.
  const asked = services(clock, START - 1_500);
  const state = async () => (await asked.services('shop')).services[1]?.parts[0]?.state;
  expect(await state()).toBe('passing');
  clock.now = START + 1_900;
  expect(await state()).toBe('passing');
});

test('a part that no answer has named lately is not known', async () => {
  const asked = services({ now: START }, START - 3_001);
  expect((await asked.services('shop')).services[1]?.parts).toMatchObject([{ state: 'unknown' }]);
});
