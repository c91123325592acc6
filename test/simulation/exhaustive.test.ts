import { expect, it } from 'vitest';
import type { Channel } from '#channels/channel.ts';
import type { Store } from '#core/store.ts';
import { emptyWorld } from '#core/world.ts';
import { createDelivery, type Delivery } from '#engine/delivery.ts';
import type { VerdictsInput } from '#engine/input-queue.ts';
import { createPlanRunner, type PlanRunner } from '#engine/plan-runner.ts';
import { VerdictOutbox } from '#intake/verdict-outbox.ts';
import { SECOND_MS } from '#kernel/instant.ts';
import type { Verdict } from '#plan/reading.ts';
import { createVirtualClock, type VirtualClock } from '../conformance/virtual-clock.ts';
import { MemoryStore } from './memory-store.ts';
import { PLAN, watchedPlan } from './watched-plan.ts';

/**
 * Fire, resolve and fire within one tick: every sequence of six verdicts, every place at which one message of the link ends and the next
 * begins, and a core that dies after any commit. The engine, its delivery and intake's outbox are the real ones; what the provider
 * has to hear is written down below in a few lines.
 */
const EVENTS = 6;
const T0 = 1_790_000_000_000;
const plan = watchedPlan(1);

/** What a provider hears of a rule that was false before. The third firing within half an hour begins a flapping spell, told once. */
function expectedPages(truths: readonly boolean[]): readonly string[] {
  const pages: string[] = [];
  let episodes = 0;
  let before = false;
  for (const truth of truths) {
    if (truth && !before) episodes += 1;
    if (truth && !before) pages.push(episodes < 3 ? `A-${episodes} fired` : `A-${episodes} flapping`);
    if (!truth && before && episodes < 3) pages.push(`A-${episodes} resolved`);
    before = truth;
  }
  return pages;
}

/** Messages of different episodes do not wait for each other; those of one keep their order. */
function byEpisode(pages: readonly string[]): readonly string[] {
  return pages.toSorted((left, right) =>
    left.slice(0, 3) < right.slice(0, 3) ? -1 : Number(left.slice(0, 3) > right.slice(0, 3)),
  );
}

function verdict(truth: boolean, index: number): Verdict {
  const at = T0 + 1 + index;
  const reading = { state: 'value', value: truth ? 9 : 0, sampleSize: 9, at } as const;
  return { test: 'burst', group: '[]', truth: truth ? 'true' : 'false', at, reading, against: [3] };
}

/** What of the store a core that has died still waits for never comes. */
class Life {
  dead = false;
  readonly runner: PlanRunner;
  readonly delivery: Delivery;

  constructor(store: MemoryStore, clock: VirtualClock, heard: string[], afterCommit: () => boolean) {
    const reach = new Proxy<Store>(store, {
      get: (target, method: keyof Store) => {
        return async (...parameters: unknown[]): Promise<unknown> => {
          if (this.dead) return new Promise(() => {});
          const result = await (target[method] as (...given: unknown[]) => Promise<unknown>).apply(target, parameters);
          if (method === 'commit' && afterCommit()) this.dead = true;
          return this.dead ? new Promise(() => {}) : result;
        };
      },
    });
    const shared = { plan: PLAN, store: reach, clock, random: { fraction: () => 0, bytes: noBytes }, log: () => {} };
    this.runner = createPlanRunner({
      ...shared,
      owner: 'here',
      loadPlan: async () => ({ version: 1, files: [], appliedBy: 'mia', plan }),
      emptyWorld: (now) => emptyWorld(plan, 1, now),
      onOwned: () => {},
      onApplied: () => {},
      onCommitted: () => this.delivery.wake(),
    });
    const channel: Channel = {
      spec: {
        kind: 'webhook',
        title: '',
        summary: '',
        builtIn: true,
        reaches: { persons: 'name', addresses: 'binding' },
        fields: [],
        deduplication: 'by-key',
        example: '',
      },
      send: async ({ identity }) => {
        if (identity.channel === 'ops') heard.push(`${identity.episode} ${identity.step}`);
        return { outcome: 'accepted' };
      },
    };
    this.delivery = createDelivery({
      ...shared,
      transport: { send: () => Promise.reject(new Error('No channel here dials.')) },
      mail: { sendMail: () => Promise.reject(new Error('No channel here dials.')) },
      findChannel: () => channel,
      resolveSecret: async () => 'secret',
      owned: () => {
        const owned = this.runner.owned();
        return owned === undefined ? undefined : { epoch: owned.epoch, plan };
      },
      onSettled: () => {},
    });
  }
}

const noBytes = (length: number): Uint8Array => new Uint8Array(length);

/** Lets everything run that waits for nothing but promises. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Runs one history; `diesAfter` is the commit after which the first core dies. Says what the provider heard, and how many commits there were. */
async function run(truths: readonly boolean[], ends: ReadonlySet<number>, diesAfter: number) {
  const clock = createVirtualClock(T0);
  const store = new MemoryStore();
  const heard: string[] = [];
  let commits = 0;
  const afterCommit = (): boolean => {
    commits += 1;
    return commits === diesAfter;
  };
  const outbox = new VerdictOutbox(100);
  let life = new Life(store, clock, heard, afterCommit);
  let sequence = 0;
  const say = (watermark: number, base?: ReturnType<VerdictOutbox['base']>): void => {
    sequence += 1;
    const own = sequence;
    const input: VerdictsInput = {
      kind: 'verdicts',
      planVersion: 1,
      ...(base === undefined ? { watermark, verdicts: outbox.take(own, watermark) } : { ...base, complete: true }),
    };
    life.runner.offerVerdicts(input, (committed) => outbox.committed(own, committed));
  };
  const connect = (): void => {
    const watermark = life.runner.owned()?.world.line.watermark ?? T0;
    outbox.connect(watermark);
    say(watermark, outbox.base(watermark));
  };
  await settle();
  outbox.add([{ ...verdict(false, 0), at: T0 }]);
  connect();
  say(T0);
  await settle();
  clock.advance(EVENTS + 1);
  for (const [index, truth] of truths.entries()) {
    outbox.add([verdict(truth, index)]);
    if (!ends.has(index)) continue;
    say(T0 + 1 + index);
    // Each message is committed by itself: what waits together is judged together.
    await settle();
  }
  say(T0 + EVENTS + 1);
  for (let turn = 0; turn < 4; turn += 1) {
    await settle();
    if (life.dead) {
      life = new Life(store, clock, heard, afterCommit);
      await settle();
      await settle();
      connect();
      say(T0 + EVENTS + 1);
    }
    clock.advance(SECOND_MS / 2);
  }
  await settle();
  await life.delivery.stop();
  await life.runner.stop();
  const episodes = [...store.of(PLAN).aggregates.values()].filter(({ kind }) => kind === 'alert').length;
  return { heard, episodes, commits };
}

it('tells every sequence of six verdicts as it was, wherever messages end and whenever the core dies', async () => {
  let mostCommits = 0;
  let deaths = 0;
  for (let bits = 0; bits < 2 ** EVENTS; bits += 1) {
    const truths = Array.from({ length: EVENTS }, (_, index) => ((bits >> index) & 1) === 1);
    const expected = byEpisode(expectedPages(truths));
    const episodes = truths.filter((truth, index) => truth && truths[index - 1] !== true).length;
    for (let cuts = 0; cuts < 2 ** (EVENTS - 1); cuts += 1) {
      const ends = new Set(
        Array.from({ length: EVENTS - 1 }, (_, index) => index).filter((index) => (cuts >> index) & 1),
      );
      let commits = 1;
      for (let diesAfter = 0; diesAfter <= commits; diesAfter += 1) {
        const result = await run(truths, ends, diesAfter);
        if (diesAfter === 0) commits = result.commits;
        mostCommits = Math.max(mostCommits, result.commits);
        if (diesAfter > 0) deaths += 1;
        const told = JSON.stringify({ truths, ends: [...ends], diesAfter });
        expect(result.episodes, told).toBe(episodes);
        expect(byEpisode(result.heard), told).toEqual(expected);
      }
    }
  }
  // Some history has a commit for each of its verdicts, and all in all the core died in thousands of places.
  expect(mostCommits).toBeGreaterThanOrEqual(EVENTS);
  expect(deaths).toBeGreaterThan(4_000);
});
