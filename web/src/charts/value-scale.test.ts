import { expect, test } from 'vitest';
import { scaleTicks, valueScale } from './value-scale.ts';

test('begins at zero and holds the limit that is near', () => {
  expect(valueScale([0.001, 0.004], [0.005, 0.01, 0.05], '%')).toMatchObject({ low: 0 });
  expect(valueScale([0.001, 0.004], [0.005, 0.01, 0.05], '%')?.high).toBeGreaterThanOrEqual(0.005);
});

test('values far from zero keep their own range', () => {
  const scale = valueScale([0.985, 0.995], [0.98], '%');
  expect(scale?.low).toBeGreaterThan(0.9);
  expect(scale?.low).toBeLessThanOrEqual(0.98);
  expect(scale?.high).toBeGreaterThanOrEqual(0.995);
});

test('a limit that is far away does not press the line flat', () => {
  expect(valueScale([10, 12], [5_000], 'ms')?.high).toBeLessThan(100);
});

test('one value, zero and nothing', () => {
  expect(valueScale([0, 0], [], 'count')).toMatchObject({ low: 0 });
  expect(valueScale([7], [], 'count')).toMatchObject({ low: expect.any(Number), high: expect.any(Number) });
  expect(valueScale([Number.NaN], [], 'count')).toBeUndefined();
  expect(valueScale([], [1], 'count')).toBeUndefined();
});

test('a figure that stays at zero is seen against its limits', () => {
  expect(valueScale([0, 0], [0.005, 0.01, 0.05], '%')?.high).toBeLessThan(0.1);
  expect(valueScale([0, 0], [0.005, 0.01, 0.05], '%')?.high).toBeGreaterThanOrEqual(0.05);
  expect(valueScale([0, 0], [1, 5_000], 'count')?.high).toBeLessThan(10);
});

test('steps are round in what is read', () => {
  expect(valueScale([0, 540_000], [], 'ms')?.step).toBe(150_000);
  const rate = valueScale([0, 3], [], '/min');
  expect(((rate?.step ?? 0) * 60) % 10).toBeCloseTo(0);
});

test('ticks reach from end to end', () => {
  expect(scaleTicks({ low: 0, high: 1, step: 0.25 })).toEqual([0, 0.25, 0.5, 0.75, 1]);
});

test('a share does not go beyond the whole', () => {
  expect(valueScale([0, 1], [0.98], '%')).toMatchObject({ low: 0, high: 1 });
  expect(valueScale([0, 1.3], [], '%')?.high).toBeGreaterThan(1.3);
});
