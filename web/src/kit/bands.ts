import type { Bands, BandTest } from '#plan/model.ts';
import { formatFigureText } from '../format/numbers.ts';
import type { Tone } from './tone.ts';

/** A band in words: `< 0.5%`, `between 2 and 5`. */
export function bandText(test: BandTest, unit: string): string {
  if (test.operator === 'between') {
    return `between ${formatFigureText(test.low, unit)} and ${formatFigureText(test.high, unit)}`;
  }
  const signs: Readonly<Record<string, string>> = { '<=': '≤', '>=': '≥', '!=': '≠' };
  return `${signs[test.operator] ?? test.operator} ${formatFigureText(test.value, unit)}`;
}

/** A stretch of a band bar between two values. */
export interface BandStretch {
  readonly from: number;
  readonly to: number;
  readonly tone: Tone;
}

/**
 * Where target, warning and critical lie between two ends of a scale, the worst on top: what a band bar draws. Stretches that meet no
 * band are off target when there is a target, and plain otherwise.
 */
export function bandStretches(bands: Bands, low: number, high: number): readonly BandStretch[] {
  const edges = new Set([low, high]);
  for (const test of [bands.target, bands.warning, bands.critical]) {
    if (test === undefined || test === 'unset') continue;
    for (const edge of test.operator === 'between' ? [test.low, test.high] : [test.value]) {
      if (edge > low && edge < high) edges.add(edge);
    }
  }
  const sorted = [...edges].sort((left, right) => left - right);
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

function toneAt(bands: Bands, value: number): Tone {
  const { target, warning, critical } = bands;
  if (critical !== undefined && meets(critical, value)) return 'critical';
  if (warning !== undefined && meets(warning, value)) return 'warning';
  if (target === undefined || target === 'unset')
    return warning === undefined && critical === undefined ? 'neutral' : 'good';
  return meets(target, value) ? 'good' : 'off';
}

function meets(test: BandTest, value: number): boolean {
  switch (test.operator) {
    case 'between':
      return value >= test.low && value <= test.high;
    case '<':
      return value < test.value;
    case '<=':
      return value <= test.value;
    case '>':
      return value > test.value;
    case '>=':
      return value >= test.value;
    case '=':
      return value === test.value;
    case '!=':
      return value !== test.value;
  }
}
