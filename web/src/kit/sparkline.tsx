import { memo } from 'react';
import classes from './sparkline.module.css';
import { type SparkPoint, sparkPath, sparkScale } from './sparkline-path.ts';

interface SparklineProps {
  readonly points: readonly SparkPoint[];
  readonly from: number;
  readonly to: number;
  /** Drawn as a dashed line when it is near enough. */
  readonly target?: number | undefined;
  /** Instants to mark, such as those of deployments. */
  readonly marks?: readonly number[] | undefined;
  /** What it shows, for screen readers; the figures stand beside it. */
  readonly label: string;
  readonly width?: number;
  readonly height?: number;
}

const INSET = 2;

/** The recent course of a figure, small enough for a line of text. */
export const Sparkline = memo(function Sparkline(props: SparklineProps) {
  const { points, from, to, target, marks = [], label, width = 120, height = 28 } = props;
  const scale = sparkScale(points, target);
  const inner = height - 2 * INSET;
  return (
    <svg
      className={classes.spark}
      viewBox={`0 ${-INSET} ${width} ${height}`}
      height={height}
      preserveAspectRatio="none"
      role="img"
      aria-label={scale === undefined ? `${label}: no figures yet` : label}
    >
      {scale === undefined ? (
        <path className={classes.empty} d={`M0 ${inner}H${width}`} />
      ) : (
        <>
          {target !== undefined && target >= scale.low && target <= scale.high ? (
            <path
              className={classes.target}
              d={`M0 ${inner - ((target - scale.low) / (scale.high - scale.low)) * inner}H${width}`}
            />
          ) : null}
          {marks
            .filter((at) => at >= from && at <= to)
            .map((at) => (
              <path key={at} className={classes.mark} d={`M${((at - from) / (to - from)) * width} 0V${inner}`} />
            ))}
          <path className={classes.line} d={sparkPath(points, scale, { from, to, width, height: inner })} />
        </>
      )}
    </svg>
  );
});
