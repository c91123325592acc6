import type { ErrorGroupAnswer } from '#contract/errors.ts';
import { formatCount, plural } from '../../format/numbers.ts';
import { formatMoment } from '../../format/times.ts';
import classes from './errors.module.css';

interface TrendProps {
  readonly trend: ErrorGroupAnswer['trend'];
  readonly height: number;
  /** Instants to mark: deployments. */
  readonly marks?: readonly { readonly at: number; readonly name: string }[];
}

const BAR = 10;
const GAP = 2;

/** Errors by step, as bars; where something was deployed, a line. */
export function Trend({ trend, height, marks = [] }: TrendProps) {
  const { counts, stepMs } = trend;
  const start = Date.parse(trend.start);
  const most = Math.max(1, ...counts);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const width = counts.length * BAR;
  const peak = counts.indexOf(most);
  const end = start + counts.length * stepMs;
  const inside = marks.filter(({ at }) => at >= start && at <= end);
  const label =
    total === 0
      ? 'No errors in this time'
      : `${plural(total, 'error')}, the most ${formatCount(most)} about ${formatMoment(start + peak * stepMs, end)}`;
  const deployed =
    inside.length === 0
      ? ''
      : `; deployed: ${inside.map(({ at, name }) => `${name} ${formatMoment(at, end)}`).join(', ')}`;
  return (
    <svg
      className={classes.trend}
      viewBox={`0 0 ${width} ${height}`}
      height={height}
      preserveAspectRatio="none"
      role="img"
      aria-label={label + deployed}
    >
      <path className={classes.base} d={`M0 ${height - 0.5}H${width}`} />
      {counts.map((count, index) =>
        count === 0 ? null : (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place in time
            key={index}
            className={classes.bar}
            x={index * BAR + GAP / 2}
            width={BAR - GAP}
            y={height - Math.max(2, (count / most) * (height - 2))}
            height={Math.max(2, (count / most) * (height - 2))}
          >
            <title>{`${plural(count, 'error')} from ${formatMoment(start + index * stepMs, end)}`}</title>
          </rect>
        ),
      )}
      {inside.map(({ at, name }) => (
        <path
          key={`${at} ${name}`}
          className={classes.mark}
          d={`M${((at - start) / (end - start)) * width} 0V${height}`}
        >
          <title>{`${name}, ${formatMoment(at, end)}`}</title>
        </path>
      ))}
    </svg>
  );
}
