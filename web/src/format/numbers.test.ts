import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as figures from '#kernel/format-figure.ts';
import { formatCount, formatFigure, formatFigureText, formatThreshold, plural } from './numbers.ts';

test('a figure in English is what the terminal and the messages write', () => {
  const units = fc.constantFrom('%', 'ms', 's', '/min', 'per-second', 'MB', '$', 'count', '');
  fc.assert(
    fc.property(fc.double({ min: -1e9, max: 1e9, noNaN: true }), units, (value, unit) => {
      expect(formatFigureText(value, unit, 'en-US')).toBe(figures.formatFigureText(value, unit));
      expect(formatThreshold(value, unit, 'en-US')).toBe(figures.formatThreshold(value, unit));
    }),
  );
});

test('a figure is written in the language of its reader', () => {
  expect(formatFigure(18_204.5, '$', 'de-DE')).toEqual({ number: '18.205', unit: '$' });
  expect(formatFigureText(0.0021, '%', 'de-DE')).toBe('0,21%');
  expect(formatThreshold(0.99995, '%', 'de-DE')).toBe('99,995%');
  expect(formatCount(18_204, 'de-DE')).toBe('18.204');
});

test('one and many', () => {
  expect([plural(1, 'alert'), plural(0, 'alert'), plural(2, 'reply', 'replies')]).toEqual([
    '1 alert',
    '0 alerts',
    '2 replies',
  ]);
});
