import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Availability,
  availabilityOf,
  partsOf,
  type Run,
  type Segment,
  timesOf,
  uptimeOf,
} from './availability.ts';

const RANGE = { from: 1_000, to: 2_000, staleMs: 100 };
const one = (at: number, state: Availability): Run => ({ from: at, last: at, state });

describe('one location', () => {
  test('a result holds until the next, and no longer than it is fresh', () => {
    const runs = [one(990, 'up'), one(1_050, 'down'), one(1_100, 'up'), one(1_900, 'up')];
    expect(availabilityOf([runs], RANGE)).toEqual([
      { from: 1_000, to: 1_050, state: 'up' },
      { from: 1_050, to: 1_100, state: 'down' },
      { from: 1_100, to: 1_200, state: 'up' },
      { from: 1_200, to: 1_900, state: 'unknown' },
      { from: 1_900, to: 2_000, state: 'up' },
    ]);
  });

  test('a restart leaves a gap that is unknown, and uptime is of the known time', () => {
    const runs: Run[] = [
      { from: 1_000, last: 1_300, state: 'up' },
      { from: 1_800, last: 1_950, state: 'down' },
    ];
    const segments = availabilityOf([runs], RANGE);
    expect(segments.map(({ state }) => state)).toEqual(['up', 'unknown', 'down']);
    expect(timesOf(segments, RANGE.from, RANGE.to)).toEqual({ upMs: 400, downMs: 200, unknownMs: 400 });
    expect(uptimeOf(timesOf(segments, RANGE.from, RANGE.to))).toBeCloseTo(2 / 3);
  });

  test('what could not be measured is unknown at once', () => {
    const runs = [one(1_000, 'up'), one(1_050, 'unknown')];
    expect(timesOf(availabilityOf([runs], RANGE), 1_000, 2_000)).toEqual({ upMs: 50, downMs: 0, unknownMs: 950 });
  });

  test('nothing known is no uptime, not zero', () => {
    expect(availabilityOf([], RANGE)).toEqual([{ from: 1_000, to: 2_000, state: 'unknown' }]);
    expect(uptimeOf({ upMs: 0, downMs: 0, unknownMs: 1_000 })).toBeUndefined();
  });
});

test('several locations: down when at least half of those that know something say so', () => {
  const at = (state: Availability): Run[] => [{ from: 900, last: 2_000, state }];
  const judged = (...states: Availability[]): Availability | undefined =>
    availabilityOf(states.map(at), RANGE)[0]?.state;
  expect(judged('up', 'up', 'down')).toBe('up');
  expect(judged('up', 'down')).toBe('down');
  expect(judged('up', 'down', 'unknown')).toBe('down');
  expect(judged('up', 'unknown', 'unknown')).toBe('up');
  expect(judged('unknown', 'unknown')).toBe('unknown');
});

test('with `agree`, so many have to fail, and fewer that all fail say nothing', () => {
  const judged = (...states: Availability[]): Availability | undefined =>
    availabilityOf(
      states.map((state): Run[] => [{ from: 900, last: 2_000, state }]),
      { ...RANGE, agree: 2 },
    )[0]?.state;
  expect(judged('up', 'down')).toBe('up');
  expect(judged('up', 'down', 'down')).toBe('down');
  expect(judged('down', 'unknown')).toBe('unknown');
  expect(judged('up', 'unknown')).toBe('up');
});

const states = fc.constantFrom<Availability>('up', 'down', 'unknown');
const results = fc
  .array(fc.tuple(fc.integer({ min: 500, max: 2_500 }), states), { maxLength: 30 })
  .map((list) => list.toSorted(([left], [right]) => left - right));
const locationsOf = fc.array(results, { maxLength: 4 });

/** By definition: what each location says at one instant. */
function naive(locations: readonly (readonly (readonly [number, Availability])[])[], at: number): Availability {
  const said = locations.flatMap((list) => {
    const last = list.findLast(([time]) => time <= at);
    return last === undefined || at >= last[0] + RANGE.staleMs || last[1] === 'unknown' ? [] : [last[1]];
  });
  if (said.length === 0) return 'unknown';
  return said.filter((state) => state === 'down').length * 2 >= said.length ? 'down' : 'up';
}

function asRuns(list: readonly (readonly [number, Availability])[]): readonly Run[] {
  return list.map(([at, state]) => one(at, state));
}

function stateAt(segments: readonly Segment[], at: number): Availability | undefined {
  return segments.find(({ from, to }) => at >= from && at < to)?.state;
}

describe('any results', () => {
  test('the segments make up the range, differ from their neighbours, and say what the results say', () => {
    fc.assert(
      fc.property(locationsOf, fc.integer({ min: 1_000, max: 1_999 }), (locations, at) => {
        const segments = availabilityOf(locations.map(asRuns), RANGE);
        expect(segments[0]?.from).toBe(RANGE.from);
        expect(segments.at(-1)?.to).toBe(RANGE.to);
        for (const [index, segment] of segments.entries()) {
          expect(segment.to).toBeGreaterThan(segment.from);
          const next = segments[index + 1];
          if (next === undefined) continue;
          expect(next.from).toBe(segment.to);
          expect(next.state).not.toBe(segment.state);
        }
        expect(stateAt(segments, at)).toBe(naive(locations, at));
      }),
    );
  });

  test('the parts sum up to the whole, and unknown time never counts as up', () => {
    fc.assert(
      fc.property(locationsOf, fc.integer({ min: 1, max: 50 }), (locations, parts) => {
        const segments = availabilityOf(locations.map(asRuns), RANGE);
        const whole = timesOf(segments, RANGE.from, RANGE.to);
        expect(whole.upMs + whole.downMs + whole.unknownMs).toBe(RANGE.to - RANGE.from);
        let sum = { upMs: 0, downMs: 0, unknownMs: 0 };
        for (const part of partsOf(segments, RANGE.from, RANGE.to, parts)) {
          sum = {
            upMs: sum.upMs + part.upMs,
            downMs: sum.downMs + part.downMs,
            unknownMs: sum.unknownMs + part.unknownMs,
          };
        }
        expect(sum).toEqual(whole);
        const fewer = locations.map((list) =>
          asRuns(list).map((run) => (run.state === 'up' ? { ...run, state: 'unknown' as const } : run)),
        );
        expect(timesOf(availabilityOf(fewer, RANGE), RANGE.from, RANGE.to).upMs).toBe(0);
      }),
    );
  });

  test('results that say the same in time may stand as one run', () => {
    fc.assert(
      fc.property(results, (list) => {
        const runs: Run[] = [];
        for (const run of asRuns(list)) {
          const last = runs.at(-1);
          if (last?.state === run.state && run.from - last.last <= RANGE.staleMs)
            runs[runs.length - 1] = { ...last, last: run.last };
          else runs.push(run);
        }
        expect(availabilityOf([runs], RANGE)).toEqual(availabilityOf([asRuns(list)], RANGE));
      }),
    );
  });
});
