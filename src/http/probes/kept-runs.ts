import { joinRuns } from '#insight/probes/join-runs.ts';
import type { ProbeQuery } from '#insight/probes/probe-sources.ts';
import { readLongRuns } from '#insight/probes/read-history.ts';
import { type RunsOfPart, readRunsOf } from '#insight/probes/read-probes.ts';
import { DAY_MS, type DurationMs, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import { staleAfterMs } from '#plan/compile/checks.ts';
import type { Probe } from '#plan/probe.ts';
import type { AskTelemetry } from '#storage/clickhouse/within.ts';
import { NowAndThen } from './now-and-then.ts';

/** So far back runs are kept. */
export const KEPT_MS: DurationMs = 30 * DAY_MS;

/** The runs of 30 days of a plan's probes, or of the parts of their targets. */
export interface KeptRuns {
  /** When they were read. */
  readonly now: Instant;
  readonly runs: readonly RunsOfPart[];
}

interface Month {
  upTo: Instant;
  runs: readonly RunsOfPart[];
}

/**
 * Keeps the runs of 30 days of the plans that are looked at, and reads each time what came since. Results that came late, because a prober was
 * cut off, are seen when the whole is read again, which is now and then; those of the last minutes at once.
 */
export function createKeptRuns(
  { askTelemetry, clock }: { readonly askTelemetry: AskTelemetry; readonly clock: Pick<Clock, 'now'> },
  whom: 'probes' | 'parts',
): (plan: string, probes: readonly Probe[], gone: AbortSignal) => Promise<KeptRuns> {
  const months = new NowAndThen<Month>(clock);

  return async (plan, probes, gone) => {
    const wanted = wantedOf(probes);
    if (wanted.length === 0) return { now: clock.now(), runs: [] };
    const month = await months.get(JSON.stringify([plan, wanted]), async (now) => {
      const lookback = Math.min(KEPT_MS, Math.max(...wanted.map(({ staleMs }) => staleMs)));
      const query = { plan, probes: wanted, from: now - KEPT_MS - HOUR_MS - lookback, to: now + limits.futureMs };
      return { upTo: now, runs: await readLongRuns(askTelemetry, whom, query) };
    });
    const now = clock.now();
    const from = month.upTo - lateMs(probes);
    const query = { plan, probes: wanted, from, to: now + limits.futureMs };
    const recent = await askTelemetry((client, own) => readRunsOf(whom, client, query, AbortSignal.any([own, gone])));
    const runs = joinRuns(month.runs, recent, from).map((one) =>
      one.runs.length <= limits.probeRunsRead ? one : { ...one, runs: one.runs.slice(-limits.probeRunsRead) },
    );
    // Whoever asked beside us and was later has read as much.
    if (now > month.upTo) Object.assign(month, { upTo: now, runs });
    return { now, runs };
  };
}

/** The probes of a question. */
export function wantedOf(probes: readonly Probe[]): ProbeQuery['probes'] {
  return probes.map((probe) => ({ name: probe.name, staleMs: staleAfterMs(probe) }));
}

/** About how many results a time has, of one location. */
export function resultsIn(probes: readonly Pick<Probe, 'everyMs'>[], ms: DurationMs): number {
  return ms * probes.reduce((sum, { everyMs }) => sum + 1 / shortestOf(everyMs), 0);
}

function shortestOf({ otherwise, phases = {} }: Probe['everyMs']): DurationMs {
  return Math.min(otherwise ?? Number.POSITIVE_INFINITY, ...Object.values(phases));
}

/** How far back is read each time, for what came late: as far as that is few results. */
function lateMs(probes: readonly Probe[]): DurationMs {
  const ofSecond = resultsIn(probes, SECOND_MS);
  return Math.min(HOUR_MS, Math.max(MINUTE_MS, (limits.probeResultsReadAgain / ofSecond) * SECOND_MS));
}
