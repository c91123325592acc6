import type { ChartLine } from './chart-lines.ts';
import { LineSample } from './line-sample.tsx';
import { LINES_AT_ONCE } from './line-style.ts';
import classes from './time-chart.module.css';

interface LegendProps {
  readonly lines: readonly ChartLine[];
  readonly shown: readonly ChartLine[];
  readonly onToggle: (key: string) => void;
}

/** The lines of a chart as buttons that show and hide them; those that are hidden come last. */
export function Legend({ lines, shown, onToggle }: LegendProps) {
  if (lines.length < 2) return null;
  const hidden = lines.filter((line) => !shown.includes(line));
  return (
    <fieldset className={classes.legend}>
      <legend className="wb-spoken">Groups in the chart, at most {LINES_AT_ONCE} at once</legend>
      {shown.map((line, place) => (
        <button key={line.key} type="button" aria-pressed="true" onClick={() => onToggle(line.key)}>
          <LineSample place={place} />
          {line.name}
        </button>
      ))}
      {hidden.slice(0, LINES_AT_ONCE).map((line) => (
        <button key={line.key} type="button" aria-pressed="false" onClick={() => onToggle(line.key)}>
          {line.name}
        </button>
      ))}
      {hidden.length > LINES_AT_ONCE ? (
        <span className={classes.readoutQuiet}>{hidden.length - LINES_AT_ONCE} more in the table below</span>
      ) : null}
    </fieldset>
  );
}
