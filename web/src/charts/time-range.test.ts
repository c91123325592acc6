import { expect, test } from 'vitest';
import {
  drawnStretch,
  isLive,
  moveStretch,
  rangeAround,
  rangeOfHistory,
  readRange,
  resolveRange,
  type TimeRange,
  writeRange,
  zoomStretch,
} from './time-range.ts';

const NOW = Date.parse('2026-03-03T12:00:00Z');
const HOUR = 3_600_000;
const times = {
  launch: NOW - 27 * HOUR,
  phase: 'after',
  phases: [
    { name: 'launch-day', from: '2026-03-02T09:00:00Z', to: '2026-03-03T09:00:00Z' },
    { name: 'after', from: '2026-03-03T09:00:00Z' },
  ],
};

test.each<TimeRange>([
  { kind: 'latest', name: '15m' },
  { kind: 'latest', name: '1h' },
  { kind: 'launch' },
  { kind: 'phase' },
  { kind: 'between', from: NOW - HOUR, to: NOW },
])('$kind survives the address', (range) => {
  expect(readRange(writeRange(range))).toEqual(range);
});

test('the default leaves no trace in the address', () => {
  expect(Object.values(writeRange({ kind: 'latest', name: '1h' }))).toEqual([undefined, undefined, undefined]);
});

test.each([
  { range: '7y' },
  { range: 'toString' },
  { from: 'yesterday', to: 'today' },
  { from: '2026-03-03T12:00:00Z', to: '2026-03-03T11:00:00Z' },
])('%o is the last hour', (search) => {
  expect(readRange(search)).toEqual({ kind: 'latest', name: '1h' });
});

test('ranges of the plan begin with T+0 and with the phase in force', () => {
  expect(resolveRange({ kind: 'launch' }, NOW, times)).toEqual({ from: NOW - 27 * HOUR, to: NOW });
  expect(resolveRange({ kind: 'phase' }, NOW, times)).toEqual({ from: NOW - 3 * HOUR, to: NOW });
});

test('before the launch, since T+0 is the last hour', () => {
  const early = { ...times, launch: NOW + HOUR };
  expect(resolveRange({ kind: 'launch' }, NOW, early)).toEqual({ from: NOW - HOUR, to: NOW });
});

test('moving later stops at now', () => {
  const stretch = { from: NOW - 2 * HOUR, to: NOW - HOUR / 4 };
  expect(moveStretch(stretch, 0.5, NOW).to).toBe(NOW);
  expect(moveStretch(stretch, -0.5, NOW)).toEqual({ from: stretch.from - 0.875 * HOUR, to: stretch.to - 0.875 * HOUR });
});

test('zooming keeps what is pointed at in its place, and has an end', () => {
  const zoomed = zoomStretch({ from: NOW - HOUR, to: NOW }, NOW - HOUR / 4, 0.5, NOW);
  expect(zoomed).toEqual({ from: NOW - 0.625 * HOUR, to: NOW - 0.125 * HOUR });
  const least = zoomStretch({ from: NOW - 60_000, to: NOW }, NOW - 30_000, 0.1, NOW);
  expect(least.to - least.from).toBe(60_000);
});

test('zooming out does not show the future', () => {
  expect(zoomStretch({ from: NOW - HOUR, to: NOW }, NOW - HOUR, 2, NOW)).toEqual({ from: NOW - 2 * HOUR, to: NOW });
});

test('a stretch may be drawn from right to left; a slip of the hand is none', () => {
  expect(drawnStretch(NOW, NOW - HOUR)).toEqual({ from: NOW - HOUR, to: NOW });
  expect(drawnStretch(NOW, NOW + 59_000)).toBeUndefined();
});

test('around an alert is from before it to after it, and goes on while it is open', () => {
  const open = rangeAround(NOW - HOUR / 2, undefined, NOW);
  expect(resolveRange(open, NOW, times)).toEqual({ from: NOW - 40 * 60_000, to: NOW });
  expect(isLive(open, NOW)).toBe(true);
  const over = rangeAround(NOW - 10 * HOUR, NOW - 9 * HOUR, NOW);
  expect(resolveRange(over, NOW, times)).toEqual({
    from: NOW - 10 * HOUR - 20 * 60_000,
    to: NOW - 9 * HOUR + 20 * 60_000,
  });
  expect(isLive(over, NOW)).toBe(false);
});

test('on a page with a range of its own the last hour is written out', () => {
  const own = rangeAround(NOW - HOUR, undefined, NOW);
  expect(writeRange({ kind: 'latest', name: '1h' }, own).range).toBe('1h');
  expect(writeRange(own, own).range).toBeUndefined();
  expect(readRange({}, own)).toBe(own);
});

test('while a history is minutes old its pages show minutes', () => {
  const minutes = { kind: 'latest', name: '15m' };
  const hour = { kind: 'latest', name: '1h' };
  expect(rangeOfHistory(NOW - HOUR / 10, NOW)).toEqual(minutes);
  expect(rangeOfHistory(NOW - HOUR / 4, NOW)).toEqual(hour);
  expect(rangeOfHistory(NOW + HOUR, NOW)).toEqual(hour);
  expect(rangeOfHistory(undefined, NOW)).toEqual(hour);
});
