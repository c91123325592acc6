import type { Instant } from '#kernel/instant.ts';
import type { Segment } from '#plan/availability.ts';
import { markStretches, mergeStretches, type Stretch } from '#plan/maintenance.ts';
import type { Fact } from './model.ts';
import { ownDifferences } from './open-lists.ts';
import type { ComparisonResult, Sample } from './vouched.ts';

/**
 * How a review of data of a time stands, of the samples of that time: known once somebody has judged all of them, down from when one was found
 * wrong until that was settled. What is said after the time, which is of its data all the same, counts at its end.
 */
export function reviewCourse(
  samples: readonly Pick<Sample, 'state' | 'at' | 'wrongAt'>[],
  isJudged: boolean,
  range: Stretch,
): readonly Segment[] {
  const wrong = samples.filter(({ state }) => state !== 'right');
  return [
    { ...range, state: isJudged ? 'up' : 'unknown' },
    ...wrong.map(({ state, at, wrongAt = at }) => failure(range, wrongAt, state === 'wrong' ? range.to : at)),
  ];
}

/**
 * The same of a comparison, from the facts about it since the time began: known as far as lists were of the time, down while one of them
 * differs. A list of which nobody kept what time it is of is of all of it.
 */
export function comparisonCourse(
  facts: readonly Pick<Fact, 'kind' | 'at' | 'body'>[],
  range: Stretch,
): readonly Segment[] {
  const said = facts.filter(({ kind }) => SAID.has(kind));
  const known = said.flatMap(({ kind, body }): Segment[] => {
    const list = kind === 'comparison-made' ? within(body, range) : undefined;
    return list === undefined ? [] : [{ ...list, state: 'up' }];
  });
  const failed = said.flatMap(({ kind, at, body }, index) =>
    kind === 'comparison-made' && differsIn(body, range) ? [failure(range, at, said[index + 1]?.at ?? range.to)] : [],
  );
  return [{ ...range, state: 'unknown' }, ...known, ...failed];
}

/** When people have not said all that they were asked; the whole time, of a course that there is none of. */
export function unsaidIn(course: readonly Segment[] = [], range: Stretch): readonly Stretch[] {
  const said = mergeStretches(course.filter(({ state }) => state === 'up'));
  const marked = markStretches([{ ...range, state: 'unknown' }], said, 'up');
  return marked.filter(({ state }) => state === 'unknown').map(({ from, to }) => ({ from, to }));
}

/** What the fact about a list says of it. */
type Listed = Partial<Pick<ComparisonResult, 'from' | 'to' | 'differences' | 'open'>>;

/** The part of a time that a list is of, if any. */
function within({ from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }: Listed, range: Stretch) {
  const part = { from: Math.max(from, range.from), to: Math.min(to, range.to) };
  return part.from < part.to ? part : undefined;
}

/** Whether the list, or one before it that nobody has settled, is of the time and differs. */
function differsIn(list: Listed, range: Stretch): boolean {
  return [{ ...list, differences: ownDifferences(list) }, ...(list.open ?? [])].some(
    (one) => one.differences > 0 && within(one, range) !== undefined,
  );
}

const SAID: ReadonlySet<Fact['kind']> = new Set(['comparison-made', 'comparison-settled', 'comparison-not-applicable']);

/** Never outside of the range, so that it is none of another time. */
function failure({ from, to }: Stretch, at: Instant, until: Instant): Segment {
  const begin = Math.min(Math.max(at, from), to - 1);
  return { from: begin, to: Math.min(Math.max(until, begin), to), state: 'down' };
}
