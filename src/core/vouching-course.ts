import type { Instant } from '#kernel/instant.ts';
import type { Segment } from '#plan/availability.ts';
import type { Stretch } from '#plan/maintenance.ts';
import type { Fact } from './model.ts';
import type { Sample } from './vouched.ts';

/**
 * How a review of data of a time stands: known once somebody has judged all of its samples, down from when one was found wrong until that was
 * settled. What is said after the time, which is of its data all the same, counts at its end.
 */
export function reviewCourse(
  samples: readonly Pick<Sample, 'state' | 'at'>[],
  isJudged: boolean,
  range: Stretch,
): readonly Segment[] {
  const wrong = samples.filter(({ state }) => state !== 'right');
  return [
    { ...range, state: isJudged ? 'up' : 'unknown' },
    ...wrong.map(({ state, at }) => failure(range, at, state === 'wrong' ? range.to : at)),
  ];
}

/** The same of a comparison, from the facts about it since the time began: known once a list was compared, down while one differs. */
export function comparisonCourse(
  facts: readonly Pick<Fact, 'kind' | 'at' | 'body'>[],
  range: Stretch,
): readonly Segment[] {
  const said = facts.filter(({ kind }) => SAID.has(kind));
  return [
    { ...range, state: said.some(({ kind }) => kind === 'comparison-made') ? 'up' : 'unknown' },
    ...said.flatMap(({ kind, at, body }, index) =>
      kind === 'comparison-made' && Number(body['differences']) > 0
        ? [failure(range, at, said[index + 1]?.at ?? range.to)]
        : [],
    ),
  ];
}

/** Whether people have said all that they were asked; of a course that there is none of they have not. */
export function isVouched(course: readonly Segment[] | undefined): boolean {
  return course?.some(({ state }) => state === 'up') === true;
}

const SAID: ReadonlySet<Fact['kind']> = new Set(['comparison-made', 'comparison-settled', 'comparison-not-applicable']);

/** Never outside of the range, so that it is none of another time. */
function failure({ from, to }: Stretch, at: Instant, until: Instant): Segment {
  const begin = Math.min(Math.max(at, from), to - 1);
  return { from: begin, to: Math.min(Math.max(until, begin), to), state: 'down' };
}
