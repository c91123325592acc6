import { expect, test } from 'vitest';
import { placeAlerts } from './alert-lanes.ts';
import { phaseMarks } from './phase-marks.ts';

const iso = (at: number): string => new Date(at).toISOString();
const phases = [
  { name: 'first', from: iso(1_000), to: iso(5_000) },
  { name: 'second', from: iso(5_000) },
  { name: 'unknown' },
];

test('a phase has its name where it begins, or where the range does', () => {
  expect(phaseMarks(phases, 1_000, { from: 2_000, to: 9_000 })).toEqual([
    { at: 2_000, name: 'first', boundary: false },
    { at: 5_000, name: 'second', boundary: true },
  ]);
});

test('T+0 stands with the phase that begins with it, else alone', () => {
  expect(phaseMarks(phases, 1_000, { from: 0, to: 900_000 })[0]?.name).toBe('T+0 · first');
  expect(phaseMarks([], 1_000, { from: 0, to: 9_000 })).toEqual([{ at: 1_000, name: 'T+0', boundary: true }]);
  expect(phaseMarks([], undefined, { from: 0, to: 9_000 })).toEqual([]);
});

const span = (alert: string, from: number, to: number | undefined) => ({
  alert,
  rule: 'errors',
  group: [],
  severity: 'urgent',
  from,
  to,
});

test('alerts of one time lie below each other, those after each other in one row', () => {
  const spans = [span('A-1', 1_000, 2_000), span('A-2', 1_500, 3_000), span('A-3', 5_000, undefined)];
  const { placed, hidden } = placeAlerts(spans, { from: 0, to: 9_000 }, 8_000, 2);
  expect(placed.map(({ span: { alert }, lane, to }) => [alert, lane, to])).toEqual([
    ['A-1', 0, 2_000],
    ['A-2', 1, 3_000],
    ['A-3', 0, 8_000],
  ]);
  expect(hidden).toBe(0);
});

test('what has no room is counted, what is outside is not', () => {
  const spans = [span('A-1', 1_000, 4_000), span('A-2', 1_500, 3_000), span('A-3', 20_000, 30_000), span('A-0', 0, 10)];
  const { placed, hidden } = placeAlerts(spans, { from: 500, to: 9_000 }, 8_000, 1);
  expect(placed.map(({ span: { alert } }) => alert)).toEqual(['A-1']);
  expect(hidden).toBe(1);
});
