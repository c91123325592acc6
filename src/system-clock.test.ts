import { expect, test } from 'vitest';
import { DAY_MS, HOUR_MS } from '#kernel/instant.ts';
import { createSystemClock, type TimeSource } from './system-clock.ts';

/** A wall clock that can jump and a timer that runs by the monotonic one, as an operating system's does. */
function simulatedHost() {
  let wall = 1_000_000;
  let monotonic = 0;
  const timers = new Set<{ readonly firesAt: number; readonly run: () => void }>();
  const delays: number[] = [];
  const source: TimeSource = {
    now: () => wall,
    monotonicMs: () => monotonic,
    startTimer(run, delayMs) {
      delays.push(delayMs);
      const timer = { firesAt: monotonic + delayMs, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  };
  return {
    source,
    delays,
    timers,
    jump: (byMs: number) => {
      wall += byMs;
    },
    pass: (ms: number) => {
      const end = monotonic + ms;
      for (;;) {
        const next = [...timers].filter((timer) => timer.firesAt <= end).sort((a, b) => a.firesAt - b.firesAt)[0];
        if (next === undefined) break;
        timers.delete(next);
        wall += next.firesAt - monotonic;
        monotonic = next.firesAt;
        next.run();
      }
      wall += end - monotonic;
      monotonic = end;
    },
  };
}

test('an entry runs once, at its instant and not before', () => {
  const host = simulatedHost();
  const clock = createSystemClock(host.source);
  const ran: number[] = [];
  clock.schedule(clock.now() + 2_500, () => ran.push(clock.now()));
  host.pass(2_499);
  expect(ran).toEqual([]);
  host.pass(60_000);
  expect(ran).toEqual([1_002_500]);
});

test('30 days ahead no timer is set for more than a second', () => {
  const host = simulatedHost();
  const clock = createSystemClock(host.source);
  let ran = 0;
  clock.schedule(clock.now() + 30 * DAY_MS, () => {
    ran += 1;
  });
  host.pass(10_000);
  expect(ran).toBe(0);
  expect(Math.max(...host.delays)).toBe(1_000);
  host.pass(30 * DAY_MS - 10_001);
  expect(ran).toBe(0);
  host.pass(1);
  expect(ran).toBe(1);
});

test('a jump of the wall clock forward is noticed within a second, and one backward delays', () => {
  const host = simulatedHost();
  const clock = createSystemClock(host.source);
  const ran: string[] = [];
  clock.schedule(clock.now() + HOUR_MS, () => ran.push('hour'));
  host.pass(500);
  host.jump(HOUR_MS);
  host.pass(1_000);
  expect(ran).toEqual(['hour']);

  clock.schedule(clock.now() + 500, () => ran.push('late'));
  host.jump(-HOUR_MS);
  host.pass(HOUR_MS);
  expect(ran).toEqual(['hour']);
  host.pass(500);
  expect(ran).toEqual(['hour', 'late']);
});

test('due entries run in order of their instants, and one that throws keeps none from running', () => {
  const host = simulatedHost();
  const clock = createSystemClock(host.source);
  const ran: string[] = [];
  clock.schedule(clock.now() + 30, () => ran.push('third'));
  clock.schedule(clock.now() + 10, () => {
    throw new Error('of the first');
  });
  clock.schedule(clock.now() + 20, () => ran.push('second'));
  host.jump(1_000);
  expect(() => host.pass(2_000)).toThrow('of the first');
  host.pass(1_000);
  expect(ran).toEqual(['second', 'third']);
});

test('an earlier entry takes over the timer, a cancelled one never runs, and an idle clock holds no timer', () => {
  const host = simulatedHost();
  const clock = createSystemClock(host.source);
  const ran: string[] = [];
  const cancelLater = clock.schedule(clock.now() + 900, () => ran.push('later'));
  clock.schedule(clock.now() + 100, () => {
    ran.push('sooner');
    cancelLater();
  });
  host.pass(100);
  expect(ran).toEqual(['sooner']);
  expect(host.timers.size).toBe(0);
  host.pass(5_000);
  expect(ran).toEqual(['sooner']);
});

test('a delay is one of monotonic time: no jump of the wall clock makes it shorter or longer', () => {
  const host = simulatedHost();
  const clock = createSystemClock(host.source);
  const ran: string[] = [];
  clock.after(5_000, () => ran.push('delay'));
  const cancel = clock.after(5_000, () => ran.push('cancelled'));
  clock.schedule(clock.now() + 6_000, () => ran.push('instant'));
  cancel();
  host.jump(-HOUR_MS);
  host.pass(4_999);
  expect(ran).toEqual([]);
  host.pass(1);
  expect(ran).toEqual(['delay']);

  clock.after(5_000, () => ran.push('another'));
  host.jump(HOUR_MS);
  host.pass(4_999);
  expect(ran).toEqual(['delay', 'instant']);
  host.pass(1);
  expect(ran).toEqual(['delay', 'instant', 'another']);
  expect(host.timers.size).toBe(0);
});

test('the host clock really waits', async () => {
  const clock = createSystemClock();
  const at = clock.now() + 20;
  const ranAt = await new Promise<number>((resolve) => clock.schedule(at, () => resolve(clock.now())));
  expect(ranAt).toBeGreaterThanOrEqual(at);
});
