import type { PhaseAnswer } from '#contract/overview.ts';
import type { Stretch } from './time-range.ts';

/** A name on the time axis: where a phase begins, or T+0. */
export interface PhaseMark {
  readonly at: number;
  readonly name: string;
  /** False for the phase that was in force when the range began: it has a name there and no line. */
  readonly boundary: boolean;
}

/** The phases of a range by where they begin; T+0 by its name where no phase begins with it. */
export function phaseMarks(
  phases: readonly PhaseAnswer[],
  launch: number | undefined,
  range: Stretch,
): readonly PhaseMark[] {
  const marks: PhaseMark[] = [];
  for (const { name, from, to } of phases) {
    if (from === undefined) continue;
    const [start, end] = [Date.parse(from), to === undefined ? Number.POSITIVE_INFINITY : Date.parse(to)];
    if (start > range.to || end <= range.from) continue;
    if (start < range.from) marks.push({ at: range.from, name, boundary: false });
    else marks.push({ at: start, name: start === launch ? `T+0 · ${name}` : name, boundary: true });
  }
  const known = launch === undefined || marks.some(({ at, boundary }) => boundary && at === launch);
  if (!known && launch >= range.from && launch <= range.to) marks.push({ at: launch, name: 'T+0', boundary: true });
  return marks.sort((left, right) => left.at - right.at);
}
