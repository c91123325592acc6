import { bandText } from '../kit/bands.ts';
import type { Drawing } from './chart-option.ts';
import type { PhaseMark } from './phase-marks.ts';
import { plotWidth, spreadLabels, xOf, yOf } from './plot-box.ts';
import classes from './time-chart.module.css';

const LABEL_HEIGHT = 17;
/** A word needs this many pixels. */
const WORD_WIDTH = 64;

const bandNames = ['target', 'warning', 'critical'] as const;

/** The thresholds in words, at the right end of their lines: those of the last stretch that is drawn. */
export function ThresholdWords({ drawing }: { readonly drawing: Drawing }) {
  const { scale, box, unit, bands } = drawing;
  const last = bands.at(-1)?.bands;
  if (last === undefined) return null;
  const words = bandNames.flatMap((name) => {
    const test = last[name];
    if (test === undefined || test === 'unset') return [];
    const edge = test.value ?? test.high ?? test.low;
    if (edge === undefined || edge < scale.low || edge > scale.high) return [];
    const tone = name === 'target' ? 'good' : name;
    return [{ name, text: `${name} ${bandText(test, unit)}`, y: yOf(edge, scale, box), tone }];
  });
  const placed = spreadLabels(
    words.map(({ y }) => y - LABEL_HEIGHT),
    LABEL_HEIGHT,
    box.top,
    box.height - box.bottom - LABEL_HEIGHT,
  );
  return words.map(({ name, text, tone }, index) => (
    <span
      key={name}
      className={classes.threshold}
      data-tone={tone}
      style={{ top: placed[index], right: box.right + 6 }}
    >
      {text}
    </span>
  ));
}

/** Why there is nothing, where there is room for the word. */
export function GapWords({ drawing }: { readonly drawing: Drawing }) {
  const { gaps, range, box } = drawing;
  return gaps.map(({ from, to, state }) => {
    const left = Math.max(box.left, xOf(from, range, box));
    const right = Math.min(box.left + plotWidth(box), xOf(to, range, box));
    if (right - left < WORD_WIDTH) return null;
    return (
      <span key={from} className={classes.gapWord} style={{ left, width: right - left, bottom: box.bottom + 6 }}>
        {state}
      </span>
    );
  });
}

export function NowWord({ drawing }: { readonly drawing: Drawing }) {
  const { now, range, box } = drawing;
  if (now < range.from || now > range.to) return null;
  return (
    <span className={classes.nowWord} style={{ right: box.width - xOf(now, range, box) + 4, bottom: box.bottom + 4 }}>
      now
    </span>
  );
}

/** Names of phases above the plot, each where it begins, as far as there is room. */
export function PhaseNames({ marks, drawing }: { readonly marks: readonly PhaseMark[]; readonly drawing: Drawing }) {
  const { range, box } = drawing;
  return (
    <div className={classes.phases}>
      {marks.map(({ at, name, boundary }, index) => {
        const left = xOf(at, range, box);
        const next = marks[index + 1];
        const end = next === undefined ? box.left + plotWidth(box) : xOf(next.at, range, box);
        if (end - left < 24) return null;
        return (
          <span
            key={`${name}${at}`}
            className={classes.phase}
            data-boundary={boundary ? '' : undefined}
            title={name}
            style={{ left, maxWidth: end - left }}
          >
            {name}
          </span>
        );
      })}
    </div>
  );
}
