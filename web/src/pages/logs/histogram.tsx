import { type KeyboardEvent, type PointerEvent, useState } from 'react';
import type { LogSummaryAnswer } from '#contract/logs.ts';
import type { Stretch } from '../../charts/time-range.ts';
import { formatCount, plural } from '../../format/numbers.ts';
import { formatMomentExact, formatSpan } from '../../format/times.ts';
import { toneColor } from '../../kit/tone.ts';
import { useWidth } from '../../kit/use-width.ts';
import { levelTone } from './log-line.ts';
import classes from './logs.module.css';

const HEIGHT = 96;

interface HistogramProps {
  readonly summary: LogSummaryAnswer;
  readonly now: number;
  readonly onNarrow: (stretch: Stretch) => void;
}

/** Lines over time by level. Dragging over it narrows the range; so does Enter on the step that the arrow keys have come to. */
export function Histogram({ summary, now, onNarrow }: HistogramProps) {
  const { ref, width } = useWidth();
  const [drag, setDrag] = useState<{ readonly from: number; readonly to: number }>();
  const [place, setPlace] = useState<number>();
  const start = Date.parse(summary.start);
  const steps = summary.levels[0]?.counts.length ?? 0;
  const totals = Array.from({ length: steps }, (_, step) =>
    summary.levels.reduce((sum, { counts }) => sum + (counts[step] ?? 0), 0),
  );
  const most = Math.max(1, ...totals);
  const bar = steps === 0 ? 0 : width / steps;
  // What is bad stands at the bottom, where its height can be compared.
  const levels = summary.levels.toSorted((left, right) => weight(right.level) - weight(left.level));
  const stepAt = (event: PointerEvent<HTMLElement>): number => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.min(steps - 1, Math.max(0, Math.floor((event.clientX - box.left) / bar)));
  };
  const narrow = (from: number, to: number): void =>
    onNarrow({
      from: start + Math.min(from, to) * summary.stepMs,
      to: start + (Math.max(from, to) + 1) * summary.stepMs,
    });
  const pressed = (event: KeyboardEvent): void => {
    const here = place ?? steps - 1;
    if (event.key === 'ArrowLeft') setPlace(Math.max(0, here - 1));
    else if (event.key === 'ArrowRight') setPlace(Math.min(steps - 1, here + 1));
    else if (event.key === 'Enter') narrow(here, here);
    else return;
    event.preventDefault();
  };
  const words = (step: number): string =>
    `${formatMomentExact(start + step * summary.stepMs, now)}, ${formatSpan(summary.stepMs)}: ${plural(totals[step] ?? 0, 'line')}`;
  const shown = drag === undefined ? place : undefined;
  return (
    <figure className={classes.histogram}>
      <div
        ref={ref}
        role="slider"
        tabIndex={0}
        aria-label="Lines over time; Enter narrows to the chosen step"
        aria-valuemin={0}
        aria-valuemax={Math.max(0, steps - 1)}
        aria-valuenow={place ?? Math.max(0, steps - 1)}
        aria-valuetext={words(place ?? Math.max(0, steps - 1))}
        className={classes.bars}
        onKeyDown={pressed}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          const step = stepAt(event);
          setDrag({ from: step, to: step });
        }}
        onPointerMove={(event) => {
          const step = stepAt(event);
          if (drag === undefined) setPlace(step);
          else setDrag({ ...drag, to: step });
        }}
        onPointerLeave={() => setPlace(undefined)}
        onPointerCancel={() => setDrag(undefined)}
        onPointerUp={() => {
          if (drag !== undefined) narrow(drag.from, drag.to);
          setDrag(undefined);
        }}
      >
        <svg width={width} height={HEIGHT} aria-hidden="true">
          {drag === undefined ? null : (
            <rect
              className={classes.brush}
              x={Math.min(drag.from, drag.to) * bar}
              width={(Math.abs(drag.to - drag.from) + 1) * bar}
              height={HEIGHT}
            />
          )}
          {shown === undefined ? null : (
            <rect className={classes.chosenStep} x={shown * bar} width={bar} height={HEIGHT} />
          )}
          {totals.map((total, step) => {
            if (total === 0) return null;
            let top = HEIGHT;
            return levels.map(({ level, counts }) => {
              const count = counts[step] ?? 0;
              if (count === 0) return null;
              const height = Math.max(1, (count / most) * (HEIGHT - 4));
              top -= height;
              return (
                <rect
                  // biome-ignore lint/suspicious/noArrayIndexKey: a step has no other name than its place
                  key={`${level} ${step}`}
                  x={step * bar + (bar > 4 ? 1 : 0)}
                  y={top}
                  width={Math.max(1, bar - (bar > 4 ? 2 : 0))}
                  height={height}
                  fill={fillOf(level)}
                />
              );
            });
          })}
        </svg>
      </div>
      <figcaption className={classes.histogramWords}>
        <span>{formatMomentExact(start, now)}</span>
        <span data-step-words="">
          {shown === undefined ? `most in ${formatSpan(summary.stepMs)}: ${formatCount(most)}` : words(shown)}
        </span>
        <span>{formatMomentExact(start + steps * summary.stepMs, now)}</span>
      </figcaption>
    </figure>
  );
}

function fillOf(level: string): string {
  const tone = levelTone(level);
  return tone === 'neutral' ? 'var(--wb-line-strong)' : toneColor(tone);
}

function weight(level: string): number {
  const tone = levelTone(level);
  return tone === 'critical' ? 2 : tone === 'warning' ? 1 : 0;
}
