import { formatFigureText } from '../format/numbers.ts';
import { bandText } from '../kit/bands.ts';
import type { Drawing } from './chart-option.ts';
import type { PhaseMark } from './phase-marks.ts';
import { plotWidth, spreadLabels, xOf, yOf } from './plot-box.ts';
import classes from './time-chart.module.css';

const LABEL_HEIGHT = 17;
/** A word needs this many pixels. */
const WORD_WIDTH = 64;

/** Left free for the word at the right end. */
const NOW_WIDTH = 36;

const bandNames = ['target', 'warning', 'critical'] as const;

/** The thresholds in words, at the right end of their lines: those of the last stretch that is drawn, and where a rule fires. */
export function ThresholdWords({ drawing }: { readonly drawing: Drawing }) {
  const { scale, box, unit, bands, limits } = drawing;
  const last = bands.at(-1)?.bands;
  const words = [
    ...bandNames.flatMap((name) => {
      const test = last?.[name];
      if (test === undefined || test === 'unset') return [];
      const edge = test.value ?? test.high ?? test.low;
      return [{ text: `${name} ${bandText(test, unit)}`, edge, tone: name === 'target' ? 'good' : name }];
    }),
    ...limits.map(({ value, operator }) => ({
      text: `fires ${operator} ${formatFigureText(value, unit)}`,
      edge: value,
      tone: 'critical',
    })),
  ].filter(({ edge }) => edge !== undefined && edge >= scale.low && edge <= scale.high);
  const placed = spreadLabels(
    words.map(({ edge }) => yOf(edge ?? 0, scale, box) - LABEL_HEIGHT),
    LABEL_HEIGHT,
    box.top,
    box.height - box.bottom - LABEL_HEIGHT,
  );
  return words.map(({ text, tone }, index) => (
    <span
      key={text}
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

/** Names of phases above the plot, each where it begins, as far as there is room; and now. */
export function PhaseNames({ marks, drawing }: { readonly marks: readonly PhaseMark[]; readonly drawing: Drawing }) {
  const { range, box, now } = drawing;
  return (
    <div className={classes.phases}>
      {marks.map(({ at, name, boundary }, index) => {
        const left = xOf(at, range, box);
        const next = marks[index + 1];
        const end = next === undefined ? box.left + plotWidth(box) - NOW_WIDTH : xOf(next.at, range, box);
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
      {now < range.from || now > range.to ? null : (
        <span className={classes.nowWord} style={{ right: box.width - xOf(now, range, box) - 12 }}>
          now
        </span>
      )}
    </div>
  );
}
