import type { Instant } from '#kernel/instant.ts';
import type { Run } from '#plan/availability.ts';
import { keyOfRuns, type RunsOfPart } from './read-probes.ts';

/** What was read before, brought up to date: until `cut` the earlier runs hold, from `cut` on the recent ones, which were read from there. */
export function joinRuns(
  earlier: readonly RunsOfPart[],
  recent: readonly RunsOfPart[],
  cut: Instant,
): readonly RunsOfPart[] {
  const rest = new Map(recent.map((one) => [keyOfRuns(one), one]));
  const joined: RunsOfPart[] = [];
  for (const one of earlier) {
    const before = one.runs.filter(({ from }) => from < cut);
    const next = rest.get(keyOfRuns(one));
    rest.delete(keyOfRuns(one));
    if (next !== undefined) joined.push({ ...next, runs: joinAt(cut, before, next.runs) });
    else if (before.length > 0) joined.push({ ...one, runs: joinAt(cut, before, []) });
  }
  return [...joined, ...rest.values()];
}

/** A run that is known to go on over the cut stays one, so that what is joined again and again does not fall to pieces. */
function joinAt(cut: Instant, before: readonly Run[], after: readonly Run[]): readonly Run[] {
  const last = before.at(-1);
  const [next, ...others] = after;
  if (last === undefined || last.last < cut) return [...before, ...after];
  const isSame = next?.state === last.state && next.from <= last.last;
  const ending = { ...last, last: isSame ? next.last : cut };
  return [...before.slice(0, -1), ending, ...(isSame ? others : after)];
}
