import { expect, it } from 'vitest';
import { formatValue } from './format-value.ts';

it.each([
  [0.072, '%', '7.2%'],
  [0.05, 'fraction', '5%'],
  [1 / 3, '%', '33.33%'],
  [1_500, 'ms', '1s500ms'],
  [2.5, 'ms', '2.5ms'],
  [90_000, 's', '1m30s'],
  [2, '/min', '120/min'],
  [2.5, 'per-second', '2.5/s'],
  [2_500_000, 'MB', '2.5 MB'],
  [12, 'count', '12'],
  [12, '', '12'],
  [19.99, '$', '19.99 $'],
  [Number.NaN, '%', 'no number'],
])('%d in %s reads %s', (value, unit, text) => {
  expect(formatValue(value, unit)).toBe(text);
});
