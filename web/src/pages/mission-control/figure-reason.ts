import type { LiveReading } from '#contract/live.ts';
import type { BandsAnswer, SignalAnswer } from '#contract/overview.ts';
import { MINUTE_MS } from '#kernel/instant.ts';
import { formatCount, formatFigureText } from '../../format/numbers.ts';
import { formatSpan, formatTimeExact } from '../../format/times.ts';
import { bandText } from '../../kit/bands.ts';

const noDataReasons: Readonly<Record<string, string>> = {
  'nothing-received': 'Nothing at all has come in for this plan in the last 5 minutes.',
  'no-events': 'No such event came within its window.',
  'zero-denominator': 'There is nothing to divide by within its window.',
  'missing-partner': 'A part of its formula has no value for this group.',
  'not-a-number': 'Its formula gives no number.',
  refilling: 'What came before is not known yet: it is new in the plan, or the server began anew.',
  'not-measured': 'Of all its window nothing was measured.',
  'no-target': 'The objective that it reads asks for no share in this phase.',
  'too-many-keys': 'More different values came than are kept, so none of them can be counted.',
};

/** What is missing, in a few words for a tile. */
export function shortReason(reading: LiveReading): string {
  if (reading.state === 'too few')
    return `too few: ${formatCount(reading.sampleSize)} of ${formatCount(reading.needed ?? 0)}`;
  if (reading.state === 'open') return 'so far';
  if (reading.state === 'not evaluated') return 'intake is away';
  switch (reading.reason) {
    case 'nothing-received':
      return 'nothing received';
    case 'no-events':
      return 'no events';
    case 'too-many-keys':
      return 'too many values';
    case 'refilling':
      return 'its past is not known yet';
    case 'zero-denominator':
      return 'nothing to divide by';
    case 'not-measured':
      return 'nothing measured';
    case 'no-target':
      return 'no target in this phase';
    default:
      return 'no value';
  }
}

/** Why a figure stands as it does, in a sentence. */
export function figureReason(reading: LiveReading, signal: SignalAnswer, bands: BandsAnswer | undefined): string {
  const value = reading.value === undefined ? 'It' : formatFigureText(reading.value, signal.unit);
  const target =
    bands?.target === undefined || bands.target === 'unset' ? undefined : bandText(bands.target, signal.unit);
  switch (reading.state) {
    case 'critical':
      return `${value} is in its critical band${bands?.critical === undefined ? '' : `, ${bandText(bands.critical, signal.unit)}`}.`;
    case 'warning':
      return `${value} is in its warning band${bands?.warning === undefined ? '' : `, ${bandText(bands.warning, signal.unit)}`}.`;
    case 'off target':
      return `${value} misses its target${target === undefined ? '' : `, ${target}`}, and is in no warning or critical band.`;
    case 'on target':
      return target === undefined
        ? `${value} is in none of its warning and critical bands.`
        : `${value} meets its target, ${target}.`;
    case 'too few': {
      const needed = reading.needed ?? signal.atLeast;
      if (signal.ofTime === true) {
        const known = formatSpan(reading.sampleSize * MINUTE_MS);
        return `It rests on ${known} of at least ${formatSpan(needed * MINUTE_MS)} of known time: shown, and not judged.`;
      }
      return `It rests on ${formatCount(reading.sampleSize)} of at least ${formatCount(needed)} samples: shown, and not judged.`;
    }
    case 'open': {
      const since =
        reading.fullAt === undefined ? '' : `, and is full at ${formatTimeExact(Date.parse(reading.fullAt))}`;
      return `${value} is what came so far: its window reaches back to before anything was received${since}. Shown, and not judged.`;
    }
    case 'no data':
      return noDataReasons[reading.reason ?? ''] ?? 'It has no value, and the reason is not known.';
    case 'not evaluated':
      return 'Intake is away: nobody reads this figure now.';
    case 'target unset':
      return 'The plan says that its target is not set yet.';
    case 'no objective':
      return 'The plan sets no target for it; it is shown, and rules may read it.';
  }
}
