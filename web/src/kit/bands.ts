import type { BandsAnswer, BandTestAnswer } from '#contract/overview.ts';
import { formatThreshold } from '../format/numbers.ts';
import type { Tone } from './tone.ts';

const signs: Readonly<Record<string, string>> = { '<=': '≤', '>=': '≥', '!=': '≠' };

/** A band in the reader's numbers: `< 0.5%`, `between 2 and 5`. */
export function bandText(test: BandTestAnswer, unit: string): string {
  if (test.operator === 'between') {
    return `between ${formatThreshold(test.low ?? Number.NaN, unit)} and ${formatThreshold(test.high ?? Number.NaN, unit)}`;
  }
  return `${signs[test.operator] ?? test.operator} ${formatThreshold(test.value ?? Number.NaN, unit)}`;
}

/** The value that a sparkline marks: the edge of the target. Undefined for a target with two edges, and without one. */
export function targetEdge(bands: BandsAnswer | undefined): number | undefined {
  return bands?.target === undefined || bands.target === 'unset' ? undefined : bands.target.value;
}

/** A stretch of a scale in which a figure would stand alike. */
export interface BandStretch {
  readonly from: number;
  readonly to: number;
  readonly tone: Tone;
}

/** Every edge of the bands. */
export function bandEdges(bands: BandsAnswer): readonly number[] {
  return [bands.target, bands.warning, bands.critical]
    .flatMap((test) => (test === undefined || test === 'unset' ? [] : [test.value, test.low, test.high]))
    .filter((edge) => edge !== undefined);
}

/**
 * Where target, warning and critical lie between two ends of a scale, the worst on top. What meets no band is off target when there is
 * a target, and well otherwise.
 */
export function bandStretches(bands: BandsAnswer, low: number, high: number): readonly BandStretch[] {
  const inside = bandEdges(bands).filter((edge) => edge > low && edge < high);
  const sorted = [...new Set([low, ...inside, high])].sort((left, right) => left - right);
  const stretches: BandStretch[] = [];
  for (const [index, from] of sorted.entries()) {
    const to = sorted[index + 1];
    if (to === undefined) break;
    const tone = toneAt(bands, (from + to) / 2);
    const last = stretches.at(-1);
    if (last?.tone === tone) stretches[stretches.length - 1] = { ...last, to };
    else stretches.push({ from, to, tone });
  }
  return stretches;
}

/** How a value stands against bands, as its colour. */
export function toneAt({ target, warning, critical }: BandsAnswer, value: number): Tone {
  if (critical !== undefined && meets(critical, value)) return 'critical';
  if (warning !== undefined && meets(warning, value)) return 'warning';
  if (target === undefined || target === 'unset') {
    return warning === undefined && critical === undefined ? 'neutral' : 'good';
  }
  return meets(target, value) ? 'good' : 'off';
}

function meets(test: BandTestAnswer, value: number): boolean {
  const limit = test.value ?? Number.NaN;
  switch (test.operator) {
    case 'between':
      return value >= (test.low ?? Number.NaN) && value <= (test.high ?? Number.NaN);
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
    case '=':
      return value === limit;
    case '!=':
      return value !== limit;
  }
}
