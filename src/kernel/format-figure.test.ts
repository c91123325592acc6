import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatAgainst, formatFigure, formatFigureText, formatThreshold } from './format-figure.ts';

describe('a figure as people read it', () => {
  test.each([
    [0, '%', '0%'],
    [0.0021, '%', '0.21%'],
    [0.0007252, '%', '0.073%'],
    [0.0000021, '%', '0.00021%'],
    [0.01887, '%', '1.89%'],
    [0.99, '%', '99%'],
    [0.9998, '%', '99.98%'],
    [0.99996, '%', '99.996%'],
    [1, '%', '100%'],
    [0.5, 'fraction', '50%'],
    [412.34, 'ms', '412 ms'],
    [58.56, 'ms', '58.6 ms'],
    [1_500, 'ms', '1.5 s'],
    [90_000, 's', '1.5 min'],
    [7_200_000, 'm', '2 h'],
    [3.05, '/min', '183/min'],
    [2, 'per-second', '2/s'],
    [118_100_000, 'MB', '118.1 MB'],
    [18_204, 'count', '18,204'],
    [18_204, '', '18,204'],
    [12.34567, '$', '12.35 $'],
    [3, 'constructor', '3 constructor'],
    [-0.5, '$', '-0.5 $'],
    [Number.NaN, 'ms', '–'],
    [Number.POSITIVE_INFINITY, '%', '–'],
  ])('%d in "%s" is %s', (value, unit, text) => {
    expect(formatFigureText(value, unit)).toBe(text);
  });

  test('in the language of the reader', () => {
    expect(formatFigure(18_204.5, '$', 'de-DE')).toEqual({ number: '18.205', unit: '$' });
    expect(formatFigureText(0.0021, '%', 'de-DE')).toBe('0,21%');
  });
});

test.each([
  [0.005, '%', '0.5%'],
  [0.99995, '%', '99.995%'],
  [0.9999999, '%', '99.99999%'],
  [500, 'ms', '500 ms'],
  [1_234.5, 'ms', '1.2345 s'],
  [2, '/min', '120/min'],
  [0, '%', '0%'],
  [250_000_000, 'MB', '250 MB'],
])('a threshold keeps all its digits: %d in "%s" is %s', (value, unit, text) => {
  expect(formatThreshold(value, unit)).toBe(text);
});

test('a share that is not whole is never shown as 0 or 100', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-7, max: 1 - 1e-7, noNaN: true }), (share) => {
      expect(['0%', '100%']).not.toContain(formatFigureText(share, '%'));
    }),
  );
});

test.each([
  [0.019983, [0.02], '%', '1.998%'],
  [0.0199999996, [0.02], '%', '1.99999996%'],
  [0.02, [0.02], '%', '2%'],
  [0.046081, [0.02], '%', '4.61%'],
  [499.96, [500], 'ms', '499.96 ms'],
  [1_000.4, [1_000, 2_000], 'ms', '1.0004 s'],
  [300, [], 'count', '300'],
])('%d beside %j in "%s" is %s', (value, against, unit, text) => {
  expect(formatAgainst(value, against, unit)).toBe(text);
});
