import { expect, test } from 'vitest';
import { TRAIL_MS, trailStart } from './trails.ts';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;

test.each([
  { name: 'nothing yet', points: [], minutes: 15 },
  { name: 'four minutes of history', points: [{ at: NOW - 4 * MINUTE, value: 1 }], minutes: 15 },
  {
    name: 'half an hour after a gap',
    points: [
      { at: NOW - 50 * MINUTE, value: undefined },
      { at: NOW - 30 * MINUTE, value: 1 },
    ],
    minutes: 30,
  },
  { name: 'a long history', points: [{ at: NOW - 3 * TRAIL_MS, value: 1 }], minutes: 60 },
])('a sparkline of $name shows $minutes minutes', ({ points, minutes }) => {
  expect(NOW - trailStart(points, NOW)).toBe(minutes * MINUTE);
});
