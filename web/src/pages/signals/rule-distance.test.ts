import { expect, test } from 'vitest';
import type { LiveReading } from '#contract/live.ts';
import type { Evidence } from '#core/model.ts';
import { distanceOf, liveReadingOf } from './rule-distance.ts';

const evidence = (change: Partial<Evidence> = {}): Evidence => ({
  test: 't',
  text: 'error_rate > 5%',
  truth: 'false',
  // As it was when it became false, long ago.
  reading: { state: 'value', value: 0.049, sampleSize: 20, at: 0 },
  against: [0.05],
  unit: '%',
  ...change,
});
const live = (change: Partial<LiveReading> = {}): LiveReading => ({
  signal: 'error_rate',
  group: [],
  state: 'on target',
  value: 0.002,
  sampleSize: 1_310,
  since: '',
  ...change,
});

test('what holds now is the live reading, not the one of the last change', () => {
  expect(distanceOf(evidence(), live())).toEqual({
    text: 'error_rate > 5%',
    met: false,
    value: '0.2%',
    samples: 'n 1,310',
    away: '4.8 points away',
  });
});

test('between two limits the nearer counts', () => {
  expect(distanceOf(evidence({ against: [0, 0.012], unit: 'ms' }), live({ value: 400 })).away).toBe('400 ms away');
});

test('what is met is not away', () => {
  expect(distanceOf(evidence({ truth: 'true' }), live())).toMatchObject({ met: true, away: undefined });
});

test('too few and no data say so', () => {
  const unknown = evidence({ truth: 'unknown' });
  expect(distanceOf(unknown, live({ state: 'too few', sampleSize: 3, needed: 20 }))).toMatchObject({
    met: undefined,
    value: 'too few',
    samples: '3 of 20',
    away: '17 more needed',
  });
  expect(distanceOf(unknown, live({ state: 'no data' }))).toMatchObject({ value: 'no data', away: undefined });
});

test('what is not followed live has no value to show', () => {
  expect(distanceOf(evidence({ text: 'no requests in 10s' }), undefined)).toMatchObject({
    met: false,
    value: undefined,
  });
});

test('the reading of a grouped rule is that of its group', () => {
  const signals = new Map([['error_rate', [live({ group: ['/a'] }), live({ group: ['/b'], value: 0.4 })]]]);
  const tested = { signals: ['error_rate'], operator: '>' } as const;
  expect(liveReadingOf(tested, ['/b'], signals)?.value).toBe(0.4);
  expect(liveReadingOf(tested, ['/c'], signals)).toBeUndefined();
  expect(liveReadingOf({ signals: ['memory'], operator: '>' }, [], signals)).toBeUndefined();
  expect(liveReadingOf({ signals: ['error_rate'] }, ['/b'], signals)).toBeUndefined();
});
