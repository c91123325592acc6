import { expect, it } from 'vitest';
import type { Store } from '#core/store.ts';
import { emptyWorld } from '#core/world.ts';
import { createPlanRunner, type PlanRunner } from '#engine/plan-runner.ts';
import { SECOND_MS } from '#kernel/instant.ts';
import type { Verdict } from '#plan/reading.ts';
import { createVirtualClock, type VirtualClock } from '../conformance/virtual-clock.ts';
import { MemoryStore } from './memory-store.ts';
import { BURST_REPEAT_MS, PLAN, watchedPlan } from './watched-plan.ts';

/**
 * An acknowledge at every millisecond around a due repeat, from one person or two at once, with intake's word up to 10 ms behind the
 * clock, and a core that dies after any commit. Whichever of the two is committed first, nothing is told after the acknowledge.
 */
const T0 = 1_790_000_000_000;
const DUE = T0 + 1 + BURST_REPEAT_MS;
const plan = watchedPlan(1);
const burst: Verdict = {
  test: 'burst',
  group: '[]',
  truth: 'true',
  at: T0 + 1,
  reading: { state: 'value', value: 9, sampleSize: 9, at: T0 + 1 },
  against: [3],
};

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** One life of the core; what of the store it still waits for when it has died never comes. */
class Life {
  dead = false;
  readonly runner: PlanRunner;

  constructor(store: MemoryStore, clock: VirtualClock, dies: () => boolean) {
    const reach = new Proxy<Store>(store, {
      get: (target, method: keyof Store) => {
        return async (...parameters: unknown[]): Promise<unknown> => {
          if (this.dead) return new Promise(() => {});
          const result = await (target[method] as (...given: unknown[]) => Promise<unknown>).apply(target, parameters);
          if (method === 'commit' && dies()) this.dead = true;
          return this.dead ? new Promise(() => {}) : result;
        };
      },
    });
    this.runner = createPlanRunner({
      plan: PLAN,
      owner: 'here',
      store: reach,
      clock,
      random: { fraction: () => 0, bytes: (length) => new Uint8Array(length) },
      log: () => {},
      loadPlan: async () => ({ version: 1, files: [], appliedBy: 'mia', plan }),
      emptyWorld: (now) => emptyWorld(plan, 1, now),
      onOwned: () => {},
      onApplied: () => {},
      onCommitted: () => {},
    });
  }

  /** What intake says: everything up to `watermark` is judged, and it still fires. */
  say(watermark: number): void {
    this.runner.offerVerdicts(
      { kind: 'verdicts', planVersion: 1, watermark, verdicts: [burst], complete: true },
      () => {},
    );
  }

  /** Undefined when nobody answers any more. */
  async acknowledge(by: string): Promise<string | undefined> {
    const answer = this.runner.command({ kind: 'acknowledge', alert: 'A-1', by, via: 'web' });
    const silence = settle().then(settle).then(settle);
    return Promise.race([answer.then(({ outcome }) => outcome?.state), silence.then(() => undefined)]);
  }
}

async function run(offset: number, behindMs: number, persons: readonly string[], diesAfter: number) {
  const clock = createVirtualClock(T0);
  const store = new MemoryStore();
  let commits = 0;
  const dies = (): boolean => {
    commits += 1;
    return commits === diesAfter;
  };
  let life = new Life(store, clock, dies);
  const revive = async (): Promise<void> => {
    if (!life.dead) return;
    life = new Life(store, clock, dies);
    await settle();
    await settle();
  };
  const answers = new Map<string, string | undefined>();
  await settle();
  clock.advance(2);
  life.say(T0 + 1);
  await settle();
  clock.advance(DUE - 12 - clock.now());
  while (clock.now() < DUE + 12) {
    clock.advance(1);
    await revive();
    life.say(clock.now() - behindMs);
    const asking = clock.now() >= DUE + offset ? persons.filter((by) => answers.get(by) === undefined) : [];
    const answered = await Promise.all(asking.map(async (by) => [by, await life.acknowledge(by)] as const));
    for (const [by, state] of answered) answers.set(by, state);
    await settle();
  }
  for (let turn = 0; turn < 3; turn += 1) {
    await revive();
    clock.advance(BURST_REPEAT_MS);
    life.say(clock.now());
    await settle();
    clock.advance(5 * SECOND_MS);
    await settle();
  }
  await revive();
  await life.runner.stop();
  return { facts: store.of(PLAN).facts.map(({ fact }) => fact), answers, commits };
}

it('has one order with a repeat that is due within 5 ms, and nothing is told after it', {
  timeout: 60_000,
}, async () => {
  const orders = new Set<string>();
  for (let offset = -5; offset <= 5; offset += 1) {
    for (const behindMs of [0, 1, 3, 10]) {
      for (const persons of [['mia'], ['mia', 'noah']]) {
        let commits = 1;
        for (let diesAfter = 0; diesAfter <= commits; diesAfter += 1) {
          const { facts, answers, ...result } = await run(offset, behindMs, persons, diesAfter);
          if (diesAfter === 0) commits = result.commits;
          const story = JSON.stringify({ offset, behindMs, persons, diesAfter });
          const kinds = facts.map(({ kind, body }) => `${kind} ${String(body['step'] ?? '')}`.trim());
          const acknowledged = kinds.indexOf('alert-acknowledged');
          expect(acknowledged, story).toBeGreaterThan(0);
          expect(kinds.lastIndexOf('alert-acknowledged'), story).toBe(acknowledged);
          const repeats = kinds.flatMap((kind, place) => (kind === 'notified repeated' ? [place] : []));
          // To both recipients, and before it; or not at all.
          expect([0, 2], story).toContain(repeats.length);
          for (const place of repeats) expect(place, story).toBeLessThan(acknowledged);
          expect([...answers.values()].filter((state) => state === 'done').length, story).toBe(1);
          expect(answers.size, story).toBe(persons.length);
          orders.add(repeats.length === 0 ? 'acknowledged first' : 'repeated first');
        }
      }
    }
  }
  expect(orders.size).toBe(2);
});
