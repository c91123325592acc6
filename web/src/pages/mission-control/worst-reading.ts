import type { LiveReading } from '#contract/live.ts';
import { figureWeight } from '../../kit/tone.ts';

/** The reading of a signal's groups that stands worst; of equals the one with the most samples. Undefined without readings. */
export function worstReading(readings: readonly LiveReading[]): LiveReading | undefined {
  let worst: LiveReading | undefined;
  for (const reading of readings) {
    if (worst === undefined) worst = reading;
    const difference = figureWeight(reading.state) - figureWeight(worst.state);
    if (difference > 0 || (difference === 0 && reading.sampleSize > worst.sampleSize)) worst = reading;
  }
  return worst;
}

/** All readings of a signal, the worst first. */
export function worstFirst(readings: readonly LiveReading[]): readonly LiveReading[] {
  return [...readings].sort(
    (left, right) => figureWeight(right.state) - figureWeight(left.state) || right.sampleSize - left.sampleSize,
  );
}
