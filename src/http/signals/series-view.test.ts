import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Alert } from '#core/model.ts';
import { Play, plan } from '#core/testing.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Signal } from '#plan/model.ts';
import { gridOf } from './series-grid.ts';
import { nothingStored, readNames, viewBandsOver, viewEpisodes, viewGroup } from './series-view.ts';

const T0 = Date.UTC(2026, 2, 2, 9);
const grid = { from: T0, to: T0 + 6 * MINUTE_MS, stepMs: MINUTE_MS, steps: 6 };
const stored = {
  ...nothingStored('["/a"]'),
  steps: [0, 1, 2],
  last: [1, 0, 3],
  least: [0.5, 0, 2],
  greatest: [2, 0, 9],
  sampleSizes: [10, 4, 20],
  empty: [{ step: 1, state: 'too few', reason: '' }],
};
const LATER = grid.to + DAY_MS;

test('missing data is a gap with its reason, never zero', () => {
  expect(viewGroup(stored, grid, LATER, undefined)).toEqual({
    group: ['/a'],
    last: [1, null, 3, null, null, null],
    min: [0.5, null, 2, null, null, null],
    max: [2, null, 9, null, null, null],
    sampleSize: [10, 4, 20, null, null, null],
    gaps: [
      { from: 1, to: 1, state: 'too few' },
      { from: 3, to: 5, state: 'not read' },
    ],
  });
});

test('neighbours of one state are one gap, and another reason begins another', () => {
  const reasons = ['no-events', 'no-events', 'refilling'];
  const empty = reasons.map((reason, step) => ({ step, state: 'no data', reason }));
  const none = { ...nothingStored('[]'), steps: [0, 1, 2], last: [0, 0, 0], sampleSizes: [0, 0, 0], empty };
  expect(viewGroup(none, { ...grid, steps: 3 }, LATER, undefined).gaps).toEqual([
    { from: 0, to: 1, state: 'no data', reason: 'no-events' },
    { from: 2, to: 2, state: 'no data', reason: 'refilling' },
  ]);
});

test('the newest reading is in the step that is under way, and what has not come yet is no gap', () => {
  const now = T0 + 3 * MINUTE_MS + 5_000;
  const newest = { state: 'value', value: 7, sampleSize: 30, at: now } as const;
  const view = viewGroup(stored, grid, now, newest);
  expect(view.last).toEqual([1, null, 3, 7, null, null]);
  expect(view.max[3]).toBe(7);
  expect(view.gaps).toEqual([{ from: 1, to: 1, state: 'too few' }]);
  expect(viewGroup(stored, grid, now, undefined).gaps).toEqual([{ from: 1, to: 1, state: 'too few' }]);
});

test('a spike before the newest reading of its step stays', () => {
  const at = T0 + 2 * MINUTE_MS + 50_000;
  const view = viewGroup(stored, grid, at, { state: 'value', value: 4, sampleSize: 1, at });
  expect([view.last[2], view.min[2], view.max[2]]).toEqual([4, 2, 9]);
});

test('a newest reading that is too few does not take the value of its step away', () => {
  const at = T0 + 2 * MINUTE_MS + 50_000;
  const view = viewGroup(stored, grid, at, { state: 'too few', value: 4, sampleSize: 1, needed: 20, at });
  expect([view.last[2], view.sampleSize[2]]).toEqual([3, 1]);
});

test('every step has a value or lies in exactly one gap, unless it may still come', () => {
  const step = fc.option(fc.constantFrom('value', 'no data', 'too few'), { nil: undefined });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), fc.integer({ min: 0, max: 60 }), (states, minutes) => {
      const there = states.flatMap((state, index) => (state === undefined ? [] : [index]));
      const empty = there.flatMap((index) => {
        const state = states[index];
        return state === 'value' || state === undefined ? [] : [{ step: index, state, reason: '' }];
      });
      const values = there.map(() => 1);
      const series = {
        group: '[]',
        steps: there,
        last: values,
        least: values,
        greatest: values,
        sampleSizes: values,
        empty,
      };
      const steps = states.length;
      const now = T0 + minutes * MINUTE_MS;
      const view = viewGroup(series, { ...grid, steps, to: T0 + steps * MINUTE_MS }, now, undefined);
      for (let index = 0; index < steps; index += 1) {
        const gaps = view.gaps.filter(({ from, to }) => from <= index && index <= to);
        const expected = states[index] ?? (T0 + (index + 1) * MINUTE_MS <= now - 20_000 ? 'not read' : 'value');
        expect(gaps.map(({ state }) => state)).toEqual(expected === 'value' ? [] : [expected]);
        expect(view.last[index] === null).toBe(states[index] !== 'value');
      }
    }),
  );
});

test.each([
  [HOUR_MS, 20_000],
  [6 * HOUR_MS, MINUTE_MS],
  [DAY_MS, 5 * MINUTE_MS],
  [7 * DAY_MS, 30 * MINUTE_MS],
  [30 * DAY_MS, 3 * HOUR_MS],
  [400 * DAY_MS, DAY_MS],
])('a range of %i ms has steps of %i ms', (length, stepMs) => {
  expect(gridOf(T0, T0 + length).stepMs).toBe(stepMs);
});

test('the grid covers the range, does not depend on its ends, and has not too many points', () => {
  const range = fc.tuple(fc.integer({ min: 0, max: 2e12 }), fc.integer({ min: 1, max: limits.seriesRangeMs }));
  fc.assert(
    fc.property(range, ([from, length]) => {
      const { from: start, to, stepMs, steps } = gridOf(from, from + length);
      expect(start % stepMs).toBe(0);
      expect(start).toBeLessThanOrEqual(from);
      expect(to).toBeGreaterThanOrEqual(from + length);
      expect(steps).toBeLessThanOrEqual(limits.seriesPoints);
      expect(start + steps * stepMs).toBe(to);
    }),
  );
});

const signal: Signal = {
  name: 'errors',
  text: 'errors',
  formula: { kind: 'constant', value: 1 },
  by: [],
  atLeast: 0,
  unit: { base: 'fraction', shown: '%' },
  stream: false,
};
const phased = plan([], {
  launch: T0,
  phases: [
    { name: 'soft', span: { kind: 'offsets', fromMs: 0, toMs: 3 * MINUTE_MS } },
    { name: 'hard', span: { kind: 'offsets', fromMs: 3 * MINUTE_MS } },
  ],
  signals: [signal],
  objectives: [
    {
      signal: 'errors',
      bands: {
        otherwise: { critical: { operator: '>', value: 0.05 } },
        phases: { soft: { critical: { operator: '>', value: 0.5 } } },
      },
    },
  ],
});

test('the bands are those of the phase in each stretch', () => {
  const before = { ...grid, from: T0 - MINUTE_MS, steps: 7 };
  expect(
    viewBandsOver(new Play(phased).world, signal, before).map(({ from, phase, bands }) => [
      from,
      phase,
      bands?.critical,
    ]),
  ).toEqual([
    ['2026-03-02T08:59:00.000Z', undefined, { operator: '>', value: 0.05, shown: '> 5%' }],
    ['2026-03-02T09:00:00.000Z', 'soft', { operator: '>', value: 0.5, shown: '> 50%' }],
    ['2026-03-02T09:03:00.000Z', 'hard', { operator: '>', value: 0.05, shown: '> 5%' }],
  ]);
});

test('only alerts of rules that read it, and that were open in the range', () => {
  const alert = (key: string, rule: string, openedAt: number, resolvedAt?: number): Alert =>
    ({
      key,
      rule,
      group: '[]',
      severity: 'urgent',
      openedAt,
      ...(resolvedAt === undefined ? {} : { resolvedAt }),
    }) as Alert;
  const alerts = [
    alert('A-4', 'errors', T0 + MINUTE_MS),
    alert('A-3', 'other', T0 + MINUTE_MS),
    alert('A-2', 'errors', T0 - HOUR_MS, T0 + MINUTE_MS),
    alert('A-1', 'errors', T0 - HOUR_MS, T0 - MINUTE_MS),
    alert('A-5', 'errors', grid.to),
  ];
  expect(viewEpisodes(alerts, new Set(['errors']), grid).map(({ alert: key, to }) => [key, to])).toEqual([
    ['A-2', '2026-03-02T09:01:00.000Z'],
    ['A-4', undefined],
  ]);
});

test.each([
  ['a,b', ['a', 'b']],
  ['p95 by route, region,a', ['p95 by route, region', 'a']],
  ['a, b', ['a', 'b']],
])('the names "%s" are %j', (text, names) => {
  expect(readNames(text, new Set(['a', 'b', 'p95 by route, region'])).map(({ name }) => name)).toEqual(names);
});

test('a name that there is not is told apart', () => {
  expect(readNames('a,nothing', new Set(['a']))).toEqual([
    { name: 'a', known: true },
    { name: 'nothing', known: false },
  ]);
});
