import { expect, test } from 'vitest';
import { instantAt, plotBox, spreadLabels, xOf, yOf } from './plot-box.ts';

const box = plotBox(1_000, 300);
const range = { from: 0, to: 3_600_000 };

test('instants and pixels are the same place both ways', () => {
  for (const at of [0, 900_000, 3_600_000]) expect(instantAt(xOf(at, range, box), range, box)).toBeCloseTo(at);
});

test('beside the plot is its end', () => {
  expect(instantAt(0, range, box)).toBe(0);
  expect(instantAt(2_000, range, box)).toBe(3_600_000);
});

test('values grow upwards', () => {
  const scale = { low: 0, high: 10, step: 2 };
  expect(yOf(10, scale, box)).toBe(box.top);
  expect(yOf(0, scale, box)).toBe(300 - box.bottom);
});

test('labels that would lie on each other move apart, in their order and inside', () => {
  const placed = spreadLabels([100, 20, 98], 14, 0, 110);
  expect(placed[1]).toBe(20);
  expect((placed[0] ?? 0) - (placed[2] ?? 0)).toBe(14);
  expect(placed[0]).toBeLessThanOrEqual(110);
});
