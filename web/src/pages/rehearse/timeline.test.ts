import { expect, test } from 'vitest';
import { nextStop, offsetWords, type Point, percentOf, pointAt, ticksOf } from './timeline.ts';

test('an offset says only what it needs', () => {
  expect([0, 5_000, 65_000, 3_600_000, 37_200_500, -300_000, 1_250].map(offsetWords)).toEqual([
    'T+0',
    'T+5s',
    'T+1m 5s',
    'T+1h',
    'T+10h 20m',
    'T−5m',
    'T+1s 250ms',
  ]);
});

test('the arrow keys step to the next instant at which something happens, and stay at the ends', () => {
  const stops = [0, 100, 250];
  expect([nextStop(stops, 0, 1), nextStop(stops, 100, 1), nextStop(stops, 120, -1)]).toEqual([100, 250, 100]);
  expect([nextStop(stops, 250, 1), nextStop(stops, 0, -1)]).toEqual([250, 0]);
});

test('a place on the axis stays on it', () => {
  const range = { fromMs: 1_000, untilMs: 3_000 };
  expect([0, 1_000, 2_000, 3_000, 9_000].map((at) => percentOf(at, range))).toEqual([0, 0, 50, 100, 100]);
});

test.each([
  [60_000, 6, 10_000],
  [3_600_000, 6, 600_000],
  [86_400_000, 8, 10_800_000],
  [30 * 86_400_000, 6, 604_800_000],
])('the axis of %i ms has round ticks', (untilMs, wanted, step) => {
  const ticks = ticksOf({ fromMs: 0, untilMs }, wanted);
  expect((ticks[1] ?? 0) - (ticks[0] ?? 0)).toBe(step);
  expect(ticks.length).toBeLessThanOrEqual(wanted + 1);
});

test('a figure reads as its last point up to the instant', () => {
  const points: readonly Point[] = [
    [0, 1, 'value'],
    [1_000, 2, 'value'],
  ];
  expect(pointAt(points, 999)?.[1]).toBe(1);
  expect(pointAt(points, 5_000)?.[1]).toBe(2);
  expect(pointAt(points, -1)).toBeUndefined();
});
