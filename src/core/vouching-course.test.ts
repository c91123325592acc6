import { expect, it } from 'vitest';
import { comparisonCourse, reviewCourse, unsaidIn } from './vouching-course.ts';

const range = { from: 100, to: 200 };
const down = (from: number, to: number) => ({ from, to, state: 'down' });
const failures = (course: readonly { readonly state: string }[]) => course.filter(({ state }) => state === 'down');

it('a sample is a failure from when it was found wrong until that was settled', () => {
  const course = (state: 'right' | 'wrong' | 'settled', at: number, wrongAt?: number) =>
    failures(reviewCourse([{ state, at, ...(wrongAt === undefined ? {} : { wrongAt }) }], true, range));
  expect(course('right', 150)).toEqual([]);
  expect(course('wrong', 170, 150)).toEqual([down(150, 200)]);
  expect(course('settled', 190, 150)).toEqual([down(150, 190)]);
  // What is said after the time counts at its end.
  expect(course('settled', 290, 250)).toEqual([down(199, 200)]);
});

it('lists are known of the time that they are of', () => {
  const made = (at: number, from: number, to: number, differences = 0) =>
    ({ kind: 'comparison-made', at, body: { from, to, differences } }) as const;
  const first = made(140, 100, 140);
  expect(unsaidIn(comparisonCourse([], range), range)).toEqual([range]);
  expect(unsaidIn(comparisonCourse([first], range), range)).toEqual([{ from: 140, to: 200 }]);
  expect(unsaidIn(comparisonCourse([first, made(250, 140, 200)], range), range)).toEqual([]);
  // A list of another time proves nothing of this one, and fails nothing of it.
  const other = comparisonCourse([made(250, 200, 250, 2)], range);
  expect([unsaidIn(other, range), failures(other)]).toEqual([[range], []]);
  const differing = [made(150, 100, 150, 2), { ...made(160, 150, 160), kind: 'comparison-settled' }] as const;
  expect(failures(comparisonCourse(differing, range))).toEqual([down(150, 160)]);
  const open = { from: 100, to: 150, differences: 2 };
  const later = { ...made(160, 150, 160), body: { from: 150, to: 160, differences: 2, open: [open] } };
  expect(failures(comparisonCourse([later], range))).toEqual([down(160, 200)]);
  expect(failures(comparisonCourse([later], { from: 150, to: 300 }))).toEqual([]);
  // Stored before it was kept what time a list is of.
  const old = comparisonCourse([{ kind: 'comparison-made', at: 150, body: { differences: 2 } }], range);
  expect([unsaidIn(old, range), failures(old)]).toEqual([[], [down(150, 200)]]);
});
