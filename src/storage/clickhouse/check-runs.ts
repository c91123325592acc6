import type { ClickHouseClient } from '@clickhouse/client';
import { DAY_MS, type DurationMs, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';

/** Hours that are looked at for results that came late, at each call and at each that writes runs: nothing older than that is accepted. */
const LATE_SOON_MS: DurationMs = DAY_MS;
export const LATE_AT_ALL_MS: DurationMs = Math.ceil(limits.oldestMs / HOUR_MS) * HOUR_MS + DAY_MS;

/** The note of how far runs are written stands beside those of readings. */
export const CHECK_RUNS_STEP_MS: DurationMs = HOUR_MS;
/** Results are there so long after their hour, as a rule; what comes later makes the hour a late one. */
const SETTLED_MS: DurationMs = 5 * MINUTE_MS;
/** Results that are put in order at once, so that an hour of a thousand probes needs little memory. */
export const RESULTS_AT_ONCE = 200_000;

/** Of what nothing was written yet, so much at once: readings wait meanwhile. */
const MOST_AT_ONCE_MS: DurationMs = 2 * DAY_MS;

/** What a `query` says when it has read what it asks for, and found something there. */
const FOUND_BY_QUERIES = "('expectation-failed', 'too-many-rows', 'answer-too-large')";
/** A result's outcome; that of a query which failed before it could read anything has a word of its own. */
export const RESULT_OF_EVENT = `if(outcome = 'failed' and strings['kind'] = 'query' and strings['reason'] not in ${FOUND_BY_QUERIES},
              'unread', toString(outcome))`;

/** From and up to which instant runs are written; undefined when none are. */
export async function checkRunsWritten(
  client: ClickHouseClient,
): Promise<{ readonly since: Instant; readonly upTo: Instant } | undefined> {
  const [row] = await askRows<{ first: number; latest: number; notes: number }>(
    client,
    `select toUInt32(min(up_to)) as first, toUInt32(max(up_to)) as latest, toUInt32(count()) as notes
      from readings_rolled_up where step = {step:UInt32}`,
    { step: CHECK_RUNS_STEP_MS / SECOND_MS },
  );
  if (row === undefined || row.notes === 0) return undefined;
  return { since: row.first * SECOND_MS, upTo: row.latest * SECOND_MS };
}

async function note(client: ClickHouseClient, upTo: Instant): Promise<void> {
  await client.command({
    query:
      "insert into readings_rolled_up (up_to, step) select toDateTime(intDiv({upTo:Int64}, 1000), 'UTC'), {step:UInt32}",
    query_params: { upTo, step: CHECK_RUNS_STEP_MS / SECOND_MS },
  });
}

/**
 * Writes the runs of whole hours that have none yet, and notes hours that got results since theirs were written. `waitsFrom` is the oldest
 * receipt of what this store does not have yet: hours that end after it are written when it has that. It may be stopped at any statement and run
 * again, since a table knows a piece by its token. Only one process may do this.
 */
export async function rollUpCheckRuns(
  client: ClickHouseClient,
  now: Instant,
  waitsFrom: Instant = Number.POSITIVE_INFINITY,
): Promise<void> {
  const written = await checkRunsWritten(client);
  const begin = written?.upTo ?? (await firstHour(client, now));
  if (begin === undefined) return;
  const settled = Math.floor((Math.min(now, waitsFrom) - SETTLED_MS) / HOUR_MS) * HOUR_MS;
  const end = Math.min(begin + MOST_AT_ONCE_MS, settled);
  if (begin >= end) {
    if (written !== undefined) await noteLateHours(client, begin - LATE_SOON_MS, begin);
    return;
  }
  // Where it began: what lies before that has no runs.
  if (written === undefined) await note(client, begin);
  for (const { hour, events } of await countHours(client, begin, end)) await writeRuns(client, hour, events);
  await note(client, end);
  await noteLateHours(client, end - LATE_AT_ALL_MS, end);
}

/**
 * How many results each hour has. They are counted before runs are written: what arrives in between is in the runs and makes the hour a late
 * one, which costs time and no truth. An hour that is counted again after a crash has the first of its counts, from which its pieces follow.
 */
async function countHours(
  client: ClickHouseClient,
  begin: Instant,
  end: Instant,
): Promise<readonly { readonly hour: Instant; readonly events: number }[]> {
  const within = (column: string): string => `${column} >= fromUnixTimestamp64Milli({begin:Int64}, 'UTC')
    and ${column} < fromUnixTimestamp64Milli({end:Int64}, 'UTC')`;
  await client.command({
    query: `insert into check_hours select plan, toStartOfHour(ts) as at, count() from events
      where name = 'check' and ${within('ts')} group by plan, at`,
    query_params: { begin, end },
    clickhouse_settings: { insert_deduplication_token: `check-hours-${begin}-${end}`, insert_deduplicate: 1 },
  });
  const rows = await askRows<{ hour: number; events: number }>(
    client,
    `select toUInt32(at) as hour, toFloat64(sum(first)) as events from (
      select plan, at, min(events) as first from check_hours where ${within('at')} group by plan, at
    ) group by at order by at`,
    { begin, end },
  );
  return rows.map(({ hour, events }) => ({ hour: hour * SECOND_MS, events }));
}

const OF_HOUR = `name = 'check' and ts >= fromUnixTimestamp64Milli({hour:Int64}, 'UTC')
  and ts < fromUnixTimestamp64Milli({hour:Int64} + ${HOUR_MS}, 'UTC')`;

async function writeRuns(client: ClickHouseClient, hour: Instant, events: number): Promise<void> {
  const pieces = Math.ceil(events / RESULTS_AT_ONCE);
  for (let piece = 0; piece < pieces; piece += 1) {
    await client.command({
      query: WRITE_RUNS,
      query_params: { hour, pieces, piece },
      clickhouse_settings: { insert_deduplication_token: `check-runs-${hour}-${piece}`, insert_deduplicate: 1 },
    });
  }
}

/** What results have in common that are in one run. */
export const RUN_KEY = 'plan, probe, part, location';

/**
 * Runs of the results of `events`, a selection of `plan`, `probe`, `part`, `location`, `begun` in ms, `result_` and what `by` and `more` name. A gap
 * that is longer than two of the mean is not within a run, so that whoever asks how long a result holds, which is longer than two of the probe's
 * intervals, is answered from runs; where it is shorter than the gaps in a run, that time is read from the events.
 */
export function runsOf(
  events: string,
  { by, head, more }: { readonly by: string; readonly head: string; readonly more: string } = {
    by: RUN_KEY,
    head: RUN_KEY,
    more: '',
  },
): string {
  return `select ${head}, fromUnixTimestamp64Milli(min(begun), 'UTC'), fromUnixTimestamp64Milli(max(begun), 'UTC'), any(result_),
    max(if(isFirst, 0, begun - previous)), count()${more}
  from (
    select *,
      sum(isFirst) over (partition by ${by} order by begun, number_ rows between unbounded preceding and current row) as run
    from (
      select *, number_ = 1 or before != result_ or begun - previous > 2 * (latest - earliest) / greatest(1, there - 1) as isFirst
      from (
        select *, row_number() over beside as number_,
          lagInFrame(result_, 1, '') over beside as before, lagInFrame(begun, 1, toInt64(0)) over beside as previous,
          min(begun) over (partition by ${by}) as earliest,
          max(begun) over (partition by ${by}) as latest,
          count() over (partition by ${by}) as there
        from (${events})
        window beside as (partition by ${by} order by begun rows between 1 preceding and current row)
      )
    )
  )
  group by ${by}, run`;
}

/** The fields of a result that runs are made of, and of which piece it is: all of a probe are in one. */
export const RUN_FIELDS = `plan, strings['probe'] as probe, strings['part'] as part, strings['location'] as location,
            toUnixTimestamp64Milli(ts) as begun, ${RESULT_OF_EVENT} as result_`;
export const OF_PIECE = "cityHash64(strings['probe']) % {pieces:UInt32} = {piece:UInt32}";

const WRITE_RUNS = `insert into check_runs ${runsOf(`select ${RUN_FIELDS} from events where ${OF_HOUR} and ${OF_PIECE}`)}`;

async function noteLateHours(client: ClickHouseClient, from: Instant, end: Instant): Promise<void> {
  await client.command({
    query: `insert into check_hours_late
      select plan, at from (
        select plan, toStartOfHour(ts) as at, count() as there from events
        where name = 'check' and ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') and ts < fromUnixTimestamp64Milli({end:Int64}, 'UTC')
        group by plan, at
      ) as found
      left join (select plan, at, min(events) as events from check_hours group by plan, at) as written using (plan, at)
      where there > events and (plan, at) not in (select plan, at from check_hours_late)`,
    query_params: { from, end },
  });
}

async function firstHour(client: ClickHouseClient, now: Instant): Promise<Instant | undefined> {
  const [row] = await askRows<{ at: number }>(
    client,
    `select toUInt32(toStartOfHour(min(ts))) as at from events
      where name = 'check' and ts > fromUnixTimestamp64Milli({from:Int64}, 'UTC')`,
    { from: now - 400 * DAY_MS },
  );
  return row === undefined || row.at === 0 ? undefined : row.at * SECOND_MS;
}

/** Of which probes times are looked for in which a result holds no longer than a gap. */
export interface GapQuery {
  readonly plan: string;
  readonly names: readonly string[];
  /** How long a result of each holds. */
  readonly stale: readonly DurationMs[];
  /** Whether it is about the parts of their targets, instead of the whole. */
  readonly ofParts: boolean;
}

/**
 * Hours of a range that are to be read from the events: those that got results late, and those where a result holds no longer than a gap. None
 * is so old that its events may be gone: there, a gap is as long as the probe's pace of then had it.
 */
export async function hoursOfEvents(
  client: ClickHouseClient,
  query: GapQuery & { readonly from: Instant; readonly to: Instant },
  signal: AbortSignal,
): Promise<readonly Instant[]> {
  const inRange = `plan = {plan:String} and at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
    and at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')`;
  const rows = await askRows<{ hour: number }>(
    client,
    `select toUInt32(hour) as hour from (
      select at as hour from check_hours_late where ${inRange}
      union distinct
      select distinct toStartOfHour(at) as hour from check_runs where ${inRange} and probe in {names:Array(String)}
        and (part != '') = {ofParts:Bool} and at >= (select minOrNull(at) from check_hours)
        and longest_gap > transform(probe, {names:Array(String)}, {stale:Array(UInt64)}, toUInt64(0))
    ) order by hour`,
    { ...query },
    signal,
  );
  return rows.map(({ hour }) => hour * SECOND_MS);
}

/** Hours of a range that have more results than their runs were made of, whether that is noted already or not; `upTo` is how far runs are written. */
export async function hoursWithMore(
  client: ClickHouseClient,
  { plan, from, to }: { readonly plan: string; readonly from: Instant; readonly to: Instant },
  upTo: Instant,
  signal: AbortSignal,
): Promise<readonly Instant[]> {
  const since = Math.max(from, upTo - LATE_AT_ALL_MS);
  if (since >= to) return [];
  const rows = await askRows<{ hour: number }>(
    client,
    `select toUInt32(at) as hour from (
      select toStartOfHour(ts) as at, count() as there from events
      where plan = {plan:String} and name = 'check' and ts >= fromUnixTimestamp64Milli({since:Int64}, 'UTC')
        and ts < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
      group by at
    ) as found
    left join (select at, min(events) as events from check_hours where plan = {plan:String} group by at) as written using (at)
    where there > events order by hour`,
    { plan, since, to },
    signal,
  );
  return rows.map(({ hour }) => hour * SECOND_MS);
}

/** What a question is answered with, row by row. */
export async function askRows<Row>(
  client: ClickHouseClient,
  query: string,
  query_params: Record<string, unknown>,
  signal?: AbortSignal,
): Promise<readonly Row[]> {
  const answer = await client.query({
    query,
    query_params,
    format: 'JSONEachRow',
    ...(signal === undefined ? {} : { abort_signal: signal }),
  });
  return answer.json<Row>();
}
