import { expect, test } from 'vitest';
import { Play, plan } from '#core/testing.ts';
import type { Core } from '#engine/core-process.ts';
import { limits } from '#kernel/limits.ts';
import { createVirtualClock } from '../../../test/conformance/virtual-clock.ts';
import type { Actor } from '../actor.ts';
import { createLiveServices } from './live-services.ts';
import { EventReader } from './testing.ts';

const world = new Play(plan([])).world;

function started() {
  const clock = createVirtualClock(1_790_000_000_000);
  const core: Pick<Core, 'plans' | 'planState' | 'lastFact' | 'onCommitted'> = {
    plans: () => ['shop'],
    planState: async (name) => ({
      plan: name,
      world,
      readings: [],
      intakeConnected: true,
      watermarkAgeMs: 0,
      lagMs: 0,
      notices: [],
    }),
    lastFact: async () => 0,
    onCommitted: () => () => {},
  };
  const repositories = { countNotifications: async () => ({}) } as unknown as Core['repositories'];
  return { clock, live: createLiveServices({ core: { ...core, repositories }, clock, log: () => {} }) };
}

function person(name: string): Actor {
  return { kind: 'session', name, userId: name, planLevels: { shop: 'viewer' } };
}

const never = new AbortController().signal;
const allowed = async (): Promise<boolean> => true;

test('one person has only so many streams, and gets another when one has ended', async () => {
  const { live } = started();
  const follow = () => live.follow('shop', { actor: person('mia'), stillAllowed: allowed, signal: never });
  const streams: ReadableStream[] = [];
  for (let count = 0; count < limits.liveStreamsPerActor; count += 1) streams.push(await follow());
  await expect(follow()).rejects.toMatchObject({ code: 'too-many-streams' });
  await live.follow('shop', { actor: person('ben'), stillAllowed: allowed, signal: never });
  expect(live.followers('shop')).toBe(limits.liveStreamsPerActor + 1);
  await streams[0]?.cancel();
  await follow();
});

test('the server has only so many streams', async () => {
  const { live } = started();
  for (let count = 0; count < limits.liveStreams; count += 1) {
    await live.follow('shop', { actor: person(`p${count % 20}`), stillAllowed: allowed, signal: never });
  }
  const one = live.follow('shop', { actor: person('one more'), stillAllowed: allowed, signal: never });
  await expect(one).rejects.toMatchObject({ code: 'too-many-streams' });
});

test('a stream ends soon after its session has', async () => {
  const { clock, live } = started();
  let signedIn = true;
  const stream = await live.follow('shop', {
    actor: person('mia'),
    stillAllowed: async () => signedIn,
    signal: never,
  });
  const reader = new EventReader(stream);
  expect(await reader.next()).toMatchObject({ event: 'status' });
  signedIn = false;
  clock.advance(limits.liveSessionCheckMs);
  expect(await reader.nextOf('end')).toEqual({ reason: 'session-ended' });
  expect(live.followers('shop')).toBe(0);
});

test('that nobody can be asked about the session ends nothing', async () => {
  const { clock, live } = started();
  await live.follow('shop', {
    actor: person('mia'),
    stillAllowed: () => Promise.reject(new Error('The database is away.')),
    signal: never,
  });
  for (let count = 0; count < 3; count += 1) {
    clock.advance(limits.liveSessionCheckMs);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(live.followers('shop')).toBe(1);
});

test('a plan that is not there is not found, and a server that stops serves nobody', async () => {
  const { live } = started();
  const follow = (name: string) => live.follow(name, { actor: person('mia'), stillAllowed: allowed, signal: never });
  await expect(follow('other')).rejects.toMatchObject({ code: 'not-found' });
  const reader = new EventReader(await follow('shop'));
  live.stop();
  expect(await reader.nextOf('end')).toEqual({ reason: 'server-stops' });
  await expect(follow('shop')).rejects.toMatchObject({ code: 'not-ready' });
});

test('who has hung up before the answer began holds no stream', async () => {
  const { live } = started();
  const signal = AbortSignal.abort();
  await live.follow('shop', { actor: person('mia'), stillAllowed: allowed, signal });
  expect(live.followers('shop')).toBe(0);
});
