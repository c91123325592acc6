import { formatCount, formatFigureText } from '../format/numbers.ts';
import { formatDayTime, formatTimeExact } from '../format/times.ts';
import { type ChartLine, type ChartSeries, gapAt, pointAt } from './chart-lines.ts';
import classes from './time-chart.module.css';
import type { Stretch } from './time-range.ts';

/** More rows than this nobody reads; a shorter range shows the rest. */
const ROWS = 400;

interface ChartTableProps {
  readonly series: ChartSeries;
  readonly lines: readonly ChartLine[];
  readonly range: Stretch;
}

/** What the chart draws as a table, newest first. */
export function ChartTable({ series, lines, range }: ChartTableProps) {
  const instants = [...new Set(lines.flatMap(({ points }) => points.map(({ at }) => at)))]
    .filter((at) => at >= range.from && at <= range.to)
    .sort((left, right) => right - left);
  const write = range.to - range.from > 86_400_000 ? formatDayTime : formatTimeExact;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section className={classes.tableBox} tabIndex={0} aria-label={`Values of ${series.signal}`}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {lines.map(({ key, name }) => (
              <th key={key} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {instants.slice(0, ROWS).map((at) => (
            <tr key={at}>
              <th scope="row">{write(at)}</th>
              {lines.map((line) => (
                <td key={line.key}>{cellText(series, line, at)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {instants.length > ROWS ? (
        <p className={classes.tableMore}>
          {formatCount(instants.length - ROWS)} earlier rows: take a shorter range to see them.
        </p>
      ) : null}
    </section>
  );
}

function cellText(series: ChartSeries, line: ChartLine, at: number): string {
  const point = pointAt(line, at, series.stepMs);
  if (point === undefined || point.at !== at) return '';
  const samples = point.sampleSize === undefined ? '' : `, n ${formatCount(point.sampleSize)}`;
  if (point.value === undefined) return `${gapAt(line, at - 1)?.state ?? 'no value'}${samples}`;
  return `${formatFigureText(point.value, series.unit)}${samples}`;
}
