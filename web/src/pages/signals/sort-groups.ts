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
  const name = ({ group }: LiveReading): string => group.join(' ');
  const byName = (left: LiveReading, right: LiveReading): number =>
    name(left).localeCompare(name(right), undefined, { numeric: true });
  return [...readings].sort((left, right) => {
    switch (column) {
      case 'group':
        return sign * byName(left, right);
      case 'state':
        return sign * (figureWeight(right.state) - figureWeight(left.state)) || byName(left, right);
      case 'value': {
        if (left.value === undefined || right.value === undefined) {
          return Number(left.value === undefined) - Number(right.value === undefined) || byName(left, right);
        }
        return sign * (right.value - left.value) || byName(left, right);
      }
      case 'samples':
        return sign * (right.sampleSize - left.sampleSize) || byName(left, right);
      case 'since':
        return sign * right.since.localeCompare(left.since) || byName(left, right);
    }
  });
}
