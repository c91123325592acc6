import { limits } from '#kernel/limits.ts';
import type { Command } from './commands.ts';
import type { ComparisonResult, OpenList } from './vouched.ts';

/** Lists that differ and stay open beside a new one, since it is not of all of their time. The latest first. */
export function openBeside(
  before: ComparisonResult | undefined,
  { from, to }: Pick<Command<'compare'>, 'from' | 'to'>,
): readonly OpenList[] {
  if (from === undefined || to === undefined) return [];
  const open = openOf(before).filter((list) => list.from < from || list.to > to);
  return named(bounded(open));
}

/** What differs in the latest list itself. */
export function ownDifferences({
  differences = 0,
  open = [],
}: Partial<Pick<ComparisonResult, 'differences' | 'open'>>): number {
  return open.reduce((left, list) => left - list.differences, differences);
}

function openOf(before: ComparisonResult | undefined): readonly OpenList[] {
  if (before?.state !== 'different') return [];
  const { from, to, examples, by, at, open = [] } = before;
  const differences = ownDifferences(before);
  // Of a row that does not say what time it is of, any list takes the place.
  if (differences === 0 || from === undefined || to === undefined) return open;
  return [{ from, to, differences, examples, by, at }, ...open];
}

/** The oldest are one list of all of their time where there are too many. */
function bounded(open: readonly OpenList[]): readonly OpenList[] {
  const kept = open.slice(0, limits.comparisonListsOpen - 1);
  const oldest = open.slice(limits.comparisonListsOpen - 1);
  const [first] = oldest;
  if (first === undefined) return open;
  const one: OpenList = {
    ...first,
    from: Math.min(...oldest.map(({ from }) => from)),
    to: Math.max(...oldest.map(({ to }) => to)),
    differences: oldest.reduce((sum, { differences }) => sum + differences, 0),
    examples: oldest.flatMap(({ examples }) => examples),
  };
  return [...kept, one];
}

function named(open: readonly OpenList[]): readonly OpenList[] {
  let left: number = limits.differencesNamed;
  return open.map((list) => {
    const examples = list.examples.slice(0, left);
    left -= examples.length;
    return { ...list, examples };
  });
}
