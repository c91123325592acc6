import { expect, test } from 'vitest';
import type { SeriesAnswer, SignalSeriesAnswer } from '#contract/signals.ts';
import { appendSeen, bandsAt, chartSeries, gapAt, pointAt } from './chart-lines.ts';
import { describeSeries } from './describe-series.ts';

const FROM = Date.parse('2026-03-03T12:00:00Z');
const STEP = 10_000;
const at = (index: number): number => FROM + index * STEP;
const iso = (instant: number): string => new Date(instant).toISOString();

const own: SignalSeriesAnswer = {
  signal: 'error_rate',
  baseUnit: 'fraction',
  unit: '%',
  by: [],
  groups: [
    {
      group: [],
      last: [0.01, null, null, 0.04, 0.02, null],
      min: [0.01, null, null, 0.03, 0.02, null],
      max: [0.02, null, null, 0.09, 0.02, null],
      sampleSize: [40, 3, 4, 50, 60, null],
      gaps: [{ from: 1, to: 2, state: 'too few', reason: '3 of 20' }],
    },
  ],
  groupsLeftOut: 0,
  bands: [
    {
      from: iso(FROM),
      to: iso(at(3)),
      phase: 'launch-day',
      bands: { warning: { operator: '>', value: 0.01, shown: '> 1%' } },
    },
    { from: iso(at(3)), to: iso(at(6)), phase: 'after' },
  ],
  alerts: [{ alert: 'A-1', rule: 'errors', group: [], severity: 'urgent', from: iso(at(3)) }],
};
const answer: SeriesAnswer = {
  from: iso(FROM),
  to: iso(at(6)),
  stepMs: STEP,
  at: iso(at(4) + 4_000),
  phases: [],
  series: [own],
};
const series = chartSeries(answer, own);
const [line] = series.lines;
if (line === undefined) throw new Error('There is a line.');

test("a step's last value stands at its end, the running one's at now, and nothing after now", () => {
  expect(line.points.map((point) => point.at)).toEqual([at(1), at(2), at(3), at(4), at(4) + 4_000]);
  expect(line.name).toBe('error_rate');
});

test('a gap has its instants and its word', () => {
  expect(line.gaps).toEqual([{ from: at(1), to: at(3), state: 'too few', reason: '3 of 20' }]);
  expect(gapAt(line, at(2))?.state).toBe('too few');
  expect(gapAt(line, at(3) + 1)).toBeUndefined();
});

test('what was seen live goes on where the stored line ends', () => {
  const seen = [at(4), at(4) + 4_000, at(5), at(6)].map((instant) => ({ at: instant, value: 0.5 }));
  expect(
    appendSeen(line, seen)
      .points.slice(5)
      .map((point) => point.at),
  ).toEqual([at(5), at(6)]);
  expect(appendSeen(line, [])).toBe(line);
});

test('the point of an instant is the nearest, and none far from all', () => {
  expect(pointAt(line, at(1) + 2_000, STEP)?.at).toBe(at(1));
  expect(pointAt(line, at(4) - 2_000, STEP)?.sampleSize).toBe(50);
  expect(pointAt(line, at(20), STEP)).toBeUndefined();
  expect(pointAt({ ...line, points: [] }, at(1), STEP)).toBeUndefined();
});

test('thresholds are those of their phase', () => {
  expect(bandsAt(series.bands, at(2))?.warning?.value).toBe(0.01);
  expect(bandsAt(series.bands, at(3))).toBeUndefined();
});

test('the summary says the extremes, the gaps and the alerts', () => {
  const [extremes, gaps, alerts] = describeSeries(series, series.lines, { from: FROM, to: at(6) }, at(5));
  expect(extremes).toMatch(/^Lowest 1% at .*, highest 9% at /);
  expect(gaps).toBe('With too few samples for 20 s.');
  expect(alerts).toBe('1 alert, still open.');
});

test('a time without values says so', () => {
  expect(describeSeries(series, [], { from: FROM, to: at(6) }, at(5))[0]).toBe('No values in this time.');
});

test('with several lines only what all of them miss is missing', () => {
  const other = { ...line, key: '["b"]', name: 'b', gaps: [{ from: at(2), to: at(4), state: 'no data' as const }] };
  expect(describeSeries(series, [line, other], { from: FROM, to: at(6) }, at(5))[1]).toBe(
    'With too few samples for 10 s.',
  );
  expect(describeSeries(series, [line, { ...other, gaps: [] }], { from: FROM, to: at(6) }, at(5))[1]).toMatch(/alert/);
});
