import { expect, it } from 'vitest';
import type { Store } from '#core/store.ts';
import { emptyWorld } from '#core/world.ts';
import { seededRandom, settle, T0, VirtualClock } from '#intake/test-support.ts';
import { MINUTE_MS, SECOND_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { MemoryStore } from '../../test/simulation/memory-store.ts';
import { PLAN, watchedPlan } from '../../test/simulation/watched-plan.ts';
import type { VerdictsInput } from './input-queue.ts';
import { createPlanRunner, type PlanRunner, type PlanRunnerOptions } from './plan-runner.ts';

const plan = watchedPlan(1);

function optionsOf(store: Store, clock: VirtualClock): PlanRunnerOptions {
  return {
    plan: PLAN,
    owner: 'here',
    store,
    clock,
    random: seededRandom(1),
    log: () => {},
    loadPlan: async () => ({ version: 1, files: [], appliedBy: 'mia', plan }),
    emptyWorld: (now) => emptyWorld(plan, 1, now),
    onOwned: () => {},
    onApplied: () => {},
    onCommitted: () => {},
  };
}

function run(store: Store, clock: VirtualClock): PlanRunner {
  return createPlanRunner(optionsOf(store, clock));
}

function upTo(watermark: number): VerdictsInput {
  const reading = { state: 'value', value: 9, sampleSize: 9, at: watermark } as const;
  const verdict = { test: 'burst', group: '[]', truth: 'true', at: watermark, reading, against: [3] } as const;
  return { kind: 'verdicts', planVersion: 1, watermark, verdicts: [verdict] };
}

const reasons = (store: MemoryStore): readonly string[] =>
  store
    .of(PLAN)
    .facts.map(({ fact }) => fact.reason)
    .filter((reason) => reason.startsWith('executor-'));

it('gives the executors their time from when it takes the plan', async () => {
  const store = new MemoryStore();
  const clock = new VirtualClock(T0);
  const first = run(store, clock);
  await settle();
  first.offerVerdicts(upTo(T0), () => {});
  await settle();
  await first.stop();
  await clock.advance(10 * MINUTE_MS);

  const second = run(store, clock);
  await clock.advance(2 * SECOND_MS);
  second.offerVerdicts(upTo(clock.now()), () => {});
  await clock.advance(2 * SECOND_MS);
  expect(reasons(store)).toEqual([]);
  await clock.advance(2 * SECOND_MS);
  expect(reasons(store)).toEqual(['executor-silent']);
  await second.stop();
});

it('renews its lease while the wall clock is set back by an hour', async () => {
  const store = new MemoryStore();
  const clock = new VirtualClock(T0);
  const renewals: number[] = [];
  const runner = run(
    Object.assign(Object.create(store) as MemoryStore, {
      acquireLease: async (...parameters: Parameters<Store['acquireLease']>) => {
        renewals.push(clock.monotonicMs());
        return store.acquireLease(...parameters);
      },
    }),
    clock,
  );
  await clock.advance(SECOND_MS);
  clock.jump(-60 * MINUTE_MS);
  renewals.length = 0;
  await clock.advance(2 * limits.planLeaseMs);
  expect(renewals.length).toBeGreaterThanOrEqual(5);
  await runner.stop();
});

it('takes nobody for silent whose word waits behind a slow commit', async () => {
  const store = new MemoryStore();
  const clock = new VirtualClock(T0);
  let goOn = (): void => {};
  let slow: Promise<void> | undefined;
  const runner = run(
    Object.assign(Object.create(store) as MemoryStore, {
      commit: async (commit: Parameters<Store['commit']>[0]) => {
        await slow;
        return store.commit(commit);
      },
    }),
    clock,
  );
  await settle();
  slow = new Promise((resolve) => {
    goOn = resolve;
  });
  const first = clock.now();
  runner.offerVerdicts(upTo(first), () => {});
  for (let second = 1; second <= 10; second += 1) {
    await clock.advance(SECOND_MS);
    runner.offerVerdicts(upTo(clock.now()), () => {});
  }
  goOn();
  await settle();
  expect(runner.owned()?.world.watermark).toBe(first + 10 * SECOND_MS);
  expect(reasons(store)).toEqual([]);
  await runner.stop();
});

it('tries ever more rarely when it can load the plan but not commit', async () => {
  const store = new MemoryStore();
  const clock = new VirtualClock(T0);
  let taken = 0;
  let runner: PlanRunner | undefined;
  runner = createPlanRunner({
    ...optionsOf(
      Object.assign(Object.create(store) as MemoryStore, {
        commit: async () => Promise.reject(new Error('No space left on device')),
      }),
      clock,
    ),
    onOwned: () => {
      taken += 1;
      runner?.offerVerdicts(upTo(clock.now()), () => {});
    },
  });
  await settle();
  await clock.advance(MINUTE_MS);
  expect(taken).toBeGreaterThan(5);
  expect(taken).toBeLessThan(40);
  await runner.stop();
});
