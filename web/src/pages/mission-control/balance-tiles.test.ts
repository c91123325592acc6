import { expect, test } from 'vitest';
import { balanceTiles } from './balance-tiles.ts';

test('rows of unequal length fill the same width', () => {
  expect(balanceTiles(7, 3)).toEqual({ columns: 6, spans: [2, 2, 2, 3, 3, 3, 3] });
  expect(balanceTiles(8, 3)).toEqual({ columns: 6, spans: [2, 2, 2, 2, 2, 2, 3, 3] });
});

test('rows of equal length need no finer grid', () => {
  expect(balanceTiles(6, 3)).toEqual({ columns: 3, spans: [1, 1, 1, 1, 1, 1] });
  expect(balanceTiles(4, 3)).toEqual({ columns: 2, spans: [1, 1, 1, 1] });
  expect(balanceTiles(2, 5)).toEqual({ columns: 2, spans: [1, 1] });
});

test('every row is full, whatever the number and the width', () => {
  for (let count = 1; count <= 60; count += 1) {
    for (let fitting = 1; fitting <= 6; fitting += 1) {
      const { columns, spans } = balanceTiles(count, fitting);
      let filled = 0;
      for (const span of spans) {
        expect(columns % span).toBe(0);
        expect(columns / span).toBeLessThanOrEqual(fitting);
        filled += span;
        if (filled === columns) filled = 0;
        expect(filled).toBeLessThan(columns);
      }
      expect(filled).toBe(0);
    }
  }
});

test('no tiles are laid out in nothing', () => {
  expect(balanceTiles(0, 3)).toEqual({ columns: 1, spans: [] });
});
