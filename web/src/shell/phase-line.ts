import type { PhaseAnswer } from '#contract/overview.ts';

/** A phase on the strip. */
export interface StripPhase {
  readonly name: string;
  readonly from: number;
  readonly to: number | undefined;
  readonly place: 'past' | 'now' | 'future';
  /** How much of it is over, 0 to 1. Of one without an end it is not known: it then stands at a third. */
  readonly done: number;
}

/** Of a phase that has no end. */
const OPEN_ENDED_DONE = 1 / 3;

/** The phases as they lie around `now`; those without a known beginning are left out. */
export function phaseLine(phases: readonly PhaseAnswer[], now: number): readonly StripPhase[] {
  return phases.flatMap(({ name, from, to }) => {
    if (from === undefined) return [];
    const begins = Date.parse(from);
    const ends = to === undefined ? undefined : Date.parse(to);
    const place = now < begins ? 'future' : ends !== undefined && now >= ends ? 'past' : 'now';
    const done =
      place === 'future'
        ? 0
        : place === 'past'
          ? 1
          : ends === undefined
            ? OPEN_ENDED_DONE
            : (now - begins) / Math.max(1, ends - begins);
    return [{ name, from: begins, to: ends, place, done }];
  });
}

/** At most `count` of them: the one of now with what is nearest, more of it ahead than behind. */
export function nearestPhases(line: readonly StripPhase[], count: number): readonly StripPhase[] {
  if (line.length <= count) return line;
  const index = line.findIndex(({ place }) => place !== 'past');
  const current = index === -1 ? line.length - 1 : index;
  const start = Math.min(Math.max(0, current - (count > 2 ? 1 : 0)), line.length - count);
  return line.slice(start, start + count);
}
