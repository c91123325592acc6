import { describe, expect, test } from 'vitest';
import { bandStretches, bandText, targetEdge } from './bands.ts';
import { sparkPath, sparkScale } from './sparkline-path.ts';
import { alertTone, figureTone, figureWeight } from './tone.ts';

describe('a sparkline', () => {
  const points = [
    { at: 0, value: 1 },
    { at: 10, value: 3 },
    { at: 20, value: undefined },
    { at: 30, value: 2 },
  ];

  test('is broken where there is no value', () => {
    const box = { from: 0, to: 30, width: 30, height: 10 };
    expect(sparkPath(points, { low: 1, high: 3 }, box)).toBe('M0 10L10 0M30 5');
  });

  test('shows its target when it is near, and is not pressed flat by one far away', () => {
    expect(sparkScale(points, 4)).toEqual({ low: 1, high: 4 });
    expect(sparkScale(points, 400)).toEqual({ low: 1, high: 3 });
  });

  test('of one value has a height, and of none has no scale', () => {
    expect(sparkScale([{ at: 0, value: 5 }])).toEqual({ low: 4.5, high: 5.5 });
    expect(sparkScale([{ at: 0, value: 0 }])).toEqual({ low: -1, high: 1 });
    expect(sparkScale([{ at: 0, value: undefined }])).toBeUndefined();
  });
});

describe('bands', () => {
  const test_ = (operator: '<' | '>' | '<=', value: number) => ({ operator, value, shown: '' });

  test('the worst that holds colours a stretch', () => {
    const bands = { target: test_('<', 0.005), warning: test_('>', 0.01), critical: test_('>', 0.05) };
    expect(bandStretches(bands, 0, 0.1)).toEqual([
      { from: 0, to: 0.005, tone: 'good' },
      { from: 0.005, to: 0.01, tone: 'off' },
      { from: 0.01, to: 0.05, tone: 'warning' },
      { from: 0.05, to: 0.1, tone: 'critical' },
    ]);
  });

  test('between two edges is a stretch in the middle', () => {
    const bands = { target: { operator: 'between', low: 2, high: 5, shown: '' } } as const;
    expect(bandStretches(bands, 0, 10).map(({ tone }) => tone)).toEqual(['off', 'good', 'off']);
    expect(bandText(bands.target, '$')).toBe('between 2 $ and 5 $');
    expect(targetEdge(bands)).toBeUndefined();
  });

  test('are written in the unit of the figure', () => {
    expect(bandText(test_('<=', 0.005), '%')).toBe('≤ 0.5%');
    expect(targetEdge({ target: test_('<', 500) })).toBe(500);
    expect(targetEdge({ target: 'unset' })).toBeUndefined();
  });
});

test('what cannot be judged is worse than what is well, and better than what is bad', () => {
  const states = ['on target', 'critical', 'no data', 'off target', 'warning', 'too few'] as const;
  expect([...states].sort((left, right) => figureWeight(right) - figureWeight(left))).toEqual([
    'critical',
    'warning',
    'off target',
    'no data',
    'too few',
    'on target',
  ]);
  expect(figureTone('too few')).toEqual({ tone: 'none', word: 'too few' });
});

test('an alert that somebody takes care of says so', () => {
  expect(alertTone({ state: 'firing' }).word).toBe('firing');
  expect(alertTone({ state: 'firing', acknowledged: { by: 'mia', at: '', via: 'web' } })).toEqual({
    tone: 'warning',
    word: 'acknowledged',
  });
});
