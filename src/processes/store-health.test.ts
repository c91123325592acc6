import { expect, test } from 'vitest';
import type { Clock } from '#kernel/ports.ts';
import { watchStores } from './store-health.ts';

/** Lets time pass only when it is told to. */
function manualClock() {
  const waiting = new Set<() => void>();
  const after = (_: number, run: () => void) => {
    waiting.add(run);
    return () => void waiting.delete(run);
  };
  const clock: Clock = { now: () => 0, monotonicMs: () => 0, schedule: after, after };
  return { clock, waiting, pass: () => waiting.forEach((run) => void run()) };
}

test('stores that answer are not spoken of, and leave no timer', async () => {
  const { clock, waiting } = manualClock();
  const problems = watchStores([{ name: 'PostgreSQL', ask: async () => {} }], clock);
  expect(await problems()).toEqual([]);
  expect(waiting.size).toBe(0);
});

test('a store that fails is named, without what it said', async () => {
  const { clock } = manualClock();
  const ask = () => Promise.reject(new Error('no password for postgres://user:hidden@db'));
  const problems = watchStores(
    [
      { name: 'PostgreSQL', ask },
      { name: 'The telemetry store', ask: async () => {} },
    ],
    clock,
  );
  expect(await problems()).toEqual(['PostgreSQL cannot be used.']);
});

test('a store that hangs is named, asked one thing at a time, and asked anew once it has answered', async () => {
  const { clock, pass } = manualClock();
  let asked = 0;
  let answer = (): void => {};
  const ask = () => {
    asked += 1;
    return new Promise<void>((resolve) => {
      answer = resolve;
    });
  };
  const problems = watchStores([{ name: 'The telemetry store', ask }], clock);
  const both = [problems(), problems()];
  pass();
  expect(await Promise.all(both)).toEqual([
    ['The telemetry store does not answer.'],
    ['The telemetry store does not answer.'],
  ]);
  expect(asked).toBe(1);
  const third = problems();
  answer();
  expect(await third).toEqual([]);
  const fourth = problems();
  expect(asked).toBe(2);
  answer();
  expect(await fourth).toEqual([]);
});
