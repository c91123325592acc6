import type { ClickHouseClient } from '@clickhouse/client';
import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Availability, Run } from '#plan/availability.ts';
import { queryLimits } from '#storage/clickhouse/series.ts';
import type { ProbeQuery } from './read-probes.ts';

/** What one location heard of one part of a probe's target. */
export interface PartRuns {
  readonly probe: string;
  /** The service that the part is. */
  readonly part: string;
  readonly location: string;
  /** In the order of time. */
  readonly runs: readonly Run[];
}

/**
 * Which runs of equal states the parts of targets had, of each location: so many as there were changes and gaps. More than the limit are cut
 * at their end, so that the time after them is unknown.
 */
export async function readPartRuns(
  client: ClickHouseClient,
  { plan, probes, from, to }: ProbeQuery,
  signal: AbortSignal,
): Promise<readonly PartRuns[]> {
  if (probes.length === 0) return [];
  const answer = await client.query({
    query: `select probe, part, location, min(at) as begun, max(at) as ended, any(state) as state from (
        select probe, part, location, at, state, sum(isNew) over (partition by probe, part, location order by at) as run
        from (
          select strings['probe'] as probe, strings['part'] as part, strings['location'] as location,
            toUnixTimestamp64Milli(ts) as at, if(outcome = 'passed', 'up', 'down') as state,
            lagInFrame(state, 1, '') over beside != state
              or at - lagInFrame(at, 1, toInt64(0)) over beside
                > transform(probe, {names:Array(String)}, {stale:Array(Int64)}, toInt64(0)) as isNew
          from events
          where plan = {plan:String} and name = 'check' and mapContains(strings, 'part')
            and ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') and ts < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
            and strings['probe'] in {names:Array(String)}
          window beside as (partition by probe, part, location order by at rows between 1 preceding and current row)
        )
      )
      group by probe, part, location, run order by probe, part, location, begun
      limit {limit:UInt32} by probe, part, location`,
    format: 'JSONEachRow',
    query_params: {
      ...{ plan, from, to, limit: limits.probeRunsRead },
      names: probes.map(({ name }) => name),
      stale: probes.map(({ staleMs }) => staleMs),
    },
    clickhouse_settings: queryLimits,
    abort_signal: signal,
  });
  const groups = Map.groupBy(
    await answer.json<PartRow>(),
    ({ probe, part, location }) => `${probe}\n${part}\n${location}`,
  );
  return [...groups.values()].flatMap((rows) => {
    const [first] = rows;
    if (first === undefined) return [];
    const { probe, part, location } = first;
    const runs = rows.map(({ begun, ended, state }) => ({ from: begun, last: ended, state }));
    return [{ probe, part, location, runs }];
  });
}

interface PartRow {
  readonly probe: string;
  readonly part: string;
  readonly location: string;
  readonly begun: Instant;
  readonly ended: Instant;
  readonly state: Exclude<Availability, 'unknown'>;
}
