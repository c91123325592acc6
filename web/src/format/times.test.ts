import { describe, expect, test } from 'vitest';
import {
  formatAge,
  formatInstantFull,
  formatLaunchClock,
  formatLaunchOffset,
  formatMoment,
  formatMomentExact,
  formatSpan,
  formatTimeMs,
} from './times.ts';

const launch = Date.parse('2026-01-20T14:00:00Z');
const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;

test.each([
  [0, 'T+ 00:00:00'],
  [999, 'T+ 00:00:00'],
  [45 * SECOND, 'T+ 00:00:45'],
  [DAY + 3 * HOUR + 12 * 60 * SECOND + 45 * SECOND, 'T+ 1d 03:12:45'],
  [264 * DAY, 'T+ 264d 00:00:00'],
  [-1, 'T− 00:00:01'],
  [-250 * SECOND, 'T− 00:04:10'],
  [-2 * DAY, 'T− 2d 00:00:00'],
])('%d ms from the launch the clock shows %s', (offset, text) => {
  expect(formatLaunchClock(launch + offset, launch)).toBe(text);
});

test.each([
  [0, 'T+0'],
  [48 * HOUR, 'T+48h'],
  [30 * DAY, 'T+30d'],
  [-2 * HOUR, 'T−2h'],
  [90 * 60 * SECOND, 'T+1.5h'],
  [15 * 60 * SECOND, 'T+15m'],
  [10.5 * DAY, 'T+252h'],
  [10.51 * DAY, 'T+10.5d'],
])('%d ms from the launch is %s on a scale', (offset, text) => {
  expect(formatLaunchOffset(launch + offset, launch)).toBe(text);
});

test.each([
  [0, '0 s'],
  [12 * SECOND, '12 s'],
  [190 * SECOND, '3 min 10 s'],
  [180 * SECOND, '3 min'],
  [2 * HOUR + 5 * 60 * SECOND + 3 * SECOND, '2 h 5 min'],
  [DAY + 59 * SECOND, '1 d'],
  [-5, '0 s'],
])('%d ms last %s', (duration, text) => {
  expect(formatSpan(duration)).toBe(text);
});

test.each([
  [0, 'now'],
  [999, 'now'],
  [12 * SECOND, '12 s ago'],
  [61 * SECOND, '1 min ago'],
  [26 * HOUR, '1 d ago'],
  [-300 * SECOND, 'in 5 min'],
])('%d ms ago is "%s"', (age, text) => {
  expect(formatAge(age)).toBe(text);
});

describe('a moment', () => {
  const at = Date.parse('2026-01-20T22:30:05Z');

  test('is its time today, and has its day otherwise, as the reader counts days', () => {
    expect(formatMoment(at, at + HOUR, 'en-GB', 'Europe/London')).toBe('22:30');
    expect(formatMoment(at, at + 2 * HOUR, 'en-GB', 'Europe/London')).toBe('20 Jan, 22:30');
    expect(formatMoment(at, at + 2 * HOUR, 'en-GB', 'America/New_York')).toBe('17:30');
    expect(formatMomentExact(at, at + 2 * HOUR, 'en-GB', 'Europe/London')).toBe('20 Jan, 22:30:05');
  });

  test('is said in full with its zone', () => {
    expect(formatInstantFull(at, 'en-GB', 'Europe/Berlin')).toMatch(/^Tue.*20 Jan 2026.*23:30:05.*CET$/);
  });
});

test.each([
  ['en-GB', '14:00:00.007'],
  ['en-US', '02:00:00.007 PM'],
  ['de-DE', '14:00:00,007'],
])('milliseconds stand behind the seconds in %s', (locale, text) => {
  expect(formatTimeMs(launch + 7, locale, 'UTC').replace(/\s/gu, ' ')).toBe(text);
});
