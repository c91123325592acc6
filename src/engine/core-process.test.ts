import { describe, expect, it } from 'vitest';
import type { FromCore } from '#intake/link.ts';
import { seededRandom, settle, T0, VirtualClock } from '#intake/test-support.ts';
import { SECOND_MS } from '#kernel/instant.ts';
import type { IngestKeyRecord } from '#storage/postgres/ingest-keys.ts';
import type { StoredPlan } from '#storage/postgres/plans.ts';
import { MemoryStore } from '../../test/simulation/memory-store.ts';
import { watchedPlan } from '../../test/simulation/watched-plan.ts';
import { type Core, startCore } from './core-process.ts';
import type { CoreRepositories } from './repositories.ts';

function stored(plan: string): StoredPlan {
  return { plan, version: 1, files: [{ path: plan, text: '' }], appliedAt: T0, appliedBy: 'mia' };
}

function key(id: string): IngestKeyRecord {
  return { id, plan: 'shop', name: id, scopes: ['events:write'], hash: '', createdAt: T0 };
}

/** A core over a store in memory; a plan named `broken` does not compile. */
async function start(clock: VirtualClock, repositories: Partial<CoreRepositories>): Promise<Core> {
  const known: Partial<CoreRepositories> = {
    currentPlans: async () => [stored('shop')],
    listKeys: async () => [],
    unexported: async () => [],
    ...repositories,
  };
  return startCore({
    owner: 'here',
    store: new MemoryStore(),
    repositories: known as CoreRepositories,
    transport: { send: async () => Promise.reject(new Error('Nothing is sent here.')) },
    mail: { sendMail: async () => Promise.reject(new Error('Nothing is sent here.')) },
    clock,
    random: seededRandom(1),
    resolveSecret: async () => undefined,
    compile: ([file]) => ({
      plan: file?.path === 'broken' ? undefined : { ...watchedPlan(1), name: file?.path ?? '' },
      diagnostics: [],
      notExecuted: [],
    }),
    log: () => {},
  });
}

type Configure = Extract<FromCore, { type: 'configure' }>;

async function connect(core: Core): Promise<readonly Configure[]> {
  const heard: Configure[] = [];
  const session = core.link.connect({
    send: (message) => {
      if (message.type === 'configure') heard.push(message);
    },
    close: () => {},
  });
  session.message({ type: 'hello', instance: 'i' });
  await settle();
  return heard;
}

describe('the core process', () => {
  it('lets the other plans be judged when one cannot be loaded', async () => {
    const clock = new VirtualClock(T0);
    const core = await start(clock, { currentPlans: async () => [stored('broken'), stored('shop')] });
    await clock.advance(SECOND_MS);
    const heard = await connect(core);
    expect(heard.at(-1)?.plans.map(({ name }) => name)).toEqual(['shop']);
    expect(heard.at(-1)?.unavailable).toEqual(['broken']);
    // Everybody may ask whether the server is ready: which plans there are is not for everybody.
    expect(core.readiness()).toEqual({ ready: false, reasons: ['A plan is not running; its status says why.'] });
    await core.stop();
  });

  it('does not give intake the scenarios that came with a plan', async () => {
    const clock = new VirtualClock(T0);
    const scenario = { path: 'scenarios/fail.scenario.yaml', text: '' };
    const shop = stored('shop');
    const core = await start(clock, {
      currentPlans: async () => [{ ...shop, files: [...shop.files, scenario] }],
    });
    await clock.advance(SECOND_MS);
    expect((await connect(core)).at(-1)?.plans[0]?.files.map(({ path }) => path)).toEqual(['shop']);
    await core.stop();
  });

  it('never gives intake older keys after newer ones', async () => {
    const clock = new VirtualClock(T0);
    let keys = [key('one')];
    let goOn = (): void => {};
    let slow: Promise<void> | undefined;
    const core = await start(clock, {
      listKeys: async () => {
        const found = keys;
        await slow;
        return found;
      },
    });
    await clock.advance(SECOND_MS);
    const heard = await connect(core);
    slow = new Promise((resolve) => {
      goOn = resolve;
    });
    const first = core.keysChanged();
    await settle();
    slow = undefined;
    keys = [];
    const second = core.keysChanged();
    await settle();
    goOn();
    await Promise.all([first, second]);
    expect(heard.at(-1)?.keys).toEqual([]);
    await core.stop();
  });

  it('hears of keys that another process has changed', async () => {
    const clock = new VirtualClock(T0);
    let keys = [key('one')];
    const core = await start(clock, { listKeys: async () => keys });
    await clock.advance(SECOND_MS);
    const heard = await connect(core);
    keys = [];
    await clock.advance(5 * SECOND_MS);
    expect(heard.map((message) => message.keys.length)).toEqual([1, 0]);
    await core.stop();
  });
});
