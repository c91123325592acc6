import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '#kernel/instant.ts';
import type { Run } from '#plan/availability.ts';
import type { Heartbeat } from '#plan/probe.ts';
import { watchedHeartbeat } from '../watch/heartbeat-watch.ts';
import { type CheckIn, heartbeatCourse, probeCourse, ruleCourse, unjudgedIn, unmeasuredIn } from './courses.ts';

const range = { from: 1_000, to: 2_000 };

test('a failure counts where it was found, and one that nobody could read does not', () => {
  const course = (...runs: Run[]) =>
    probeCourse([runs], { ...range, staleMs: 300 }).map(({ from, to, state }) => `${from} ${to} ${state}`);
  expect(course({ from: 700, last: 900, state: 'down' }, { from: 1_100, last: 1_900, state: 'up' })).toEqual([
    '1000 1100 unknown',
    '1100 2000 up',
  ]);
  expect(course({ from: 700, last: 900, state: 'up' }, { from: 1_100, last: 1_900, state: 'up' })).toEqual([
    '1000 2000 up',
  ]);
  expect(course({ from: 700, last: 1_100, state: 'down' }, { from: 1_200, last: 1_900, state: 'up' })).toEqual([
    '1000 1200 down',
    '1200 2000 up',
  ]);
  const away: Run = { from: 1_000, last: 1_500, state: 'down', unread: true };
  expect(course(away, { from: 1_600, last: 2_100, state: 'up' })).toEqual(['1000 1600 unknown', '1600 2000 up']);
});

const hourly: Heartbeat = { name: 'export', schedule: { kind: 'interval', everyMs: HOUR_MS }, graceMs: 6 * MINUTE_MS };
const passing = watchedHeartbeat(hourly, 'UTC', 'passing');
const day = { from: 100 * HOUR_MS, to: 124 * HOUR_MS };
const everyHour = (from: number, to: number): CheckIn[] =>
  Array.from({ length: Math.round((to - from) / HOUR_MS) }, (_, index) => ({
    at: from + index * HOUR_MS,
    state: 'succeeded',
  }));

test('a job that stays away is down from when it is late, and one that failed until it succeeds', () => {
  const course = (checkIns: readonly CheckIn[], unheard: readonly { from: number; to: number }[] = []) =>
    heartbeatCourse(passing, checkIns, { ...day, unheard }).map(
      ({ from, to, state }) => [(from - day.from) / MINUTE_MS, (to - day.from) / MINUTE_MS, state] as const,
    );
  expect(course(everyHour(day.from - HOUR_MS, day.to))).toEqual([[0, 1440, 'up']]);
  // Nothing ever came: unknown until it is late.
  expect(course([])).toEqual([
    [0, 66, 'unknown'],
    [66, 1440, 'down'],
  ]);
  const gap = everyHour(day.from - HOUR_MS, day.to).filter(
    ({ at }) => at < day.from + HOUR_MS || at > day.from + 3 * HOUR_MS,
  );
  expect(course(gap)).toEqual([
    [0, 66, 'up'],
    [66, 240, 'down'],
    [240, 1440, 'up'],
  ]);
  const failed = everyHour(day.from - HOUR_MS, day.to).map(
    (one): CheckIn => (one.at === day.from + 5 * HOUR_MS ? { ...one, state: 'failed' } : one),
  );
  expect(course(failed)).toEqual([
    [0, 300, 'up'],
    [300, 360, 'down'],
    [360, 1440, 'up'],
  ]);
  // Nobody listened: that excuses what was due in it.
  const unheard = [{ from: day.from + 30 * MINUTE_MS, to: day.from + 3.5 * HOUR_MS }];
  expect(course(gap, unheard)).toEqual([
    [0, 30, 'up'],
    [30, 210, 'unknown'],
    [210, 1440, 'up'],
  ]);
});

test('whatever a job says, its course makes up the whole range, and a failure is in it', () => {
  const checkIn = fc.record({
    at: fc.integer({ min: day.from - 3 * HOUR_MS, max: day.to + HOUR_MS }),
    state: fc.constantFrom<CheckIn['state']>('started', 'succeeded', 'failed'),
  });
  const longest = watchedHeartbeat({ ...hourly, longestMs: 20 * MINUTE_MS }, 'UTC', 'passing');
  fc.assert(
    fc.property(fc.array(checkIn, { maxLength: 30 }), fc.constantFrom(passing, longest), (list, heartbeat) => {
      const checkIns = list.toSorted((left, right) => left.at - right.at);
      const course = heartbeatCourse(heartbeat, checkIns, { ...day, unheard: [] });
      expect(course[0]?.from).toBe(day.from);
      expect(course.at(-1)?.to).toBe(day.to);
      for (const [index, { from, to }] of course.entries()) {
        expect(to).toBeGreaterThan(from);
        if (index > 0) expect(from).toBe(course[index - 1]?.to);
      }
      for (const [index, { at, state }] of checkIns.entries()) {
        if (state !== 'failed' || at < day.from || at >= day.to || checkIns[index + 1]?.at === at) continue;
        expect(course.find(({ from, to }) => at >= from && at < to)?.state).toBe('down');
      }
    }),
  );
});

test('a rule is down while an alert of it is open, whether or not it can be judged', () => {
  const course = ruleCourse(
    [
      { from: 1_200, to: 1_300 },
      { from: 1_250, to: 1_400 },
    ],
    [{ from: 1_350, to: 1_500 }],
    range,
  );
  expect(course.map(({ from, to, state }) => [from, to, state])).toEqual([
    [1_000, 1_200, 'up'],
    [1_200, 1_400, 'down'],
    [1_400, 1_500, 'unknown'],
    [1_500, 2_000, 'up'],
  ]);
  const known = {
    probes: new Map([['health.database', course]]),
    heartbeats: new Map([['backup', course]]),
    unmeasured: new Map([['errors', [range]]]),
    ...{ measures: { c: { function: 'count' }, p: { function: 'percentile' } } as never, range },
  };
  const reads = (...tests: unknown[]) => unjudgedIn(tests as Parameters<typeof unjudgedIn>[0], known);
  const gap = { from: 1_400, to: 1_500 };
  expect(reads({ kind: 'probe', probe: 'health', part: 'database' })).toEqual([gap]);
  expect(reads({ kind: 'heartbeat', heartbeat: 'backup' }, { kind: 'silence' })).toEqual([gap]);
  expect(reads({ kind: 'comparison', signals: ['errors', 'other'] })).toEqual([range]);
  // Without a name nothing is kept of it: a count has always a value, and of others nobody knows.
  const unnamed = (measure: string, atLeast: number) =>
    reads({
      ...{ kind: 'comparison', signals: [], atLeast, left: { kind: 'measure', measure } },
      comparison: { operator: '>', right: { kind: 'constant', value: 1 } },
    });
  expect(unnamed('c', 0)).toEqual([]);
  expect(unnamed('c', 20)).toEqual([range]);
  expect(unnamed('p', 0)).toEqual([range]);
  expect(unmeasuredIn(new Set([0, 3]), 300, range)).toEqual([{ from: 1_300, to: 1_900 }]);
});
