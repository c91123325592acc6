import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Play, plan } from '#core/testing.ts';
import type { PlanState } from '#engine/core-process.ts';
import { limits } from '#kernel/limits.ts';
import { createVirtualClock, type VirtualClock } from '../../../test/conformance/virtual-clock.ts';
import { Follower } from './follower.ts';
import { LiveFeed } from './live-feed.ts';
import { EventReader, numbered } from './testing.ts';

const T0 = 1_790_000_000_000;
const world = new Play(plan([])).world;

/** A plan in memory whose journal can be away for a while. */
function source(clock: VirtualClock) {
  let facts = 0;
  const listeners = new Set<{ at: number; readonly call: (facts: ReturnType<typeof numbered>[]) => void }>();
  const made = {
    looks: 0,
    away: false,
    reading: 0,
    /** Commits so many facts; the listeners hear of them at once. */
    commit(count: number) {
      facts += count;
      for (const listener of listeners) {
        listener.call(range(listener.at + 1, facts));
        listener.at = facts;
      }
    },
    listening: () => listeners.size,
    state: async (): Promise<PlanState> => {
      made.looks += 1;
      const reading = { state: 'value', value: made.reading, sampleSize: 1, at: clock.now() } as const;
      return {
        plan: 'shop',
        world,
        readings: [{ signal: 'errors', group: '[]', reading }],
        intakeConnected: true,
        watermarkAgeMs: 0,
        lagMs: 0,
        notices: [],
      };
    },
    notifications: async () => ({}),
    facts: async (after: number, limit: number) => {
      if (made.away) throw new Error('The database is away.');
      return range(after + 1, Math.min(facts, after + limit));
    },
    lastFact: async () => facts,
    onCommitted(call: (facts: ReturnType<typeof numbered>[]) => void, after: number) {
      const listener = { at: after, call };
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  return made;
}

function range(from: number, to: number) {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => numbered(from + index));
}

function started() {
  const clock = createVirtualClock(T0);
  const from = source(clock);
  const feed = new LiveFeed({ source: from, clock, log: () => {} });
  async function join(resumeAfter?: number, messages: number = limits.liveBufferMessages) {
    const follower: Follower = new Follower({
      clock,
      limits: { messages, bytes: limits.liveBufferBytes, endMs: limits.liveEndMs },
      onClosed: () => feed.leave(follower),
    });
    await feed.join(follower, resumeAfter);
    return { follower, reader: new EventReader(follower.stream) };
  }
  return { clock, source: from, feed, join };
}

/** Lets everything happen that waits for nothing but its turn. */
async function settle() {
  for (let turn = 0; turn < 40; turn += 1) await Promise.resolve();
}

async function pass(clock: VirtualClock, ms: number) {
  for (let passed = 0; passed < ms; passed += limits.livePollMs) {
    clock.advance(limits.livePollMs);
    await settle();
  }
}

test('everything comes first, then only what is other', async () => {
  const { clock, source: from, join } = started();
  const { reader } = await join();
  expect(await reader.next()).toMatchObject({ event: 'status', data: { readings: [{ value: 0 }], lastFact: 0 } });
  from.reading = 7;
  await pass(clock, limits.livePollMs);
  expect(await reader.next()).toMatchObject({ event: 'change', data: { readings: [{ value: 7 }] } });
});

test('when nothing changes the reader still learns up to when it was judged, once a second', async () => {
  const { clock, join } = started();
  const { reader } = await join();
  await reader.next();
  await pass(clock, 3_000);
  const changes = [await reader.next(), await reader.next(), await reader.next()];
  for (const [index, message] of changes.entries()) {
    const watermark = new Date(T0 + (index + 1) * 1_000).toISOString();
    expect(message).toEqual({ event: 'change', data: { at: watermark, watermark, lagMs: 0 } });
  }
});

test('a plan is looked at once for all its readers, and not at all without one', async () => {
  const { clock, source: from, feed, join } = started();
  const readers = [await join(), await join(), await join()];
  expect(from.looks).toBe(1);
  await pass(clock, 1_000);
  expect(from.looks).toBe(5);
  for (const { follower } of readers) await follower.stream.cancel().catch(() => {});
  for (const { reader } of readers) await reader.cancel();
  await pass(clock, 5_000);
  expect(from.looks).toBe(5);
  expect(from.listening()).toBe(0);
  expect(feed.followers).toBe(0);
  const { reader } = await join();
  expect(await reader.next()).toMatchObject({ event: 'status' });
});

test('a sign of life comes every 10 seconds', async () => {
  const { clock, join } = started();
  const { reader } = await join();
  await pass(clock, 21_000);
  for (let count = 0; count < 21; count += 1) await reader.next();
  expect(reader.comments).toEqual([': alive', ': alive']);
});

test('a reader who takes nothing is cut off, and the others go on', async () => {
  const { clock, feed, join } = started();
  const slow = await join(undefined, 4);
  const good = await join();
  await good.reader.next();
  for (let second = 0; second < 8; second += 1) {
    await pass(clock, 1_000);
    expect(await good.reader.next()).toMatchObject({ event: 'change' });
  }
  expect(feed.followers).toBe(1);
  const taken = async (): Promise<void> => {
    while ((await slow.reader.next()) !== undefined);
  };
  await expect(taken()).rejects.toThrow('took nothing for too long');
});

test('the end says why, and nothing comes after it', async () => {
  const { feed, join } = started();
  const { reader } = await join();
  await reader.next();
  feed.end('server-stops');
  expect(await reader.next()).toEqual({ event: 'end', data: { reason: 'server-stops' } });
  expect(await reader.next()).toBeUndefined();
  expect(feed.followers).toBe(0);
});

test('who resumes gets what was committed meanwhile, however much it is', async () => {
  const { source: from, join } = started();
  from.commit(1_000);
  const { reader } = await join(3);
  expect(await reader.next()).toMatchObject({ event: 'status', data: { lastFact: 3 } });
  for (let sequence = 4; sequence <= 1_000; sequence += 1)
    expect(await reader.nextOf('fact')).toEqual(numbered(sequence));
});

test('a number of other data than these begins anew', async () => {
  const { source: from, join } = started();
  from.commit(5);
  const { reader } = await join(900);
  expect(await reader.next()).toMatchObject({ event: 'status', data: { lastFact: 5 } });
  from.commit(1);
  expect(await reader.nextOf('fact')).toEqual(numbered(6));
});

/** What may happen to one server with two readers. */
const happening = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ what: fc.constant('commit' as const), count: fc.integer({ min: 1, max: 450 }) }),
  },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('connect' as const), reader: fc.nat(1) }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('break' as const), reader: fc.nat(1) }) },
  { weight: 4, arbitrary: fc.record({ what: fc.constant('read' as const), reader: fc.nat(1), count: fc.nat(300) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('away' as const) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('back' as const) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('pass' as const), ms: fc.constantFrom(250, 1_000, 5_000) }) },
);

test('however often a connection breaks, every fact comes once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { maxLength: 40 }), async (happenings) => {
      const { clock, source: from, join } = started();
      const readers = [0, 1].map(() => ({
        open: undefined as EventReader | undefined,
        /** As a browser keeps it, also over connections. */
        lastEventId: undefined as number | undefined,
        heard: [] as number[],
        first: undefined as number | undefined,
        pending: undefined as Promise<void> | undefined,
      }));
      type Reader = (typeof readers)[number];

      async function readOne(reader: Reader, open: EventReader): Promise<void> {
        const message = await open.next().catch(() => undefined);
        if (reader.open !== open) return;
        if (message === undefined) {
          reader.open = undefined;
          return;
        }
        reader.lastEventId = open.lastEventId;
        if (message.event === 'status') reader.first ??= message.data.lastFact;
        if (message.event === 'fact') reader.heard.push(message.data.sequence);
      }
      async function readSome(reader: Reader, count: number): Promise<void> {
        for (let turn = 0; turn < count && reader.open !== undefined; turn += 1) {
          const { open } = reader;
          reader.pending ??= readOne(reader, open).finally(() => {
            reader.pending = undefined;
          });
          await settle();
          if (reader.pending !== undefined) return;
        }
      }

      for (const happens of happenings) {
        switch (happens.what) {
          case 'commit':
            from.commit(happens.count);
            break;
          case 'connect': {
            const reader = readers[happens.reader];
            if (reader !== undefined && reader.open === undefined) {
              reader.pending = undefined;
              reader.open = (await join(reader.lastEventId)).reader;
            }
            break;
          }
          case 'break': {
            const reader = readers[happens.reader];
            const open = reader?.open;
            if (reader !== undefined) reader.open = undefined;
            await open?.cancel().catch(() => {});
            break;
          }
          case 'read': {
            const reader = readers[happens.reader];
            if (reader !== undefined) await readSome(reader, happens.count);
            break;
          }
          case 'away':
            from.away = true;
            break;
          case 'back':
            from.away = false;
            break;
          case 'pass':
            await pass(clock, happens.ms);
        }
      }
      from.away = false;
      const last = await from.lastFact();
      for (const reader of readers) {
        if (reader.first === undefined) continue;
        for (let round = 0; round < 40 && reader.heard.at(-1) !== last && reader.heard.length < last; round += 1) {
          if (reader.open === undefined) {
            reader.pending = undefined;
            reader.open = (await join(reader.lastEventId)).reader;
          }
          await readSome(reader, 1_000);
          await pass(clock, 1_000);
        }
        const { first } = reader;
        expect(reader.heard).toEqual(range(first + 1, last).map(({ sequence }) => sequence));
      }
    }),
    { numRuns: 150 },
  );
}, 60_000);
