import { expect, test } from 'vitest';
import type { LiveMessage } from '#contract/live.ts';
import { createLiveStore } from './live-store.ts';
import { joinTrail, sampleTrails, trailKey } from './trails.ts';

const at = '2026-01-20T14:00:00.000Z';
const plan = {
  version: 1,
  running: true,
  intakeConnected: true,
  notifications: {},
  notices: [],
  silences: [],
  unjudged: [],
};

function change(value: number): LiveMessage {
  const reading = { signal: 'speed', group: [], state: 'on target', value, sampleSize: 1, since: at } as const;
  return { event: 'change', data: { at, watermark: at, lagMs: 0, plan, readings: [{ ...reading, group: [] }] } };
}

function makeStore() {
  const frames: (() => void)[] = [];
  let now = Date.parse(at);
  const store = createLiveStore({ onNextFrame: (run) => frames.push(run), now: () => now });
  let told = 0;
  store.subscribe(() => {
    told += 1;
  });
  return {
    store,
    told: () => told,
    draw: () => {
      for (const run of frames.splice(0)) run();
    },
    pass: (ms: number) => {
      now += ms;
    },
  };
}

test('many messages within a frame are one change', () => {
  const { store, told, draw } = makeStore();
  for (const value of [1, 2, 3]) store.receive(change(value));
  expect(told()).toBe(0);
  draw();
  expect(told()).toBe(1);
  expect(store.snapshot()).toMatchObject({ connection: 'live', heardAt: Date.parse(at) });
  expect(store.snapshot().signals.get('speed')?.[0]?.value).toBe(3);
});

test('what was not drawn when the connection broke does not make it live again', () => {
  const { store, draw } = makeStore();
  store.receive(change(1));
  draw();
  store.receive(change(2));
  store.connectionIs('away');
  draw();
  expect(store.snapshot().connection).toBe('away');
  expect(store.snapshot().signals.get('speed')?.[0]?.value).toBe(1);
});

test('trails grow only while the figures are live', () => {
  const { store, draw, pass } = makeStore();
  store.receive(change(1));
  draw();
  store.sample();
  pass(10_000);
  store.connectionIs('away');
  store.sample();
  expect(store.snapshot().trails.get(trailKey('speed', []))).toEqual([{ at: Date.parse(at), value: 1 }]);
});

test('a trail has a gap where there is no value, and forgets after an hour', () => {
  const reading = { signal: 'speed', group: [], since: at, sampleSize: 0 };
  const known = new Map([['speed', [{ ...reading, state: 'on target' as const, value: 1 }]]]);
  const few = new Map([['speed', [{ ...reading, state: 'too few' as const, value: 2 }]]]);
  const first = sampleTrails(new Map(), known, 0);
  const second = sampleTrails(first, few, 10_000);
  expect(second.get(trailKey('speed', []))).toEqual([
    { at: 0, value: 1 },
    { at: 10_000, value: undefined },
  ]);
  expect(sampleTrails(second, known, 3_605_000).get(trailKey('speed', []))?.[0]?.at).toBe(10_000);
});

test('what is stored and what was seen since are one line', () => {
  const stored = [1, 2, 3].map((place) => ({ at: place * 10, value: place }));
  const seen = [25, 30, 35].map((place) => ({ at: place, value: place }));
  expect(joinTrail(stored, seen).map(({ at: place }) => place)).toEqual([10, 20, 30, 35]);
  expect(joinTrail([], seen)).toBe(seen);
});
