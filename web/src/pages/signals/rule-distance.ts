import type { Evidence } from '#core/model.ts';
import { formatCount, formatFigureText } from '../../format/numbers.ts';

/** How a test of a rule stands, for people. */
export interface Distance {
  /** `error_rate > 5%`. */
  readonly text: string;
  readonly met: boolean | undefined;
  /** `0.2% of 1,310`, or why there is no value. */
  readonly now: string;
  /** `4.8 points away`; undefined when it is met or cannot be told. */
  readonly away: string | undefined;
}

/** How far a test is from what it asks for. */
export function distanceOf({ text, truth, reading, against, unit }: Evidence): Distance {
  const met = truth === 'unknown' ? undefined : truth === 'true';
  const base = { text, met };
  if (reading.state === 'no data') return { ...base, now: 'no data', away: undefined };
  const value = formatFigureText(reading.value, unit);
  if (reading.state === 'too few') {
    const count = `${formatCount(reading.sampleSize)} of ${formatCount(reading.needed)}`;
    return {
      ...base,
      now: `too few: ${count}`,
      away: `${formatCount(reading.needed - reading.sampleSize)} more needed`,
    };
  }
  const now = reading.sampleSize > 0 ? `${value}, n ${formatCount(reading.sampleSize)}` : value;
  const [nearest] = [...against].sort(
    (left, right) => Math.abs(left - reading.value) - Math.abs(right - reading.value),
  );
  if (met !== false || nearest === undefined) return { ...base, now, away: undefined };
  return { ...base, now, away: `${differenceText(Math.abs(nearest - reading.value), unit)} away` };
}

/** A difference of shares is in points: 5% less 4% is no percentage of anything. */
function differenceText(difference: number, unit: string): string {
  if (unit === '%' || unit === 'fraction') return `${formatFigureText(difference * 100, '')} points`;
  return formatFigureText(difference, unit);
}
