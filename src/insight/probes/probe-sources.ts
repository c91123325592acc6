import type { ClickHouseClient } from '@clickhouse/client';
import { type DurationMs, HOUR_MS, type Instant } from '#kernel/instant.ts';
import { checkRunsWritten, hoursOfEvents, hoursWithMore, RESULT_OF_EVENT } from '#storage/clickhouse/check-runs.ts';
import { CHECK_SLICE_MS, checkSlicesWritten, slicesOfEvents } from '#storage/clickhouse/check-slices.ts';

/** What is asked about: the results of a plan's probes in a time; `staleMs` is how long a result of each says something. */
export interface ProbeQuery {
  readonly plan: string;
  readonly probes: readonly { readonly name: string; readonly staleMs: DurationMs }[];
  readonly from: Instant;
  readonly to: Instant;
  /** Also what came since runs were written, and is not noted yet, which costs a count of days. Who asks keeps the answer, and will not ask again. */
  readonly isForGood?: true;
}

/** A time of which something is written; none where it ends when it begins. */
interface Span {
  readonly since: Instant;
  readonly until: Instant;
}

const NONE: Span = { since: 0, until: 0 };

/**
 * Where results are read from: the hours between `since` and `until` that are not among `hours` from the runs of hours; else the slices between
 * `sliced` and `slicedUpTo` that are not among `slices` from the runs of slices; all others from the events. As parameters of a question.
 */
export interface Sources {
  readonly since: Instant;
  readonly until: Instant;
  readonly hours: readonly Instant[];
  readonly sliced: Instant;
  readonly slicedUpTo: Instant;
  readonly slices: readonly Instant[];
}

/** Everything is read from the events. */
export const NOTHING_WRITTEN: Sources = { ...NONE, hours: [], sliced: 0, slicedUpTo: 0, slices: [] };

/** A shorter time has fewer results than it saves to ask what is written of it. */
const FROM_RUNS_ABOVE_MS: DurationMs = 3 * HOUR_MS;
const FROM_SLICES_ABOVE_MS: DurationMs = 2 * CHECK_SLICE_MS;

/** The sources of runs: what is written is taken where no gap in it is longer than a result holds. */
export async function sourcesOfRuns(
  client: ClickHouseClient,
  query: ProbeQuery,
  ofParts: boolean,
  signal: AbortSignal,
): Promise<Sources> {
  const [runs, slices] = await Promise.all([
    query.to - query.from < FROM_RUNS_ABOVE_MS ? undefined : checkRunsWritten(client),
    query.isForGood === true ? undefined : slicesWritten(client, query),
  ]);
  const asked = { ...parametersOf(query), ofParts };
  const { since, until } = within(query, runs, HOUR_MS);
  const inHours = { ...asked, from: since, to: until };
  const noted = since === until ? [] : await hoursOfEvents(client, inHours, signal);
  const later =
    since === until || query.isForGood !== true
      ? []
      : await hoursWithMore(client, inHours, runs?.upTo ?? until, signal);
  const hours = [...new Set([...noted, ...later])];
  const { since: sliced, until: slicedUpTo } = within(query, slices, CHECK_SLICE_MS);
  const known = { since, until, hours, sliced, slicedUpTo };
  const bad = sliced === slicedUpTo ? [] : await slicesOfEvents(client, { ...asked, ...known }, signal);
  return { ...known, slices: bad };
}

/** The sources of durations and counts, which hours do not have. */
export async function sourcesOfDurations(client: ClickHouseClient, query: ProbeQuery): Promise<Sources> {
  const { since, until } = within(query, await slicesWritten(client, query), CHECK_SLICE_MS);
  return { ...NOTHING_WRITTEN, sliced: since, slicedUpTo: until };
}

async function slicesWritten(client: ClickHouseClient, { from, to }: ProbeQuery) {
  return to - from < FROM_SLICES_ABOVE_MS ? undefined : checkSlicesWritten(client);
}

/** The whole steps of a time that are written. */
function within(
  { from, to }: Pick<ProbeQuery, 'from' | 'to'>,
  written: { readonly since: Instant; readonly upTo: Instant } | undefined,
  stepMs: DurationMs,
): Span {
  if (written === undefined) return NONE;
  const since = Math.max(written.since, Math.ceil(from / stepMs) * stepMs);
  const until = Math.floor(Math.min(to, written.upTo) / stepMs) * stepMs;
  return until <= since ? NONE : { since, until };
}

/** As parameters of a question. */
export function parametersOf({ plan, probes, from, to }: ProbeQuery) {
  return { plan, from, to, names: probes.map(({ name }) => name), stale: probes.map(({ staleMs }) => staleMs) };
}

export const OF_RANGE_WITH_PARTS = `plan = {plan:String} and name = 'check'
          and ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') and ts < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
          and strings['probe'] in {names:Array(String)}`;
/** Results of whole probes; those of parts of a target are events of their own. */
export const OF_RANGE = `${OF_RANGE_WITH_PARTS} and not mapContains(strings, 'part')`;

const at = (parameter: string): string => `fromUnixTimestamp64Milli({${parameter}:Int64}, 'UTC')`;
const oneOf = (parameter: string): string =>
  `in (select toDateTime(intDiv(arrayJoin({${parameter}:Array(Int64)}), 1000), 'UTC'))`;
const NOT_IN_HOURS = (time: string): string =>
  `(${time} < ${at('since')} or ${time} >= ${at('until')} or toStartOfHour(${time}) ${oneOf('hours')})`;
/** Events that are in no slice that is read. */
export const NOT_IN_SLICES = `(ts < ${at('sliced')} or ts >= ${at('slicedUpTo')} or toStartOfFiveMinutes(ts) ${oneOf('slices')})`;
const OF_PROBES = 'plan = {plan:String} and probe in {names:Array(String)}';
/** Rows of slices that are read, each in its last version. */
export const OF_SLICES = `${OF_PROBES} and slice >= ${at('sliced')} and slice < ${at('slicedUpTo')}
            and (slice, version) in (select slice, max(version) from check_slices_written
              where plan = {plan:String} and slice >= ${at('sliced')} and slice < ${at('slicedUpTo')} group by slice)`;

/** Runs and results of all sources, as `probe`, `part`, `location`, `at`, `ended`, `result`. */
export const RUNS_AND_RESULTS = `select strings['probe'] as probe, strings['part'] as part, strings['location'] as location,
            toUnixTimestamp64Milli(ts) as at, at as ended, ${RESULT_OF_EVENT} as result
          from events where ${OF_RANGE_WITH_PARTS} and mapContains(strings, 'part') = {ofParts:Bool}
            and ${NOT_IN_HOURS('ts')} and ${NOT_IN_SLICES}
          union all
          select toString(probe), toString(part), toString(location), toUnixTimestamp64Milli(at), toUnixTimestamp64Milli(ended),
            toString(result)
          from check_slices where ${OF_SLICES} and (part != '') = {ofParts:Bool}
            and ${NOT_IN_HOURS('slice')} and slice not ${oneOf('slices')}
          union all
          select toString(probe), toString(part), toString(location), toUnixTimestamp64Milli(at), toUnixTimestamp64Milli(ended),
            toString(result)
          from check_runs where ${OF_PROBES} and (part != '') = {ofParts:Bool}
            and at >= ${at('since')} and at < ${at('until')} and toStartOfHour(at) not ${oneOf('hours')}`;
