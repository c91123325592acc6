import type { ClickHouseClient } from '@clickhouse/client';
import type { DurationMs, Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Availability, Run } from '#plan/availability.ts';
import { RESULT_OF_EVENT } from '#storage/clickhouse/check-runs.ts';
import { CHECK_SLICE_MS } from '#storage/clickhouse/check-slices.ts';
import { queryLimits } from '#storage/clickhouse/series.ts';
import {
  NOT_IN_SLICES,
  NOTHING_WRITTEN,
  OF_RANGE,
  OF_RANGE_WITH_PARTS,
  OF_SLICES,
  type ProbeQuery,
  parametersOf,
  RUNS_AND_RESULTS,
  sourcesOfDurations,
  sourcesOfRuns,
} from './probe-sources.ts';

/** The runs of one probe as one location saw them, in the order of time. */
export interface LocationRuns {
  readonly probe: string;
  readonly location: string;
  readonly runs: readonly Run[];
  /** Of the last result. */
  readonly lastAt: Instant;
}

/** The runs of a probe, where the part is empty, or of one part of its target. */
export interface RunsOfPart extends LocationRuns {
  /** The service that the part is. */
  readonly part: string;
}

/** Names what the runs are of. */
export function keyOfRuns({ probe, part, location }: Omit<RunsOfPart, 'runs' | 'lastAt'>): string {
  return `${probe}\n${part}\n${location}`;
}

/** One result as it stands in the telemetry store. */
export interface StoredResult {
  readonly id: string;
  readonly probe: string;
  readonly location: string;
  readonly at: Instant;
  readonly outcome: 'passed' | 'failed' | 'unmeasured';
  readonly durationMs: number | null;
  readonly texts: Readonly<Record<string, string>>;
  readonly numbers: Readonly<Record<string, number>>;
}

/** Results of a part of a time, of all locations together. */
export interface ResultBucket {
  readonly probe: string;
  /** Which part, from 0. */
  readonly index: number;
  readonly results: number;
  readonly failed: number;
  readonly unmeasured: number;
  /** Means of those that were measured, in ms; null where nothing was. */
  readonly durationMs: number | null;
  readonly longestMs: number | null;
  readonly dnsMs: number | null;
  readonly connectMs: number | null;
  readonly tlsMs: number | null;
  readonly firstByteMs: number | null;
  readonly confirmedMs: number | null;
}

const states: Readonly<Record<string, Availability>> = { passed: 'up', failed: 'down', unread: 'down' };

/**
 * Which runs of equal results there were, of each probe and location: so many as there were changes and gaps, however many results. More than
 * the limit are cut at their end, so that the time after them is unknown. A long time is read from runs that were written by the hour.
 */
export async function readRuns(
  client: ClickHouseClient,
  query: ProbeQuery,
  signal: AbortSignal,
): Promise<readonly LocationRuns[]> {
  const found = await readRunsOf('probes', client, query, signal);
  return found.map(({ part: _, ...runs }) => runs);
}

/** The same of probes, or of each part of their targets. */
export async function readRunsOf(
  whom: 'probes' | 'parts',
  client: ClickHouseClient,
  query: ProbeQuery,
  signal: AbortSignal,
): Promise<readonly RunsOfPart[]> {
  const ofParts = whom === 'parts';
  if (query.probes.length === 0) return [];
  const sources = await sourcesOfRuns(client, query, ofParts, signal);
  const answer = await client.query({
    query: `select probe, part, location, at, previous, last, result from (
        select probe, part, location, at, result, lagInFrame(result, 1, '') over beside as before,
          lagInFrame(ended, 1, toInt64(0)) over beside as previous,
          max(ended) over (partition by probe, part, location) as last
        from (${RUNS_AND_RESULTS})
        window beside as (partition by probe, part, location order by at rows between 1 preceding and current row)
      )
      where before != result or at - previous > transform(probe, {names:Array(String)}, {stale:Array(Int64)}, toInt64(0))
      order by probe, part, location, at limit {limit:UInt32} by probe, part, location`,
    format: 'JSONEachRow',
    query_params: { ...parametersOf(query), ...sources, ofParts, limit: limits.probeRunsRead },
    clickhouse_settings: queryLimits,
    abort_signal: signal,
  });
  return collectRuns(await answer.json<RunRow>());
}

interface RunRow {
  readonly probe: string;
  readonly part: string;
  readonly location: string;
  readonly at: number;
  /** Of the result before it; 0 for the first. */
  readonly previous: number;
  /** Of the last result of the location. */
  readonly last: number;
  readonly result: string;
}

function collectRuns(rows: readonly RunRow[]): readonly RunsOfPart[] {
  const found: (RunsOfPart & { readonly runs: Run[] })[] = [];
  for (const [index, row] of rows.entries()) {
    const { probe, part, location, at, last, result } = row;
    let of = found.at(-1);
    if (of === undefined || !isBeside(of, row)) {
      of = { probe, part, location, runs: [], lastAt: last };
      found.push(of);
    }
    const next = rows[index + 1];
    const isLast = next === undefined || !isBeside(next, row);
    const isCut = isLast && of.runs.length === limits.probeRunsRead - 1;
    of.runs.push({
      from: at,
      last: isCut ? at : isLast ? last : next.previous,
      state: states[result] ?? 'unknown',
      ...(result === 'unread' ? { unread: true } : {}),
    });
  }
  return found;
}

function isBeside(one: Parameters<typeof keyOfRuns>[0], other: Parameters<typeof keyOfRuns>[0]): boolean {
  return one.probe === other.probe && one.part === other.part && one.location === other.location;
}

/** The results at these instants, which are those of the last ones of each location: only their blocks are read. */
export async function readResultsAt(
  client: ClickHouseClient,
  { plan, lasts }: { readonly plan: string; readonly lasts: readonly LocationRuns[] },
  signal: AbortSignal,
): Promise<readonly StoredResult[]> {
  if (lasts.length === 0) return [];
  const instants = [...new Set(lasts.map(({ lastAt }) => lastAt))];
  const answer = await client.query({
    query: `select ${RESULT} from events
      where plan = {plan:String} and name = 'check' and not mapContains(strings, 'part')
        and ts in (select fromUnixTimestamp64Milli(arrayJoin({instants:Array(Int64)}), 'UTC'))
        and strings['probe'] in {names:Array(String)}
      order by ts limit {limit:UInt32}`,
    format: 'JSONEachRow',
    query_params: {
      plan,
      instants,
      names: [...new Set(lasts.map(({ probe }) => probe))],
      limit: limits.probeLatestRead,
    },
    clickhouse_settings: queryLimits,
    abort_signal: signal,
  });
  const wanted = new Set(lasts.map(({ probe, location, lastAt }) => `${probe}\n${location}\n${lastAt}`));
  const results = new Map<string, StoredResult>();
  for (const row of await answer.json<StoredResult>()) {
    const key = `${row.probe}\n${row.location}\n${row.at}`;
    if (wanted.has(key)) results.set(key, row);
  }
  return [...results.values()];
}

/** Mean durations of what was measured, by equal parts of the time: half of the work of `readBuckets`, for many probes at once. */
export async function readDurations(
  client: ClickHouseClient,
  query: ProbeQuery & { readonly stepMs: DurationMs },
  signal: AbortSignal,
): Promise<readonly Pick<ResultBucket, 'probe' | 'index' | 'durationMs'>[]> {
  const sources = await sourcesOfDurations(client, query);
  const answer = await client.query({
    query: `select probe, index, if(sum(counted) = 0, null, sum(total) / sum(counted)) as durationMs from (
        select strings['probe'] as probe, ${indexOf('ts')} as index, sumIf(duration_ms, outcome != 'unmeasured') as total,
          countIf(outcome != 'unmeasured') as counted
        from events where ${OF_RANGE} and ${NOT_IN_SLICES} group by probe, index
        union all
        select toString(probe), ${indexOf('slice')} as index, sumIf(duration_ms, result != 'unmeasured'), sumIf(results, result != 'unmeasured')
        from check_slices where ${OF_SLICES} and part = '' group by probe, index
      ) group by probe, index order by probe, index limit {limit:UInt32}`,
    format: 'JSONEachRow',
    query_params: { ...parametersOf(query), ...sources, step: query.stepMs, limit: limits.probeBucketsRead },
    clickhouse_settings: queryLimits,
    abort_signal: signal,
  });
  return answer.json();
}

/** The last failure of each probe, and of each part of its target, that says what was found. */
export async function readLastFindings(
  client: ClickHouseClient,
  query: ProbeQuery,
  signal: AbortSignal,
): Promise<readonly StoredResult[]> {
  if (query.probes.length === 0) return [];
  const answer = await client.query({
    query: `select ${RESULT} from events where ${OF_RANGE_WITH_PARTS} and ${RESULT_OF_EVENT} = 'failed'
      order by ts desc, event_id limit 1 by strings['probe'], strings['part'] limit {limit:UInt32}`,
    format: 'JSONEachRow',
    query_params: { ...parametersOf(query), limit: limits.probeLatestRead },
    clickhouse_settings: queryLimits,
    abort_signal: signal,
  });
  return answer.json<StoredResult>();
}

const indexOf = (time: string): string =>
  `toUInt32(intDiv(toUnixTimestamp64Milli(toDateTime64(${time}, 3, 'UTC')) - {from:Int64}, {step:Int64}))`;
/** Each as it is named in an answer, in an event and in a slice. */
const TIMES = [
  ['dnsMs', 'time.dns', 'dns'],
  ['connectMs', 'time.connect', 'connect'],
  ['tlsMs', 'time.tls', 'tls'],
  ['firstByteMs', 'time.first_byte', 'first_byte'],
  ['confirmedMs', 'time.confirmed', 'confirmed'],
] as const;
const meanOf = (name: string, total = `${name}_total`, count = `${name}_count`): string =>
  `if(sum(${count}) = 0, null, sum(${total}) / sum(${count})) as ${name}`;

/** Results by equal parts of the time. Only of whole slices, and beginning with one, is read what is written of them. */
export async function readBuckets(
  client: ClickHouseClient,
  query: ProbeQuery & { readonly stepMs: DurationMs },
  signal: AbortSignal,
): Promise<readonly ResultBucket[]> {
  const isOfSlices = query.stepMs % CHECK_SLICE_MS === 0 && query.from % CHECK_SLICE_MS === 0;
  const sources = isOfSlices ? await sourcesOfDurations(client, query) : NOTHING_WRITTEN;
  const timesOfEvents = TIMES.map(([name, field]) => {
    const isThere = `outcome != 'unmeasured' and mapContains(numbers, '${field}')`;
    return `sumIf(numbers['${field}'], ${isThere}) as ${name}_total, countIf(${isThere}) as ${name}_count`;
  });
  const timesOfSlices = TIMES.map(
    ([, , column]) => `sumIf(${column}_ms, result != 'unmeasured'), sumIf(${column}, result != 'unmeasured')`,
  );
  const answer = await client.query({
    query: `select probe, index, toFloat64(sum(results_)) as results, toFloat64(sum(failed_)) as failed, toFloat64(sum(unmeasured_)) as unmeasured,
        ${meanOf('durationMs', 'total', 'results_ - unmeasured_')},
        if(sum(results_) = sum(unmeasured_), null, max(longest)) as longestMs, ${TIMES.map(([name]) => meanOf(name)).join(', ')}
      from (
        select strings['probe'] as probe, ${indexOf('ts')} as index, count() as results_, countIf(outcome = 'failed') as failed_,
          countIf(outcome = 'unmeasured') as unmeasured_, sumIf(duration_ms, outcome != 'unmeasured') as total,
          maxIf(duration_ms, outcome != 'unmeasured') as longest, ${timesOfEvents.join(', ')}
        from events where ${OF_RANGE} and ${NOT_IN_SLICES} group by probe, index
        union all
        select toString(probe), ${indexOf('slice')} as index, sum(results), sumIf(results, result in ('failed', 'unread')),
          sumIf(results, result = 'unmeasured'), sumIf(duration_ms, result != 'unmeasured'), maxIf(longest_ms, result != 'unmeasured'),
          ${timesOfSlices.join(', ')}
        from check_slices where ${OF_SLICES} and part = '' group by probe, index
      ) group by probe, index order by probe, index limit {limit:UInt32}`,
    format: 'JSONEachRow',
    query_params: { ...parametersOf(query), ...sources, step: query.stepMs, limit: limits.probeBucketsRead },
    clickhouse_settings: queryLimits,
    abort_signal: signal,
  });
  return answer.json<ResultBucket>();
}

/** The fields of a `StoredResult`. */
export const RESULT = `event_id as id, strings['probe'] as probe, strings['location'] as location, toUnixTimestamp64Milli(ts) as at,
        toString(outcome) as outcome, duration_ms as durationMs, strings as texts, numbers`;
