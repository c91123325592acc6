import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MonotoneClock } from './monotone-clock.ts';

test('follows the wall clock forward, and goes on with the monotonic one when it steps back', () => {
  let wall = 1_000_000;
  let monotonic = 5;
  const clock = new MonotoneClock({ now: () => wall, monotonicMs: () => monotonic });
  const pass = (wallMs: number, monotonicMs: number): number => {
    wall += wallMs;
    monotonic += monotonicMs;
    return clock.now();
  };
  expect(pass(100, 100)).toBe(1_000_100);
  expect(pass(3_600_000, 10)).toBe(4_600_100);
  expect(pass(-3_600_000, 10)).toBe(4_600_110);
  expect(pass(1_000, 1_000)).toBe(4_601_110);
  clock.notBefore(9_000_000);
  expect(pass(50, 50)).toBe(9_000_050);
});

test('never goes back, and never stands for long', () => {
  const step = fc.record({ wallMs: fc.integer({ min: -10_000, max: 10_000 }), ms: fc.integer({ min: 0, max: 5_000 }) });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      let wall = 1_000_000;
      let monotonic = 0;
      const clock = new MonotoneClock({ now: () => wall, monotonicMs: () => monotonic });
      let last = clock.now();
      for (const { wallMs, ms } of steps) {
        wall += wallMs;
        monotonic += ms;
        const now = clock.now();
        expect(now).toBeGreaterThanOrEqual(last + Math.max(0, ms - 50));
        last = now;
      }
    }),
  );
});
