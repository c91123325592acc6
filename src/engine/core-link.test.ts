import { describe, expect, it } from 'vitest';
import type { FromCore, FromIntake } from '#intake/link.ts';
import { createVirtualClock, type VirtualClock } from '../../test/conformance/virtual-clock.ts';
import { type CoreLink, createCoreLink } from './core-link.ts';
import type { PlanRunner } from './plan-runner.ts';

interface Bench {
  readonly link: CoreLink;
  readonly clock: VirtualClock;
  readonly acknowledge: ((watermark: number) => void)[];
  finishOld: () => void;
  take: 'taken' | 'not-owned' | 'full';
}

function bench(): Bench {
  const clock = createVirtualClock(1_000);
  const made: Bench = {
    clock,
    acknowledge: [],
    finishOld: () => {},
    take: 'taken',
    link: createCoreLink({
      clock,
      log: () => {},
      runner: (plan) =>
        plan === 'shop'
          ? ({
              offerVerdicts: (_, acknowledge) => {
                made.acknowledge.push(acknowledge);
                return made.take;
              },
            } as Partial<PlanRunner> as PlanRunner)
          : undefined,
      tellAnew: () =>
        new Promise<void>((resolve) => {
          made.finishOld = resolve;
        }),
      configuration: () => ({
        plans: [{ name: 'shop', version: 1, files: [], watermark: 5 }],
        keys: [],
        unavailable: [],
      }),
      onFactsStored: () => {},
      onKeyUsed: () => {},
      onConnected: () => {},
    }),
  };
  return made;
}

function open(link: CoreLink) {
  const heard: FromCore[] = [];
  let closed = 0;
  const end = link.connect({
    send: (message) => heard.push(message),
    close: () => {
      closed += 1;
    },
  });
  return { heard, say: (message: FromIntake) => end.message(message), end, closed: () => closed };
}

async function greet(made: Bench, session: ReturnType<typeof open>): Promise<void> {
  session.say({ type: 'hello', instance: 'i' });
  made.finishOld();
  await Promise.resolve();
  await Promise.resolve();
}

const verdicts = (sequence: number): FromIntake => ({
  type: 'verdicts',
  plan: 'shop',
  planVersion: 1,
  sequence,
  watermark: 9,
  verdicts: [],
});

describe('the link to intake', () => {
  it('configures only when nothing of an earlier connection is under way', async () => {
    const made = bench();
    const session = open(made.link);
    session.say({ type: 'hello', instance: 'i' });
    await Promise.resolve();
    made.link.configure();
    expect(session.heard).toEqual([]);
    made.finishOld();
    await Promise.resolve();
    await Promise.resolve();
    expect(session.heard).toMatchObject([{ type: 'configure', plans: [{ name: 'shop', watermark: 5 }] }]);
  });

  it('answers with the number of the message once it is committed', async () => {
    const made = bench();
    const session = open(made.link);
    await greet(made, session);
    session.say(verdicts(7));
    expect(session.heard).toHaveLength(1);
    made.acknowledge[0]?.(42);
    expect(session.heard[1]).toEqual({ type: 'committed', plan: 'shop', sequence: 7, watermark: 42 });
  });

  it('tells a later connection nothing of what an earlier one said', async () => {
    const made = bench();
    const first = open(made.link);
    await greet(made, first);
    first.say(verdicts(7));
    const second = open(made.link);
    await greet(made, second);
    expect(first.closed()).toBe(1);
    made.acknowledge[0]?.(42);
    expect(second.heard.map((message) => message.type)).toEqual(['configure']);
    expect(first.heard.map((message) => message.type)).toEqual(['configure']);
  });

  it('lets intake tell again when the queue is full or the world was forgotten', async () => {
    const made = bench();
    const session = open(made.link);
    await greet(made, session);
    made.take = 'full';
    session.say(verdicts(1));
    expect(session.closed()).toBe(1);
    const next = open(made.link);
    await greet(made, next);
    made.link.forgotten('shop');
    expect(next.closed()).toBe(1);
  });

  it('waits for an answer only so long, and not over the end of the connection', async () => {
    const made = bench();
    expect(await made.link.status()).toBeUndefined();
    const session = open(made.link);
    await greet(made, session);
    const answered = made.link.readings('shop');
    const wanted = session.heard.at(-1);
    if (wanted?.type !== 'readings-wanted') throw new Error('nothing was asked');
    session.say({ type: 'readings', request: wanted.request, plan: 'shop', readings: [] });
    expect(await answered).toEqual([]);
    const late = made.link.status();
    made.clock.advance(2_000);
    expect(await late).toBeUndefined();
    const cut = made.link.status();
    session.end.closed();
    expect(await cut).toBeUndefined();
    expect(made.link.connected()).toBe(false);
  });
});
