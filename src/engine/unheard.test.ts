import { expect, it } from 'vitest';
import type { Alert } from '#core/model.ts';
import { emptyWorld } from '#core/world.ts';
import { receiveEvents } from '#intake/events/receive.ts';
import { createIntake, type Intake } from '#intake/intake.ts';
import type { FromCore, FromIntake } from '#intake/link.ts';
import { VolatileDisk } from '#intake/spool/volatile-disk.ts';
import { ingestKey, seededRandom, settle, T0, testKey, VirtualClock } from '#intake/test-support.ts';
import { HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from '#kernel/instant.ts';
import type { CompiledPlan, Condition, Rule } from '#plan/model.ts';
import { createLiveExecutor, restoreLiveExecutor } from '#signals/live-executor.ts';
import { MemoryStore } from '../../test/simulation/memory-store.ts';
import { PLAN, watchedPlan } from '../../test/simulation/watched-plan.ts';
import { createCoreLink } from './core-link.ts';
import { createPlanRunner } from './plan-runner.ts';

const START: Instant = T0 + SECOND_MS;
const some = { kind: 'test', test: 'some' } as const;

/** `some` is true while two failures lie in its window. */
function watching(windowMs: number, when: Condition, more: Partial<Rule>): CompiledPlan {
  const plan = watchedPlan(1);
  const measures = Object.values(plan.measures).map((one) => [
    one.id,
    { ...one, window: { kind: 'sliding' as const, ms: windowMs } },
  ]);
  const rule = plan.rules.find(({ name }) => name === 'lasting');
  if (rule === undefined) throw new Error('The watched plan has lost a rule.');
  return {
    ...plan,
    measures: Object.fromEntries(measures),
    rules: [{ ...rule, conditionHash: JSON.stringify(when), when: { otherwise: when }, ...more }],
  };
}

/** A core that runs all the time and an intake that can be away, over a link without a wire. */
async function house(plan: CompiledPlan) {
  const clock = new VirtualClock(T0);
  const disk = new VolatileDisk();
  const store = new MemoryStore();
  const applied = { version: 1, files: [], appliedBy: 'mia' };
  const runner = createPlanRunner({
    plan: PLAN,
    owner: 'here',
    store,
    clock,
    random: seededRandom(1),
    log: () => {},
    loadPlan: async () => ({ ...applied, plan }),
    emptyWorld: (now) => emptyWorld(plan, 1, now),
    onOwned: () => {},
    onApplied: () => {},
    onCommitted: () => {},
  });
  const link = createCoreLink({
    clock,
    log: () => {},
    runner: () => runner,
    tellAnew: () => runner.tellAnew(),
    configuration: () => ({
      plans: [{ name: PLAN, version: 1, files: [], watermark: runner.lastOwned()?.world.line.watermark ?? 0 }],
      keys: [ingestKey()],
    }),
    onFactsStored: () => {},
    onKeyUsed: () => {},
    onConnected: () => {},
  });
  await settle();

  let intake: Intake | undefined;
  let hangUp = (): void => {};
  let kill = (): void => {};
  return {
    pass: (ms: number) => clock.advance(ms),
    async startIntake(): Promise<void> {
      let dead = false;
      kill = () => {
        dead = true;
      };
      const started = await createIntake({
        disk,
        // Nothing that a dead process waited for comes back.
        clock: {
          now: () => clock.now(),
          monotonicMs: () => clock.monotonicMs(),
          schedule: (at, run) => clock.schedule(at, () => dead || run()),
          after: (delayMs, run) => clock.after(delayMs, () => dead || run()),
        },
        random: seededRandom(clock.now()),
        log: () => {},
        executors: {
          create: (compiled, at) => createLiveExecutor(compiled, at),
          restore: (compiled, bytes) => {
            const restored = restoreLiveExecutor(compiled, bytes);
            return restored.ok ? restored.value : undefined;
          },
        },
        compile: () => plan,
        events: { insert: async () => {} },
        readings: { write: async () => {} },
      });
      intake = started;
      const toIntake: FromCore[] = [];
      const end = link.connect({ send: (message) => void toIntake.push(message), close: () => {} });
      const session = started.connect((message: FromIntake) => end.message(message));
      const deliver = (): void => {
        for (const message of toIntake.splice(0)) session.receive(message);
      };
      const timer = (): void => {
        deliver();
        if (!dead) clock.after(10, timer);
      };
      timer();
      hangUp = end.closed;
      await clock.advance(SECOND_MS);
    },
    /** As SIGKILL with the page cache lost: nothing is said any more. */
    async killIntake(): Promise<void> {
      hangUp();
      kill();
      disk.losePower((synced) => synced);
      await settle();
    },
    async send(name: string, times: number): Promise<void> {
      const body = JSON.stringify(Array.from({ length: times }, () => ({ name })));
      if (intake === undefined) throw new Error('Intake is down.');
      const answer = await receiveEvents(intake, {
        authorization: `Bearer ${testKey}`,
        body: new TextEncoder().encode(body),
      });
      expect(answer.status).toBe(200);
    },
    alerts: (): readonly Alert[] => [...(runner.owned()?.world.alerts.values() ?? [])],
    now: () => clock.now(),
    stop: () => runner.stop(),
  };
}

it('a condition that has to last does not come to its end while intake is away', async () => {
  const when = { kind: 'for', id: 'for-5m', of: some, ms: 5 * MINUTE_MS } as const;
  const here = await house(watching(HOUR_MS, when, {}));
  await here.startIntake();
  expect(here.now()).toBe(START);
  await here.send('failure', 2);
  await here.pass(4 * MINUTE_MS);
  await here.killIntake();
  await here.pass(3 * MINUTE_MS);
  expect(here.alerts()).toEqual([]);
  await here.startIntake();
  await here.pass(58 * SECOND_MS);
  expect(here.alerts()).toEqual([]);
  await here.pass(2 * SECOND_MS);
  expect(here.alerts().map(({ state }) => state)).toEqual(['firing']);
});

it('an alert that is about to resolve does not do so while intake is away', async () => {
  const here = await house(watching(MINUTE_MS, some, { resolveAfterMs: 5 * MINUTE_MS }));
  await here.startIntake();
  await here.send('failure', 2);
  // True for a minute, then false for two.
  await here.pass(3 * MINUTE_MS);
  await here.killIntake();
  await here.pass(10 * MINUTE_MS);
  await here.startIntake();
  // Something is heard, so that no failure means none and not silence.
  await here.send('beat', 1);
  await here.pass(2 * MINUTE_MS + 55 * SECOND_MS);
  expect(here.alerts().map(({ state }) => state)).toEqual(['firing']);
  await here.pass(10 * SECOND_MS);
  expect(here.alerts().map(({ state }) => state)).toEqual(['resolved']);
});
