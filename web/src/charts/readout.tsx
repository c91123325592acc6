import type { FigureStateAnswer } from '#contract/live.ts';
import { formatCount, formatFigureText } from '../format/numbers.ts';
import { formatDayTime, formatTimeExact } from '../format/times.ts';
import { toneAt } from '../kit/bands.ts';
import { StateMark } from '../kit/state-mark.tsx';
import type { Tone } from '../kit/tone.ts';
import { bandsAt, type ChartLine, type ChartSeries, gapAt, pointAt } from './chart-lines.ts';
import type { Drawing } from './chart-option.ts';
import { LineSample } from './line-sample.tsx';
import { xOf } from './plot-box.ts';
import classes from './time-chart.module.css';

const DAY = 86_400_000;

const words: Partial<Record<Tone, FigureStateAnswer>> = {
  good: 'on target',
  off: 'off target',
  warning: 'warning',
  critical: 'critical',
};

interface ReadoutProps {
  readonly series: ChartSeries;
  readonly drawing: Drawing;
  readonly at: number;
  /** Everything where the pointer is; in the charts that follow it the value alone. */
  readonly whole: boolean;
}

/** What all lines say at the cursor. It stands on the side of the cursor that has more room. */
export function Readout({ series, drawing, at, whole }: ReadoutProps) {
  const { range, box, lines } = drawing;
  const x = xOf(at, range, box);
  const side = x > box.width / 2 ? { right: box.width - x + 10 } : { left: x + 10 };
  const nearest = lines.map((line) => pointAt(line, at, series.stepMs)?.at).find((time) => time !== undefined) ?? at;
  const time = range.to - range.from > DAY ? formatDayTime(nearest) : formatTimeExact(nearest);
  return (
    <div className={classes.readout} style={{ ...side, top: box.top + 4 }} aria-hidden="true">
      {whole ? <div className={classes.readoutTime}>{time}</div> : null}
      {lines.map((line, place) => (
        <LineReadout key={line.key} series={series} line={line} place={place} at={at} several={lines.length > 1} />
      ))}
      {lines.length === 0 ? <div>No group is shown.</div> : null}
    </div>
  );
}

interface LineReadoutProps {
  readonly series: ChartSeries;
  readonly line: ChartLine;
  readonly place: number;
  readonly at: number;
  readonly several: boolean;
}

function LineReadout({ series, line, place, at, several }: LineReadoutProps) {
  const point = pointAt(line, at, series.stepMs);
  const gap = gapAt(line, at);
  const bands = bandsAt(series.bands, at);
  const value = point?.value;
  const tone = value === undefined || bands === undefined ? undefined : toneAt(bands, value);
  const word = tone === undefined ? undefined : words[tone];
  const spread = point?.low !== undefined && point.high !== undefined && point.high > point.low;
  return (
    <div className={classes.readoutLine}>
      {several ? <LineSample place={place} /> : null}
      {several ? <span className={classes.readoutName}>{line.name}</span> : null}
      <strong>{value === undefined ? (gap?.state ?? 'no value') : formatFigureText(value, series.unit)}</strong>
      {tone === undefined || word === undefined ? null : <StateMark tone={tone} word={word} quiet={several} />}
      {spread && !several ? (
        <span className={classes.readoutQuiet}>
          {formatFigureText(point.low ?? 0, series.unit)} to {formatFigureText(point.high ?? 0, series.unit)}
        </span>
      ) : null}
      {point?.sampleSize === undefined ? null : (
        <span className={classes.readoutQuiet}>n {formatCount(point.sampleSize)}</span>
      )}
      {value === undefined && gap?.reason !== undefined ? (
        <span className={classes.readoutQuiet}>{gap.reason}</span>
      ) : null}
    </div>
  );
}
