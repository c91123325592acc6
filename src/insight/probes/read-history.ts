import { DAY_MS, type DurationMs, HOUR_MS, type Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Run } from '#plan/availability.ts';
import type { AvailabilityFigure } from '#plan/availability-figure.ts';
import type { HistoryWanted, TargetHistory } from '#signals/availability/availability-window.ts';
import { type AskTelemetry, askUnlessMuch } from '#storage/clickhouse/within.ts';
import type { ProbeQuery } from './probe-sources.ts';
import { keyOfRuns, type RunsOfPart, readRunsOf } from './read-probes.ts';

/** So much is read at once, so that a probe that flaps for weeks is not cut. */
const STRETCH_MS = 5 * DAY_MS;
/** What is too much for one question is asked for in halves, down to this; shorter times are read from results, which may be gone. */
const SHORTEST_MS = 4 * HOUR_MS;

/** What the store knows of the targets of an availability, by target. Throws `telemetry-away`. */
export async function readHistory(
  ask: AskTelemetry,
  plan: string,
  { figure, from, to }: Pick<HistoryWanted, 'from' | 'to'> & { readonly figure: Pick<AvailabilityFigure, 'targets'> },
): Promise<readonly TargetHistory[]> {
  const probes = figure.targets.map(({ probe, staleMs }) => ({ name: probe, staleMs }));
  const found = figure.targets.map(() => new Map<string, Run[]>());
  const note = ({ probe, part, location, runs }: RunsOfPart): void => {
    for (const [place, target] of figure.targets.entries()) {
      if (target.probe !== probe || (target.part ?? '') !== part) continue;
      const known = found[place]?.get(location);
      if (known === undefined) found[place]?.set(location, [...runs]);
      else known.push(...runs);
    }
  };
  const hasParts = figure.targets.some(({ part }) => part !== undefined);
  for (const whom of hasParts ? (['probes', 'parts'] as const) : (['probes'] as const)) {
    await readStretches(ask, whom, { plan, probes, from, to, isForGood: true }, note);
  }
  return found.map((locations) => ({
    locations: [...locations].map(([location, runs]) => ({ location, runs })),
  }));
}

/**
 * The runs of probes, or of the parts of their targets, over a long time: as `readRunsOf` gives them, but in a piece for each stretch that was
 * asked for. Of more than the limit the latest are kept; what lies before them is unknown.
 */
export async function readLongRuns(
  ask: AskTelemetry,
  whom: 'probes' | 'parts',
  query: ProbeQuery,
): Promise<readonly RunsOfPart[]> {
  const found = new Map<string, RunsOfPart & { readonly runs: Run[] }>();
  await readStretches(ask, whom, query, ({ runs, ...of }) => {
    const key = keyOfRuns(of);
    found.set(key, { ...of, runs: [...(found.get(key)?.runs ?? []), ...runs].slice(-limits.probeRunsRead) });
  });
  return [...found.values()];
}

/** Asks for a time stretch by stretch, of which each is a question of bounded size, and tells what it finds in the order of time. */
async function readStretches(
  ask: AskTelemetry,
  whom: 'probes' | 'parts',
  { from, to, ...query }: ProbeQuery,
  note: (runs: RunsOfPart) => void,
): Promise<void> {
  let stretchMs: DurationMs = STRETCH_MS;
  for (let begin: Instant = from; begin < to; ) {
    const end = Math.min(begin + stretchMs, to);
    const runs = await askUnlessMuch(ask, stretchMs > SHORTEST_MS, (client, signal) =>
      readRunsOf(whom, client, { ...query, from: begin, to: end }, signal),
    );
    if (runs === 'much') {
      stretchMs = Math.max(SHORTEST_MS, Math.min(stretchMs, end - begin) / 2);
      continue;
    }
    for (const one of runs) note(one);
    begin = end;
  }
}
