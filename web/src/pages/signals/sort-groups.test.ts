import { expect, test } from 'vitest';
import type { LiveReading } from '#contract/live.ts';
import { sortGroups } from './sort-groups.ts';

const reading = (group: string, change: Partial<LiveReading> = {}): LiveReading => ({
  signal: 's',
  group: [group],
  state: 'on target',
  sampleSize: 10,
  since: '2026-03-03T12:00:00Z',
  ...change,
});
const readings = [
  reading('/b', { value: 3, sampleSize: 5 }),
  reading('/a10', { state: 'critical', value: 9 }),
  reading('/a2', { state: 'no data', sampleSize: 0 }),
];
const names = (sorted: readonly LiveReading[]) => sorted.map(({ group }) => group[0]);

test('by state the worst come first', () => {
  expect(names(sortGroups(readings, 'state', false))[0]).toBe('/a10');
  expect(names(sortGroups(readings, 'state', true))[0]).toBe('/b');
});

test('what has no value is last in both directions', () => {
  expect(names(sortGroups(readings, 'value', false))).toEqual(['/a10', '/b', '/a2']);
  expect(names(sortGroups(readings, 'value', true))).toEqual(['/b', '/a10', '/a2']);
});

test('names sort as people count', () => {
  expect(names(sortGroups(readings, 'group', false))).toEqual(['/a2', '/a10', '/b']);
});
