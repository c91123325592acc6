import type { LiveReading } from '#contract/live.ts';
import type { SignalAnswer } from '#contract/overview.ts';
import { figureWeight } from '../../kit/tone.ts';

type Worse = SignalAnswer['worse'];

/**
 * The reading of a signal's groups that stands worst: by its state, then by its value when it is known which values are worse; of equals the
 * one with the most samples. Undefined without readings.
 */
export function worstReading(readings: readonly LiveReading[], worse?: Worse): LiveReading | undefined {
  let worst: LiveReading | undefined;
  for (const reading of readings) {
    if (worst === undefined || compare(reading, worst, worse) < 0) worst = reading;
  }
  return worst;
}

/** All readings of a signal, the worst first. */
export function worstFirst(readings: readonly LiveReading[], worse?: Worse): readonly LiveReading[] {
  return readings.toSorted((left, right) => compare(left, right, worse));
}

/** What the group that is shown for all is among them: `busiest` when no state and no value says which stands worse. */
export function rankWord(readings: readonly LiveReading[], worse: Worse): 'worst' | 'busiest' {
  return worse !== undefined || readings.some(({ state }) => state !== readings[0]?.state) ? 'worst' : 'busiest';
}

/** Below 0 when the left one stands worse. */
function compare(left: LiveReading, right: LiveReading, worse: Worse): number {
  return (
    figureWeight(right.state) - figureWeight(left.state) ||
    badness(right, worse) - badness(left, worse) ||
    right.sampleSize - left.sampleSize
  );
}

/** The larger, the worse; what has no value is least. */
function badness({ value }: LiveReading, worse: Worse): number {
  if (worse === undefined) return 0;
  if (value === undefined) return -Number.MAX_VALUE;
  return worse === 'higher' ? value : -value;
}
