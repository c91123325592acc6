import type { Operator } from '../model.ts';
import type { Span } from '../text/source-file.ts';
import type { Context } from './context.ts';

/** A place of the text at which a signal is held against a number. */
export interface Threshold {
  readonly signal: string;
  readonly operator: Operator;
  /** In base units. */
  readonly value: number;
  /** Names the line for people: `the target of \`uptime\``. */
  readonly line: string;
  readonly place: Span;
}

/** Warns of two lines with one number and one direction, of which only one takes in the number itself. */
export function checkEquality(thresholds: readonly Threshold[], context: Context): void {
  const first = new Map<string, Threshold>();
  for (const threshold of thresholds) {
    if (!/^[<>]/.test(threshold.operator)) continue;
    const key = `${threshold.signal} ${threshold.operator[0]} ${threshold.value}`;
    const other = first.get(key);
    if (other === undefined) {
      first.set(key, threshold);
    } else if (other.operator !== threshold.operator) {
      const { path } = other.place.file;
      const line = other.place.file.position(other.place.start).line;
      const message = `Here ${threshold.line} says \`${threshold.operator}\`, and ${other.line} says \`${other.operator}\` (${path}:${line}).`;
      context.report.add('W105', threshold.place, message);
    }
  }
}
