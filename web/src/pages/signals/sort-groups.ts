import type { LiveReading } from '#contract/live.ts';
import { figureWeight } from '../../kit/tone.ts';

export type GroupColumn = 'group' | 'state' | 'value' | 'samples' | 'since';

/** Groups in the order of a column: the worst, the largest, the newest first; names from A to Z. What has no value comes last either way. */
export function sortGroups(
  readings: readonly LiveReading[],
  column: GroupColumn,
  reversed: boolean,
): readonly LiveReading[] {
  const sign = reversed ? -1 : 1;
  const compare = comparisons[column];
  return [...readings].sort((left, right) => {
    const valued = column === 'value' ? Number(left.value === undefined) - Number(right.value === undefined) : 0;
    return valued || sign * compare(left, right) || byName(left, right);
  });
}

type Comparison = (left: LiveReading, right: LiveReading) => number;

const byName: Comparison = (left, right) =>
  left.group.join(' ').localeCompare(right.group.join(' '), undefined, { numeric: true });

const comparisons: Readonly<Record<GroupColumn, Comparison>> = {
  group: byName,
  state: (left, right) => figureWeight(right.state) - figureWeight(left.state),
  value: (left, right) => (right.value ?? 0) - (left.value ?? 0),
  samples: (left, right) => right.sampleSize - left.sampleSize,
  since: (left, right) => right.since.localeCompare(left.since),
};
