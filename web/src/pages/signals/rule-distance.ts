import type { LiveReading } from '#contract/live.ts';
import type { Evidence } from '#core/model.ts';
import { sameGroup } from '../../api/live-state.ts';
import { formatAgainst, formatCount, formatFigureText } from '../../format/numbers.ts';

/** How a test of a rule stands, for people. */
export interface Distance {
  /** `error_rate > 5%`. */
  readonly text: string;
  readonly met: boolean | undefined;
  /** `0.2%`, or why there is no value; undefined where what it reads is not followed live. */
  readonly value: string | undefined;
  /** `n 1,310`; undefined where it says nothing. */
  readonly samples: string | undefined;
  /** `4.8 points away`; undefined when it is met or cannot be told. */
  readonly away: string | undefined;
}

/** The live reading that a test is about, in a group of the rule. */
export function liveReadingOf(
  evidence: Pick<Evidence, 'signals' | 'operator'> | undefined,
  group: readonly string[],
  signals: ReadonlyMap<string, readonly LiveReading[]>,
): LiveReading | undefined {
  // Only a signal that is compared as it is: `error_rate * 2` reads something else.
  const readings = evidence?.operator === undefined ? [] : (signals.get(evidence.signals?.[0] ?? '') ?? []);
  return (
    readings.find((reading) => sameGroup(reading.group, group)) ??
    readings.find((reading) => reading.group.length === 0)
  );
}

/**
 * How far a test is from what it asks for. Its truth is told when it changes, and the reading with it is of that moment: what holds now is
 * the live reading.
 */
export function distanceOf({ text, truth, against, unit }: Evidence, live: LiveReading | undefined): Distance {
  const met = truth === 'unknown' ? undefined : truth === 'true';
  const base = { text, met, value: undefined, samples: undefined, away: undefined };
  if (live === undefined) return base;
  if (live.state === 'no data' || live.state === 'not evaluated') return { ...base, value: live.state };
  if (live.state === 'too few' || live.value === undefined) {
    const missing = (live.needed ?? 0) - live.sampleSize;
    return {
      ...base,
      value: 'too few',
      samples: `${formatCount(live.sampleSize)} of ${formatCount(live.needed ?? 0)}`,
      away: missing > 0 ? `${formatCount(missing)} more needed` : undefined,
    };
  }
  const { value, sampleSize } = live;
  const distances = against.map((limit) => Math.abs(limit - value));
  const away = met !== false || distances.length === 0 ? undefined : Math.min(...distances);
  return {
    ...base,
    value: formatAgainst(value, against, unit),
    samples: sampleSize > 0 ? `n ${formatCount(sampleSize)}` : undefined,
    away: away === undefined ? undefined : `${differenceText(away, unit)} away`,
  };
}

/** A difference of shares is in points: 5% less 4% is no percentage of anything. */
function differenceText(difference: number, unit: string): string {
  if (unit === '%' || unit === 'fraction') return `${formatFigureText(difference * 100, '')} points`;
  return formatFigureText(difference, unit);
}
