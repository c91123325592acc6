import type { ClickHouseClient } from '@clickhouse/client';
import { DAY_MS, type DurationMs, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from '#kernel/instant.ts';
import {
  askRows,
  type GapQuery,
  LATE_AT_ALL_MS,
  OF_PIECE,
  RESULTS_AT_ONCE,
  RUN_FIELDS,
  RUN_KEY,
  runsOf,
} from './check-runs.ts';

/** What a row of `check_slices` is of, at most. */
export const CHECK_SLICE_MS: DurationMs = 5 * MINUTE_MS;
/** Results are there so long after their slice, as a rule; what comes later has the slice written again. */
const SETTLED_MS: DurationMs = 20 * SECOND_MS;
/** Of what nothing was written yet, only so much is, and so much at once: readings wait meanwhile. */
const MOST_MS: DurationMs = DAY_MS;
const MOST_AT_ONCE_MS: DurationMs = 2 * HOUR_MS;
/** Results that came late are looked for so far back; what lies before that has its hours noted when they are late. */
const LATE_SOON_MS: DurationMs = 2 * HOUR_MS;
/** So many late slices are written again at one call; the rest at the next. */
const MOST_LATE = 100;

/** From and up to which instant slices are written; undefined when none are. */
export async function checkSlicesWritten(
  client: ClickHouseClient,
): Promise<{ readonly since: Instant; readonly upTo: Instant } | undefined> {
  const found = await readWritten(client);
  return found && { since: found.since, upTo: found.upTo };
}

async function readWritten(client: ClickHouseClient) {
  const [row] = await askRows<{ first: number; latest: number; version: number; notes: number }>(
    client,
    `select toUInt32(min(slice)) as first, toUInt32(max(slice)) as latest, max(version) as version, toUInt32(count()) as notes
      from check_slices_written`,
    {},
  );
  if (row === undefined || row.notes === 0) return undefined;
  return { since: row.first * SECOND_MS, upTo: row.latest * SECOND_MS + CHECK_SLICE_MS, version: row.version };
}

/**
 * Writes the slices that are over and have none yet, and those again that got results since. `waitsFrom` is as for `rollUpCheckRuns`. It may be
 * stopped at any statement and run again: what was written without its note counts for nothing. Only one process may do this.
 */
export async function rollUpCheckSlices(
  client: ClickHouseClient,
  now: Instant,
  waitsFrom: Instant = Number.POSITIVE_INFINITY,
): Promise<void> {
  const written = await readWritten(client);
  const settled = startOfSlice(Math.min(now, waitsFrom) - SETTLED_MS);
  // Without gaps, so that there are no results between two slices but theirs.
  const begin = await firstSlice(client, written?.upTo ?? settled - MOST_MS);
  const version = Math.max(Math.floor(now / SECOND_MS), (written?.version ?? 0) + 1);
  if (begin !== undefined && begin < settled) {
    const end = Math.min(settled, begin + MOST_AT_ONCE_MS);
    await writeSlices(client, await readSlices(client, COUNTS, { begin, end }), version);
  }
  if (written === undefined) return;
  const range = { begin: Math.max(written.since, written.upTo - LATE_AT_ALL_MS), end: written.upTo };
  await writeSlices(client, await readSlices(client, LATE, { ...range, soon: range.end - LATE_SOON_MS }), version + 1);
}

interface Slice {
  readonly at: Instant;
  readonly plans: readonly string[];
  /** Results of each plan. */
  readonly events: readonly number[];
}

const OF_RANGE = `name = 'check' and ts >= fromUnixTimestamp64Milli({begin:Int64}, 'UTC') and ts < fromUnixTimestamp64Milli({end:Int64}, 'UTC')`;
const countsOf = (range: string): string =>
  `select plan, toStartOfFiveMinutes(ts) as slice_, count() as there from events where ${range} group by plan, slice_`;
const COUNTS = countsOf(OF_RANGE);
const LATE = `select plan, slice_, there from (${countsOf(
  `${OF_RANGE} and (ts >= fromUnixTimestamp64Milli({soon:Int64}, 'UTC') or toStartOfHour(ts) in (select at from check_hours_late))`,
)}) as found
      left join (select plan, slice as slice_, argMax(events, version) as events from check_slices_written group by plan, slice_) as known
        using (plan, slice_)
      where there > events order by slice_ limit ${MOST_LATE}`;

async function readSlices(
  client: ClickHouseClient,
  counts: string,
  range: { readonly begin: Instant; readonly end: Instant; readonly soon?: Instant },
): Promise<readonly Slice[]> {
  const rows = await askRows<{ at: number; plans: readonly string[]; events: readonly number[] }>(
    client,
    `select toUInt32(slice_) as at, groupArray(toString(plan)) as plans, groupArray(toFloat64(there)) as events
      from (${counts}) group by slice_ order by slice_`,
    range,
  );
  return rows.map(({ at, plans, events }) => ({ at: at * SECOND_MS, plans, events }));
}

/** As many at once as have few results together; what has many by itself comes in pieces, each with all of its probes. */
async function writeSlices(client: ClickHouseClient, slices: readonly Slice[], version: number): Promise<void> {
  let together: Slice[] = [];
  let results = 0;
  for (const slice of slices) {
    const own = slice.events.reduce((sum, some) => sum + some, 0);
    if (together.length > 0 && results + own > RESULTS_AT_ONCE) {
      await writeTogether(client, together, results, version);
      [together, results] = [[], 0];
    }
    together.push(slice);
    results += own;
  }
  if (together.length > 0) await writeTogether(client, together, results, version);
}

/** The note comes last: until then what is read is the version before, or the results. */
async function writeTogether(
  client: ClickHouseClient,
  slices: readonly Slice[],
  results: number,
  version: number,
): Promise<void> {
  const rows = slices.flatMap(({ at, plans, events }) =>
    plans.map((plan, index) => ({ at, plan, events: events[index] ?? 0 })),
  );
  const written = {
    version,
    ats: rows.map(({ at }) => at),
    plans: rows.map(({ plan }) => plan),
    events: rows.map(({ events }) => events),
    begin: slices.at(0)?.at ?? 0,
    end: (slices.at(-1)?.at ?? 0) + CHECK_SLICE_MS,
  };
  const pieces = Math.ceil(results / RESULTS_AT_ONCE);
  for (let piece = 0; piece < pieces; piece += 1) {
    await client.command({ query: WRITE_SLICES, query_params: { ...written, pieces, piece } });
  }
  await client.command({ query: NOTE_SLICES, query_params: written });
}

const WRITTEN = `select tupleElement(row, 1) as plan, toDateTime(intDiv(tupleElement(row, 2), 1000), 'UTC') as slice_, tupleElement(row, 3) as events_
          from (select arrayJoin(arrayZip({plans:Array(String)}, {ats:Array(Int64)}, {events:Array(Float64)})) as row)`;
const NOTE_SLICES = `insert into check_slices_written
  select plan, slice_, {version:UInt32}, toUInt64(events_) from (${WRITTEN})`;

const TIMES = ['dns', 'connect', 'tls', 'first_byte', 'confirmed'] as const;

const WRITE_SLICES = `insert into check_slices ${runsOf(
  `select ${RUN_FIELDS}, toStartOfFiveMinutes(ts) as slice_, ifNull(duration_ms, 0) as duration,
            ${TIMES.map((time) => `numbers['time.${time}'] as ${time}_, mapContains(numbers, 'time.${time}') as has_${time}`).join(', ')}
          from events where plan in {plans:Array(String)} and ${OF_RANGE} and ${OF_PIECE}
            and (toString(plan), slice_) in (select plan, slice_ from (${WRITTEN}))`,
  {
    by: `${RUN_KEY}, slice_`,
    head: `${RUN_KEY}, slice_, {version:UInt32}`,
    more: `, sum(duration), max(duration), ${TIMES.map((time) => `sum(${time}_), countIf(has_${time})`).join(', ')}`,
  },
)}`;

async function firstSlice(client: ClickHouseClient, from: Instant): Promise<Instant | undefined> {
  const [row] = await askRows<{ at: number }>(
    client,
    `select toUInt32(toStartOfFiveMinutes(min(ts))) as at from events
      where name = 'check' and ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')`,
    { from },
  );
  return row === undefined || row.at === 0 ? undefined : row.at * SECOND_MS;
}

function startOfSlice(at: Instant): Instant {
  return Math.floor(at / CHECK_SLICE_MS) * CHECK_SLICE_MS;
}

/** The slices of a time in which a result holds no longer than a gap; only of those that are not read from the runs of hours. */
export async function slicesOfEvents(
  client: ClickHouseClient,
  query: GapQuery & {
    /** Between these, but in `hours`, the runs of hours are read. */
    readonly since: Instant;
    readonly until: Instant;
    readonly hours: readonly Instant[];
    readonly sliced: Instant;
    readonly slicedUpTo: Instant;
  },
  signal: AbortSignal,
): Promise<readonly Instant[]> {
  const rows = await askRows<{ at: number }>(
    client,
    `select distinct toUInt32(slice) as at from check_slices where plan = {plan:String} and probe in {names:Array(String)}
        and (part != '') = {ofParts:Bool} and slice >= fromUnixTimestamp64Milli({sliced:Int64}, 'UTC')
        and slice < fromUnixTimestamp64Milli({slicedUpTo:Int64}, 'UTC')
        and (slice < fromUnixTimestamp64Milli({since:Int64}, 'UTC') or slice >= fromUnixTimestamp64Milli({until:Int64}, 'UTC')
          or toStartOfHour(slice) in (select toDateTime(intDiv(arrayJoin({hours:Array(Int64)}), 1000), 'UTC')))
        and longest_gap > transform(probe, {names:Array(String)}, {stale:Array(UInt64)}, toUInt64(0))
      order by at`,
    { ...query },
    signal,
  );
  return rows.map(({ at }) => at * SECOND_MS);
}
