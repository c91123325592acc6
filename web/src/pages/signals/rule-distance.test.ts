import { expect, test } from 'vitest';
import type { Evidence } from '#core/model.ts';
import { distanceOf } from './rule-distance.ts';

const evidence = (change: Partial<Evidence>): Evidence => ({
  test: 't',
  text: 'error_rate > 5%',
  truth: 'false',
  reading: { state: 'value', value: 0.002, sampleSize: 1_310, at: 0 },
  against: [0.05],
  unit: '%',
  ...change,
});

test('a share is so many points away', () => {
  expect(distanceOf(evidence({}))).toEqual({
    text: 'error_rate > 5%',
    met: false,
    value: '0.2%',
    samples: 'n 1,310',
    away: '4.8 points away',
  });
});

test('between two limits the nearer counts', () => {
  expect(
    distanceOf(
      evidence({ against: [0, 0.012], unit: 'ms', reading: { state: 'value', value: 400, sampleSize: 0, at: 0 } }),
    ).away,
  ).toBe('400 ms away');
});

test('what is met is not away', () => {
  expect(distanceOf(evidence({ truth: 'true' }))).toMatchObject({ met: true, away: undefined });
});

test('too few and no data say so', () => {
  const few = { state: 'too few', value: 0.5, sampleSize: 3, needed: 20, at: 0 } as const;
  expect(distanceOf(evidence({ truth: 'unknown', reading: few }))).toMatchObject({
    met: undefined,
    value: 'too few',
    samples: '3 of 20',
    away: '17 more needed',
  });
  const none = { state: 'no data', reason: 'no-events', sampleSize: 0, at: 0 } as const;
  expect(distanceOf(evidence({ truth: 'unknown', reading: none }))).toMatchObject({
    value: 'no data',
    away: undefined,
  });
});
