import type { ChartLine } from '../../charts/chart-lines.ts';
import { LINES_AT_ONCE } from '../../charts/line-style.ts';

/** How many groups are drawn before somebody chooses. */
const SHOWN_FIRST = 4;

/** The lines that are drawn: those that were chosen, in the order of choosing, else the first few. */
export function chosenLines(lines: readonly ChartLine[], chosen: readonly string[] | undefined): readonly ChartLine[] {
  if (chosen === undefined) return lines.slice(0, SHOWN_FIRST);
  const byKey = new Map(lines.map((line) => [line.key, line]));
  return chosen.flatMap((key) => byKey.get(key) ?? []);
}

/** The choice with a line shown or hidden. One more than can be told apart pushes out the first. */
export function toggleLine(shown: readonly ChartLine[], key: string): readonly string[] {
  const keys = shown.map((line) => line.key);
  if (keys.includes(key)) return keys.filter((other) => other !== key);
  return [...keys, key].slice(-LINES_AT_ONCE);
}
