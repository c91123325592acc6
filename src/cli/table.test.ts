import { expect, test } from 'vitest';
import { formatTable } from './table.ts';

test('columns are aligned, numbers to the right, and no line ends with blanks', () => {
  const rows = [
    ['error_rate', '0.5%', '', '1,200'],
    ['p95', '12%', 'north', '7'],
  ];
  expect(formatTable(['signal', 'value', 'group', 'n'], rows)).toBe(
    ['SIGNAL      VALUE  GROUP      N', 'error_rate   0.5%         1,200', 'p95           12%  north      7'].join(
      '\n',
    ),
  );
});

test('a column with a word in it stands to the left', () => {
  expect(
    formatTable(
      ['n', 'x'],
      [
        ['5', ''],
        ['many', ''],
      ],
    ),
  ).toBe('N     X\n5\nmany');
});
