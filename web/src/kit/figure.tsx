import { memo } from 'react';
import { formatCount, formatFigure } from '../format/numbers.ts';
import classes from './figure.module.css';

interface FigureProps {
  /** In base units; undefined when there is none. */
  readonly value: number | undefined;
  readonly unit: string;
  readonly size?: 'small' | 'large';
  /** Set when the figure is not to be judged yet, e.g. with too few samples: it is shown, but quietly. */
  readonly tentative?: boolean;
}

/** A value with its unit. Never alone: put target, sample size and age beside it. */
export const Figure = memo(function Figure({ value, unit, size = 'small', tentative = false }: FigureProps) {
  if (value === undefined) {
    return (
      <span className={classes.figure} data-size={size} data-tentative="">
        <span aria-hidden="true">–</span>
        <span className="wb-spoken">no value</span>
      </span>
    );
  }
  const figure = formatFigure(value, unit);
  return (
    <span className={classes.figure} data-size={size} data-tentative={tentative ? '' : undefined} data-value={value}>
      {figure.number}
      {figure.unit === '' ? null : <span className={classes.unit}> {figure.unit}</span>}
    </span>
  );
});

/** `n 18,204`: how many samples a figure rests on. */
export function SampleSize({ count }: { readonly count: number }) {
  return (
    <span title={`Rests on ${formatCount(count)} samples`} className={classes.samples}>
      n {formatCount(count)}
    </span>
  );
}
