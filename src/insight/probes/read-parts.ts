import type { ClickHouseClient } from '@clickhouse/client';
import type { ProbeQuery } from './probe-sources.ts';
import { type RunsOfPart, readRunsOf } from './read-probes.ts';

/** What one location heard of one part of a probe's target. */
export type PartRuns = Omit<RunsOfPart, 'lastAt'>;

/**
 * Which runs of equal states the parts of targets had, of each location: so many as there were changes and gaps. More than the limit are cut
 * at their end, so that the time after them is unknown. A long time is read from runs that were written by the hour.
 */
export function readPartRuns(
  client: ClickHouseClient,
  query: ProbeQuery,
  signal: AbortSignal,
): Promise<readonly PartRuns[]> {
  return readRunsOf('parts', client, query, signal);
}
