import type { ChartGap, ChartLine } from './chart-lines.ts';

/** Stretches in which none of the lines has a value; of one line, all of its gaps. */
export function commonGaps(lines: readonly ChartLine[]): readonly ChartGap[] {
  const [first, ...others] = lines;
  if (first === undefined) return [];
  return others.reduce<readonly ChartGap[]>(
    (gaps, { gaps: own }) => gaps.flatMap((gap) => overlaps(gap, own)),
    first.gaps,
  );
}

function overlaps(gap: ChartGap, others: readonly ChartGap[]): readonly ChartGap[] {
  return others.flatMap((other) => {
    const from = Math.max(gap.from, other.from);
    const to = Math.min(gap.to, other.to);
    return from < to ? [{ ...gap, from, to }] : [];
  });
}
