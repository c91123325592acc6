import type { ClickHouseClient } from '@clickhouse/client';
import { type DurationMs, HOUR_MS, type Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Availability, Run } from '#plan/availability.ts';
import { checkRunsWritten, hoursOfEvents, RESULT_OF_EVENT } from '#storage/clickhouse/check-runs.ts';
import { queryLimits } from '#storage/clickhouse/series.ts';

/** What is asked about: the results of a plan's probes in a time; `staleMs` is how long a result of each says something. */
export interface ProbeQuery {
  readonly plan: string;
  readonly probes: readonly { readonly name: string; readonly staleMs: DurationMs }[];
  readonly from: Instant;
  readonly to: Instant;
}

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
}

const OF_RANGE_WITH_PARTS = `plan = {plan:String} and name = 'check'
          and ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') and ts < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
          and strings['probe'] in {names:Array(String)}`;
/** Results of whole probes; those of parts of a target are events of their own. */
const OF_RANGE = `${OF_RANGE_WITH_PARTS} and not mapContains(strings, 'part')`;

const states: Readonly<Record<string, Availability>> = { passed: 'up', failed: 'down', unread: 'down' };

/** What is read from runs that were written by the hour; a shorter time has fewer results than that saves. */
const FROM_RUNS_ABOVE_MS: DurationMs = 3 * HOUR_MS;

/** Between these, runs are written by the hour, except in `hours`, which are read from the results. */
interface Written {
  readonly since: Instant;
  readonly until: Instant;
  readonly hours: readonly Instant[];
}

async function writtenIn(
  client: ClickHouseClient,
  query: ProbeQuery,
  ofParts: boolean,
  signal: AbortSignal,
): Promise<Written | undefined> {
  if (query.to - query.from < FROM_RUNS_ABOVE_MS) return undefined;
  const written = await checkRunsWritten(client);
  if (written === undefined) return undefined;
  const since = Math.max(written.since, Math.ceil(query.from / HOUR_MS) * HOUR_MS);
  const until = Math.floor(Math.min(query.to, written.upTo) / HOUR_MS) * HOUR_MS;
  if (until <= since) return undefined;
  const { plan, names, stale } = parametersOf(query);
  const hours = await hoursOfEvents(client, { plan, names, stale, ofParts, from: since, to: until }, signal);
  return { since, until, hours };
}

const RESULTS = `select strings['probe'] as probe, strings['part'] as part, strings['location'] as location,
            toUnixTimestamp64Milli(ts) as at, at as ended, ${RESULT_OF_EVENT} as result
          from events where ${OF_RANGE_WITH_PARTS} and mapContains(strings, 'part') = {ofParts:Bool}`;
const OF_HOURS = "in (select toDateTime(intDiv(arrayJoin({hours:Array(Int64)}), 1000), 'UTC'))";
/** Results before, after and between the hours whose runs are written, and those runs. */
const RUNS_AND_RESULTS = `${RESULTS}
            and (ts < fromUnixTimestamp64Milli({since:Int64}, 'UTC') or ts >= fromUnixTimestamp64Milli({until:Int64}, 'UTC')
              or toStartOfHour(ts) ${OF_HOURS})
          union all
          select toString(probe), toString(part), toString(location), toUnixTimestamp64Milli(at), toUnixTimestamp64Milli(ended),
            toString(result)
          from check_runs where plan = {plan:String} and probe in {names:Array(String)} and (part != '') = {ofParts:Bool}
            and at >= fromUnixTimestamp64Milli({since:Int64}, 'UTC') and at < fromUnixTimestamp64Milli({until:Int64}, 'UTC')
            and toStartOfHour(at) not ${OF_HOURS}`;

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
  const written = await writtenIn(client, query, ofParts, signal);
  const answer = await client.query({
    query: `select probe, part, location, at, previous, last, result from (
        select probe, part, location, at, result, lagInFrame(result, 1, '') over beside as before,
          lagInFrame(ended, 1, toInt64(0)) over beside as previous,
          max(ended) over (partition by probe, part, location) as last
        from (${written === undefined ? RESULTS : RUNS_AND_RESULTS})
        window beside as (partition by probe, part, location order by at rows between 1 preceding and current row)
      )
      where before != result or at - previous > transform(probe, {names:Array(String)}, {stale:Array(Int64)}, toInt64(0))
      order by probe, part, location, at limit {limit:UInt32} by probe, part, location`,
    format: 'JSONEachRow',
    query_params: { ...parametersOf(query), ...written, ofParts, limit: limits.probeRunsRead },
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

function isBeside(one: Omit<RunsOfPart, 'runs' | 'lastAt'>, other: Omit<RunsOfPart, 'runs' | 'lastAt'>): boolean {
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

/** The latest results that did not pass, newest first. */
export async function readFailures(
  client: ClickHouseClient,
  query: ProbeQuery,
  signal: AbortSignal,
): Promise<readonly StoredResult[]> {
  const answer = await client.query({
    query: `select ${RESULT} from events where ${OF_RANGE} and outcome != 'passed'
      order by ts desc, event_id limit 1 by event_id limit {limit:UInt32}`,
    format: 'JSONEachRow',
    query_params: { ...parametersOf(query), limit: limits.probeFailuresShown + 1 },
    clickhouse_settings: queryLimits,
    abort_signal: signal,
  });
  return answer.json<StoredResult>();
}

/** Mean durations of what was measured, by equal parts of the time: half of the work of `readBuckets`, for many probes at once. */
export async function readDurations(
  client: ClickHouseClient,
  query: ProbeQuery & { readonly stepMs: DurationMs },
  signal: AbortSignal,
): Promise<readonly Pick<ResultBucket, 'probe' | 'index' | 'durationMs'>[]> {
  const answer = await client.query({
    query: `select strings['probe'] as probe, toUInt32(intDiv(toUnixTimestamp64Milli(ts) - {from:Int64}, {step:Int64})) as index,
        avgIf(duration_ms, outcome != 'unmeasured') as durationMs
      from events where ${OF_RANGE} group by probe, index order by probe, index limit {limit:UInt32}`,
    format: 'JSONEachRow',
    query_params: { ...parametersOf(query), step: query.stepMs, limit: limits.probeBucketsRead },
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

/** Results by equal parts of the time. */
export async function readBuckets(
  client: ClickHouseClient,
  query: ProbeQuery & { readonly stepMs: DurationMs },
  signal: AbortSignal,
): Promise<readonly ResultBucket[]> {
  const mean = (field: string): string =>
    `avgOrNullIf(numbers['${field}'], outcome != 'unmeasured' and mapContains(numbers, '${field}'))`;
  const answer = await client.query({
    query: `select strings['probe'] as probe, toUInt32(intDiv(toUnixTimestamp64Milli(ts) - {from:Int64}, {step:Int64})) as index,
        count() as results, countIf(outcome = 'failed') as failed, countIf(outcome = 'unmeasured') as unmeasured,
        avgIf(duration_ms, outcome != 'unmeasured') as durationMs, maxIf(duration_ms, outcome != 'unmeasured') as longestMs,
        ${mean('time.dns')} as dnsMs, ${mean('time.connect')} as connectMs, ${mean('time.tls')} as tlsMs,
        ${mean('time.first_byte')} as firstByteMs
      from events where ${OF_RANGE} group by probe, index order by probe, index limit {limit:UInt32}`,
    format: 'JSONEachRow',
    query_params: { ...parametersOf(query), step: query.stepMs, limit: limits.probeBucketsRead },
    clickhouse_settings: queryLimits,
    abort_signal: signal,
  });
  return answer.json<ResultBucket>();
}

const RESULT = `event_id as id, strings['probe'] as probe, strings['location'] as location, toUnixTimestamp64Milli(ts) as at,
        toString(outcome) as outcome, duration_ms as durationMs, strings as texts, numbers`;

function parametersOf({ plan, probes, from, to }: ProbeQuery) {
  return { plan, from, to, names: probes.map(({ name }) => name), stale: probes.map(({ staleMs }) => staleMs) };
}
