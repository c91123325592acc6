import { DAY_MS, type Instant } from '#kernel/instant.ts';
import type { Run } from '#plan/availability.ts';
import type { HistoryWanted, TargetHistory } from '#signals/availability/availability-window.ts';
import type { AskTelemetry } from '#storage/clickhouse/within.ts';
import { readPartRuns } from './read-parts.ts';
import { readRuns } from './read-probes.ts';

/** So much is read at once, so that a probe that flaps for weeks is not cut. */
const STRETCH_MS = 5 * DAY_MS;

/** What the store knows of the targets of an availability, by target. Throws `telemetry-away`. */
export async function readHistory(
  ask: AskTelemetry,
  plan: string,
  { figure, from, to }: HistoryWanted,
): Promise<readonly TargetHistory[]> {
  const probes = figure.targets.map(({ probe, staleMs }) => ({ name: probe, staleMs }));
  const found = figure.targets.map(() => new Map<string, Run[]>());
  const note = (probe: string, part: string | undefined, location: string, runs: readonly Run[]): void => {
    for (const [place, target] of figure.targets.entries()) {
      if (target.probe !== probe || target.part !== part) continue;
      const known = found[place]?.get(location);
      if (known === undefined) found[place]?.set(location, [...runs]);
      else known.push(...runs);
    }
  };
  const hasParts = figure.targets.some(({ part }) => part !== undefined);
  for (let begin: Instant = from; begin < to; begin += STRETCH_MS) {
    const query = { plan, probes, from: begin, to: Math.min(begin + STRETCH_MS, to) };
    for (const one of await ask((client, signal) => readRuns(client, query, signal)))
      note(one.probe, undefined, one.location, one.runs);
    if (!hasParts) continue;
    for (const one of await ask((client, signal) => readPartRuns(client, query, signal)))
      note(one.probe, one.part, one.location, one.runs);
  }
  return found.map((locations) => ({
    locations: [...locations].map(([location, runs]) => ({ location, runs })),
  }));
}
