import { expect, test } from 'vitest';
import type { LiveReading } from '#contract/live.ts';
import { rankWord, worstFirst, worstReading } from './worst-reading.ts';

const reading = (
  group: string,
  sampleSize: number,
  more: Pick<LiveReading, 'state'> & Partial<LiveReading>,
): LiveReading => ({ signal: 'doubles', group: [group], sampleSize, since: '', ...more });
const free = { state: 'no objective' } as const;
const north = reading('north', 5, { ...free, value: 1 });
const south = reading('south', 50, { ...free, value: 0 });
const away = reading('away', 90, { ...free });

test('among groups of one state the value decides, in the direction that is worse, before the number of samples', () => {
  expect(worstReading([south, north], 'higher')).toBe(north);
  expect(worstReading([north, south], 'lower')).toBe(south);
  expect(worstFirst([away, south, north], 'higher')).toEqual([north, south, away]);
  expect(rankWord([south, north], 'higher')).toBe('worst');
});

test('a worse state comes first, whatever the values', () => {
  const critical = reading('east', 1, { state: 'critical', value: 0 });
  expect(worstReading([north, critical], 'higher')).toBe(critical);
  expect(rankWord([north, critical], undefined)).toBe('worst');
});

test('where nothing says which is worse, the one with the most samples is shown, and not called the worst', () => {
  expect(worstReading([north, south], undefined)).toBe(south);
  expect(rankWord([north, south], undefined)).toBe('busiest');
});
