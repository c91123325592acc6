import type { Instant } from '#kernel/instant.ts';
import type { Run } from '#plan/availability.ts';
import type { LocationRuns } from './read-probes.ts';

/**
 * What was read for long ago, brought up to date: until `cut` the earlier runs hold, from `cut` on the recent ones, which were read from there.
 * A run that goes on over the cut stands as two that follow one another.
 */
export function joinRuns(
  earlier: readonly LocationRuns[],
  recent: readonly LocationRuns[],
  cut: Instant,
): readonly LocationRuns[] {
  const joined = new Map<string, { probe: string; location: string; runs: Run[]; lastAt: Instant }>();
  for (const { probe, location, runs, lastAt } of earlier) {
    const before = runs.filter(({ from }) => from < cut).map((run) => ({ ...run, last: Math.min(run.last, cut) }));
    if (before.length > 0) joined.set(`${probe}\n${location}`, { probe, location, runs: before, lastAt });
  }
  for (const { probe, location, runs, lastAt } of recent) {
    const key = `${probe}\n${location}`;
    const before = joined.get(key)?.runs ?? [];
    joined.set(key, { probe, location, runs: [...before, ...runs], lastAt });
  }
  return [...joined.values()];
}
