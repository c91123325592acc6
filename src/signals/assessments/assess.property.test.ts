import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Segment } from '#plan/availability.ts';
import { assess, type CheckCourse, KNOWN_SHARE } from './assess.ts';

const BEGIN = 1_000;
const END = 2_000;
const span = { from: BEGIN, to: END };

const segment: fc.Arbitrary<Segment> = fc
  .record({
    from: fc.integer({ min: 0, max: 3_000 }),
    length: fc.integer({ min: 0, max: 1_500 }),
    state: fc.constantFrom<Segment['state']>('up', 'up', 'up', 'down', 'unknown'),
  })
  .map(({ from, length, state }) => ({ from, to: from + length, state }));
const courses: fc.Arbitrary<readonly CheckCourse[]> = fc.array(
  fc.record({ check: fc.constantFrom('totals', 'backup', 'links'), segments: fc.array(segment, { maxLength: 8 }) }),
  { minLength: 1, maxLength: 3 },
);
const now = fc.integer({ min: 0, max: 3_000 });

/** Whether a course says something of each instant, one by one. */
function knownInstants({ segments }: CheckCourse, until: number): number {
  let known = 0;
  for (let at = BEGIN; at < until; at += 1) {
    if (segments.some(({ from, to, state }) => state !== 'unknown' && at >= from && at < to)) known += 1;
  }
  return known;
}

test('nothing passes of which more is unknown than the share allows', () => {
  fc.assert(
    fc.property(courses, now, (list, at) => {
      const { state, checks } = assess(span, list, at);
      const until = Math.min(END, Math.max(BEGIN, at));
      for (const [index, course] of list.entries()) {
        expect(checks[index]?.knownMs).toBe(at < BEGIN ? 0 : knownInstants(course, until));
      }
      if (state !== 'passed') return;
      expect(at).toBeGreaterThanOrEqual(END);
      for (const course of list) {
        expect(knownInstants(course, END)).toBeGreaterThanOrEqual(KNOWN_SHARE * (END - BEGIN));
        expect(course.segments.filter(({ state: is, from }) => is === 'down' && from >= BEGIN && from < END)).toEqual(
          [],
        );
      }
    }),
  );
});

test('a failure is never forgotten, whatever else becomes known and however late it is looked at', () => {
  fc.assert(
    fc.property(courses, courses, fc.integer({ min: BEGIN, max: END - 1 }), fc.nat(), (list, more, at, later) => {
      const [first, ...rest] = list;
      if (first === undefined) return;
      const failed = { ...first, segments: [...first.segments, { from: at, to: at, state: 'down' as const }] };
      const grown = { ...failed, segments: [...failed.segments, ...more.flatMap(({ segments }) => segments)] };
      for (const course of [failed, grown]) {
        const verdict = assess(span, [course, ...rest, ...more], at + 1 + later);
        expect(verdict.state).toBe('failed');
        expect(verdict.checks[0]?.state).toBe('failed');
        expect(verdict.checks[0]?.failures.some(({ from, to }) => from <= at && to >= at)).toBe(true);
      }
    }),
  );
});

test('in which order things become known does not matter', () => {
  const shuffled = courses.chain((list) =>
    fc
      .tuple(...list.map(({ segments }) => fc.shuffledSubarray([...segments], { minLength: segments.length })))
      .map((orders) => [list, list.map((course, index) => ({ ...course, segments: orders[index] ?? [] }))] as const),
  );
  fc.assert(
    fc.property(shuffled, now, ([list, other], at) => {
      expect(assess(span, other, at)).toEqual(assess(span, list, at));
    }),
  );
});

test('until the phase begins there is no verdict, and while it goes on none that it held', () => {
  const held: CheckCourse = { check: 'totals', segments: [{ from: 0, to: 3_000, state: 'up' }] };
  const gap: CheckCourse = { check: 'links', segments: [{ from: 0, to: 1_500, state: 'up' }] };
  const states = (list: readonly CheckCourse[], at: number) => assess(span, list, at).state;
  expect(assess(undefined, [held], 1_500).state).toBe('not begun');
  expect(states([held], BEGIN - 1)).toBe('not begun');
  expect(states([held], BEGIN)).toBe('so far');
  expect(states([held], END - 1)).toBe('so far');
  expect(states([held], END)).toBe('passed');
  expect(states([held, gap], END)).toBe('not proved');
  expect(assess(span, [held, gap], END).checks.map(({ state }) => state)).toEqual(['held', 'unknown']);
  expect(assess({ from: BEGIN }, [held], 9_000_000).state).toBe('so far');
  // What failed before the phase, and is over when it begins, is none of its failures.
  const before: CheckCourse = { ...held, segments: [...held.segments, { from: 500, to: BEGIN, state: 'down' }] };
  expect(states([before], END)).toBe('passed');
  expect(states([{ ...held, segments: [{ from: 500, to: BEGIN + 1, state: 'down' }] }], END)).toBe('failed');
});
