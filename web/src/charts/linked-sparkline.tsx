import { memo, type PointerEvent } from 'react';
import { formatFigureText } from '../format/numbers.ts';
import { formatMoment } from '../format/times.ts';
import { Sparkline } from '../kit/sparkline.tsx';
import type { SparkPoint } from '../kit/sparkline-path.ts';
import { useCursor, useSetCursor } from './cursor.tsx';
import classes from './linked-sparkline.module.css';
import type { Stretch } from './time-range.ts';

interface LinkedSparklineProps {
  readonly points: readonly SparkPoint[];
  readonly range: Stretch;
  readonly target: number | undefined;
  readonly unit: string;
  readonly marks?: readonly number[];
  readonly label: string;
}

/** A sparkline with the cursor that all charts of the page share, and the value below it. */
export function LinkedSparkline({ points, range, target, unit, marks, label }: LinkedSparklineProps) {
  const setCursor = useSetCursor();
  function point(event: PointerEvent): void {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    setCursor(range.from + ((event.clientX - left) / width) * (range.to - range.from));
  }
  return (
    <div className={classes.box} onPointerMove={point} onPointerLeave={() => setCursor(undefined)}>
      <Sparkline points={points} from={range.from} to={range.to} target={target} marks={marks} label={label} />
      <SparkCursor points={points} range={range} unit={unit} />
    </div>
  );
}

/** The only part that follows the cursor: the line itself is not drawn again. */
const SparkCursor = memo(function SparkCursor(props: Pick<LinkedSparklineProps, 'points' | 'range' | 'unit'>) {
  const { points, range, unit } = props;
  const at = useCursor();
  if (at === undefined || at < range.from || at > range.to) return null;
  const part = (at - range.from) / (range.to - range.from);
  let nearest: SparkPoint | undefined;
  for (const point of points) {
    if (nearest === undefined || Math.abs(point.at - at) < Math.abs(nearest.at - at)) nearest = point;
  }
  const near = nearest !== undefined && Math.abs(nearest.at - at) < (range.to - range.from) / 30;
  const text = near && nearest?.value !== undefined ? formatFigureText(nearest.value, unit) : 'no value';
  return (
    <>
      <span className={classes.cursor} style={{ left: `${part * 100}%` }} />
      <span
        className={classes.value}
        style={part > 0.5 ? { right: `${(1 - part) * 100}%` } : { left: `${part * 100}%` }}
        aria-hidden="true"
      >
        {text}
        <span className={classes.time}> {formatMoment(at, range.to)}</span>
      </span>
    </>
  );
});
