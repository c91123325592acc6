import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Availability, availabilityOf, type Run } from '#plan/availability.ts';
import { joinRuns } from './join-runs.ts';
import type { RunsOfPart } from './read-probes.ts';

const STALE_MS = 100;
type Result = readonly [at: number, state: Availability];

/** As the store gives them. */
function runsOf(results: readonly Result[]): readonly RunsOfPart[] {
  const runs: Run[] = [];
  let lastAt = 0;
  for (const [at, state] of results) {
    const last = runs.at(-1);
    if (last?.state === state && at - last.last <= STALE_MS) runs[runs.length - 1] = { ...last, last: at };
    else runs.push({ from: at, last: at, state });
    lastAt = at;
  }
  return results.length === 0 ? [] : [{ probe: 'api', part: '', location: 'here', runs, lastAt }];
}

test('read in two parts, the course is that of all results, wherever it was cut', () => {
  const states = fc.constantFrom<Availability>('up', 'down', 'unknown');
  const results = fc
    .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 2_000 }), states), { maxLength: 40, selector: ([at]) => at })
    .map((list) => list.toSorted(([left], [right]) => left - right));
  fc.assert(
    fc.property(results, fc.integer({ min: 0, max: 1_500 }), fc.integer({ min: 0, max: 500 }), (list, cut, later) => {
      const range = { from: 0, to: 2_200, staleMs: STALE_MS };
      const known = runsOf(list.filter(([at]) => at <= cut + later));
      const recent = runsOf(list.filter(([at]) => at >= cut));
      const joined = joinRuns(known, recent, cut);
      // A run is never cut in two for it.
      expect(joined[0]?.runs.length ?? 0).toBeLessThanOrEqual(
        (known[0]?.runs.length ?? 0) + (recent[0]?.runs.length ?? 0),
      );
      const whole = runsOf(list);
      const courseOf = (locations: readonly RunsOfPart[]) =>
        availabilityOf(
          locations.map(({ runs }) => runs),
          range,
        );
      expect(courseOf(joined)).toEqual(courseOf(whole));
      expect(joined[0]?.lastAt).toBe(whole[0]?.lastAt);
    }),
  );
});

test('joined again and again, a run that goes on stays one', () => {
  const every = (from: number, to: number): readonly Result[] =>
    Array.from({ length: (to - from) / 10 }, (_, index) => [from + index * 10, 'up']);
  let joined = runsOf(every(0, 100));
  for (let to = 150; to <= 1_000; to += 50) joined = joinRuns(joined, runsOf(every(to - 100, to)), to - 100);
  expect(joined).toEqual([
    { probe: 'api', part: '', location: 'here', runs: [{ from: 0, last: 990, state: 'up' }], lastAt: 990 },
  ]);
});
