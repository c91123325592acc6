import { DAY_MS, type DurationMs, HOUR_MS, type Instant } from '#kernel/instant.ts';
import type { Run } from '#plan/availability.ts';
import type { AvailabilityFigure } from '#plan/availability-figure.ts';
import type { HistoryWanted, TargetHistory } from '#signals/availability/availability-window.ts';
import type { AskTelemetry } from '#storage/clickhouse/within.ts';
import type { ProbeQuery } from './probe-sources.ts';
import { type RunsOfPart, readRunsOf } from './read-probes.ts';

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
    let stretchMs: DurationMs = STRETCH_MS;
    for (let begin: Instant = from; begin < to; ) {
      const end = Math.min(begin + stretchMs, to);
      const query = { plan, probes, from: begin, to: end, isForGood: true } as const;
      const runs = await readUnlessMuch(ask, whom, query, stretchMs > SHORTEST_MS);
      if (runs === 'much') {
        stretchMs = Math.max(SHORTEST_MS, Math.min(stretchMs, end - begin) / 2);
        continue;
      }
      for (const one of runs) note(one);
      begin = end;
    }
  }
  return found.map((locations) => ({
    locations: [...locations].map(([location, runs]) => ({ location, runs })),
  }));
}

/** What the store says of a question that takes it too long, or too much memory. */
const MUCH: ReadonlySet<unknown> = new Set(['159', '241']);

async function readUnlessMuch(
  ask: AskTelemetry,
  whom: 'probes' | 'parts',
  query: ProbeQuery,
  mayBeMuch: boolean,
): Promise<readonly RunsOfPart[] | 'much'> {
  return ask(async (client, signal) => {
    try {
      return await readRunsOf(whom, client, query, signal);
    } catch (caught) {
      const code = caught instanceof Error ? (caught as Error & { readonly code?: unknown }).code : undefined;
      // Its own limit of time and ours are the same: either may be first.
      if (mayBeMuch && (MUCH.has(code) || signal.aborted)) return 'much';
      throw caught;
    }
  });
}
