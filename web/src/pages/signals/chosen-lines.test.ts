import { expect, test } from 'vitest';
import { LINES_AT_ONCE } from '../../charts/line-style.ts';
import { chosenLines, toggleLine } from './chosen-lines.ts';

const lines = Array.from({ length: 12 }, (_, index) => ({
  key: `k${index}`,
  group: [`g${index}`],
  name: `g${index}`,
  points: [],
  gaps: [],
}));

test('a few are drawn until somebody chooses', () => {
  expect(chosenLines(lines, undefined)).toHaveLength(4);
  expect(chosenLines(lines, [])).toHaveLength(0);
  expect(chosenLines(lines, ['k7', 'gone', 'k1']).map(({ key }) => key)).toEqual(['k7', 'k1']);
});

test('a line is shown and hidden again', () => {
  expect(toggleLine(lines.slice(0, 2), 'k5')).toEqual(['k0', 'k1', 'k5']);
  expect(toggleLine(lines.slice(0, 2), 'k0')).toEqual(['k1']);
});

test('never more than can be told apart', () => {
  const shown = toggleLine(lines.slice(0, LINES_AT_ONCE), 'k11');
  expect(shown).toHaveLength(LINES_AT_ONCE);
  expect(shown.at(-1)).toBe('k11');
});
