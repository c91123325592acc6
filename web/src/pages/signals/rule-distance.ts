import type { Evidence } from '#core/model.ts';
import { formatCount, formatFigureText } from '../../format/numbers.ts';

/** How a test of a rule stands, for people. */
export interface Distance {
  /** `error_rate > 5%`. */
  readonly text: string;
  readonly met: boolean | undefined;
  /** `0.2%`, or why there is no value. */
  readonly value: string;
  /** `n 1,310`; undefined where it says nothing. */
  readonly samples: string | undefined;
  /** `4.8 points away`; undefined when it is met or cannot be told. */
  readonly away: string | undefined;
}

/** How far a test is from what it asks for. */
export function distanceOf({ text, truth, reading, against, unit }: Evidence): Distance {
  const met = truth === 'unknown' ? undefined : truth === 'true';
  const base = { text, met };
  if (reading.state === 'no data') return { ...base, value: 'no data', samples: undefined, away: undefined };
  if (reading.state === 'too few') {
    const samples = `${formatCount(reading.sampleSize)} of ${formatCount(reading.needed)}`;
    const away = `${formatCount(reading.needed - reading.sampleSize)} more needed`;
    return { ...base, value: 'too few', samples, away };
  }
  const value = formatFigureText(reading.value, unit);
  const samples = reading.sampleSize > 0 ? `n ${formatCount(reading.sampleSize)}` : undefined;
  const distances = against.map((limit) => Math.abs(limit - reading.value));
  const away = met !== false || distances.length === 0 ? undefined : Math.min(...distances);
  return { ...base, value, samples, away: away === undefined ? undefined : `${differenceText(away, unit)} away` };
}

/** A difference of shares is in points: 5% less 4% is no percentage of anything. */
function differenceText(difference: number, unit: string): string {
  if (unit === '%' || unit === 'fraction') return `${formatFigureText(difference * 100, '')} points`;
  return formatFigureText(difference, unit);
}
