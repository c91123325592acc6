import type { BandsAnswer } from '#contract/overview.ts';
import { formatFigureText } from '../format/numbers.ts';
import classes from './band-bar.module.css';
import { bandStretches, bandText } from './bands.ts';
import { toneColor } from './tone.ts';

interface BandBarProps {
  readonly bands: BandsAnswer;
  readonly value: number | undefined;
  readonly unit: string;
  /** Ends of the scale; they should hold the value and all edges of the bands. */
  readonly low: number;
  readonly high: number;
}

/** Where a value stands between its bands: a bar in their colours and a needle. Words stand beside it. */
export function BandBar({ bands, value, unit, low, high }: BandBarProps) {
  const span = high - low || 1;
  const place = (at: number): number => ((Math.min(high, Math.max(low, at)) - low) / span) * 100;
  const words = [
    value === undefined ? 'no value' : formatFigureText(value, unit),
    bands.target === undefined || bands.target === 'unset' ? undefined : `target ${bandText(bands.target, unit)}`,
    bands.warning === undefined ? undefined : `warning ${bandText(bands.warning, unit)}`,
    bands.critical === undefined ? undefined : `critical ${bandText(bands.critical, unit)}`,
  ].filter((word) => word !== undefined);
  return (
    <svg
      className={classes.bar}
      viewBox="0 0 100 10"
      preserveAspectRatio="none"
      role="img"
      aria-label={words.join(', ')}
    >
      {bandStretches(bands, low, high).map(({ from, to, tone }) => (
        <rect
          key={from}
          x={place(from)}
          width={place(to) - place(from)}
          y={3}
          height={4}
          fill={toneColor(tone)}
          className={classes.stretch}
        />
      ))}
      {value === undefined ? null : <path className={classes.needle} d={`M${place(value)} 0V10`} />}
    </svg>
  );
}
