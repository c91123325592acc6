import type { ClickHouseClient } from '@clickhouse/client';
import type { DurationMs, Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { queryLimits } from '#storage/clickhouse/series.ts';

/** Steps of a trend in a list. */
export const TREND_STEPS = 24;
/** Steps of the trend of one group. */
export const DETAIL_STEPS = 60;

export interface ErrorScope {
  readonly plan: string;
  readonly from: Instant;
  readonly to: Instant;
}

export const errorOrders = ['last', 'count', 'users', 'first'] as const;
export type ErrorOrder = (typeof errorOrders)[number];

export interface ErrorQuery extends ErrorScope {
  /** Empty texts narrow nothing. */
  readonly service: string;
  readonly environment: string;
  readonly release: string;
  readonly level: string;
  /** In the type or the message, whatever the case of its letters. */
  readonly text: string;
  /** Only these groups, which are as many as are shown. */
  readonly only?: readonly string[];
  readonly order: ErrorOrder;
  readonly limit: number;
}

/** One group within a time. */
export interface CountedErrors {
  readonly fingerprint: string;
  readonly errors: number;
  readonly users: number;
  readonly first: Instant;
  readonly last: Instant;
  /** Of the latest error; empty where it says nothing. */
  readonly type: string;
  readonly message: string;
  readonly level: string;
  readonly service: string;
  readonly releases: readonly string[];
  readonly environments: readonly string[];
  /** Errors by step. */
  readonly trend: readonly number[];
}

export interface CountedGroups {
  readonly groups: readonly CountedErrors[];
  /** Of all groups, also those beyond the limit. */
  readonly groupsThere: number;
  readonly errors: number;
}

const MESSAGE_CHARACTERS = 300;
const NAMES = 5;

/** Events of errors within a time, with the field that they are grouped by. */
const inScope = `plan = {plan:String} and name = 'error'
  and ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') and ts < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
  and strings['fingerprint'] != ''`;

const narrowed = `({service:String} = '' or service = {service:String})
  and ({environment:String} = '' or strings['environment'] = {environment:String})
  and ({release:String} = '' or strings['release'] = {release:String})
  and ({level:String} = '' or strings['level'] = {level:String})
  and ({text:String} = '' or positionCaseInsensitiveUTF8(strings['message'], {text:String}) > 0
    or positionCaseInsensitiveUTF8(strings['type'], {text:String}) > 0)`;

const figures = (steps: number): string => `count() as errors_, uniqExactIf(user, user != '') as users_,
  toUnixTimestamp64Milli(min(ts)) as first_, toUnixTimestamp64Milli(max(ts)) as last_,
  argMax(strings['type'], ts) as type_, argMax(substringUTF8(strings['message'], 1, ${MESSAGE_CHARACTERS}), ts) as message_,
  argMax(strings['level'], ts) as level_, argMax(service, ts) as service_,
  groupUniqArrayIf(${NAMES})(strings['release'], strings['release'] != '') as releases_,
  groupUniqArrayIf(${NAMES})(strings['environment'], strings['environment'] != '') as environments_,
  countResample(0, ${steps}, 1)(ts, least(intDiv(toUnixTimestamp64Milli(ts) - {from:Int64}, {step:Int64}), ${steps - 1})) as trend_`;

/** What a list may be ordered by; a name of ours, never a text that was sent. */
const orders: Readonly<Record<ErrorOrder, string>> = {
  last: 'last_ desc',
  count: 'errors_ desc',
  users: 'users_ desc',
  first: 'first_ desc',
};

/** Groups of errors within a time. Throws the client's error, also when the limits of time and memory are reached. */
export async function readErrorGroups(
  client: ClickHouseClient,
  query: ErrorQuery,
  signal: AbortSignal,
): Promise<CountedGroups> {
  const { order, limit, only, ...scope } = query;
  const chosen = only === undefined ? '' : "and strings['fingerprint'] in {fingerprints:Array(String)}";
  if (only?.length === 0) return { groups: [], groupsThere: 0, errors: 0 };
  const answer = await client.query({
    query: `select *, count() over () as groups_there, sum(errors_) over () as all_errors from (
        select strings['fingerprint'] as fingerprint_, ${figures(TREND_STEPS)}
        from events where ${inScope} and ${narrowed} ${chosen} group by fingerprint_
      ) order by ${orders[order]}, fingerprint_ limit {limit:UInt32}`,
    format: 'JSONEachRow',
    query_params: { ...scope, step: stepOf(scope, TREND_STEPS), limit, fingerprints: only ?? [] },
    clickhouse_settings: queryLimits,
    abort_signal: signal,
  });
  const rows = await answer.json<FigureRow & { readonly groups_there: number; readonly all_errors: number }>();
  return {
    groups: rows.map(counted),
    groupsThere: rows[0]?.groups_there ?? 0,
    errors: rows[0]?.all_errors ?? 0,
  };
}

/** A group and how many errors it has within a time. */
export interface ErrorGroupSize {
  readonly fingerprint: string;
  readonly errors: number;
}

/**
 * All groups of errors within a time, in their order, for who chooses among them by what the telemetry store does not know: there may be more
 * groups in a state than one question can name.
 */
export async function readErrorGroupSizes(
  client: ClickHouseClient,
  query: Omit<ErrorQuery, 'only' | 'limit'>,
  signal: AbortSignal,
): Promise<readonly ErrorGroupSize[]> {
  const { order, ...scope } = query;
  const answer = await client.query({
    query: `select strings['fingerprint'] as fingerprint_, count() as errors_, uniqExactIf(user, user != '') as users_,
        min(ts) as first_, max(ts) as last_
      from events where ${inScope} and ${narrowed} group by fingerprint_
      order by ${orders[order]}, fingerprint_ limit {limit:UInt32}`,
    format: 'JSONCompactEachRow',
    query_params: { ...scope, limit: limits.errorGroupsRead },
    clickhouse_settings: queryLimits,
    abort_signal: signal,
  });
  const rows = await answer.json<readonly [fingerprint: string, errors: number | string]>();
  return rows.map(([fingerprint, errors]) => ({ fingerprint, errors: Number(errors) }));
}

/** One group within a time; undefined when it has no error there. */
export async function readErrorGroup(
  client: ClickHouseClient,
  query: ErrorScope & { readonly fingerprint: string },
  signal: AbortSignal,
): Promise<CountedErrors | undefined> {
  const answer = await client.query({
    query: `select strings['fingerprint'] as fingerprint_, ${figures(DETAIL_STEPS)}
      from events where ${inScope} and strings['fingerprint'] = {fingerprint:String} group by fingerprint_`,
    format: 'JSONEachRow',
    query_params: { ...query, step: stepOf(query, DETAIL_STEPS) },
    clickhouse_settings: queryLimits,
    abort_signal: signal,
  });
  const [row] = await answer.json<FigureRow>();
  return row === undefined ? undefined : counted(row);
}

/** How often each value of a field stands in the errors of a group. */
export interface ErrorValues {
  readonly field: string;
  /** Most frequent first; more than these may be there. */
  readonly values: readonly { readonly value: string; readonly errors: number }[];
  /** Errors that have the field at all. */
  readonly errors: number;
}

/** Fields by which the errors of a group are told apart; the sender's own tags come with them. */
const FIELDS = [
  'environment',
  'release',
  'version',
  'level',
  'route',
  'server_name',
  'host.name',
  'browser',
  'os',
  'device',
  'runtime',
  'mechanism',
];

/** Values of the latest errors of a group, by field. */
export async function readErrorValues(
  client: ClickHouseClient,
  query: ErrorScope & { readonly fingerprint: string },
  signal: AbortSignal,
): Promise<readonly ErrorValues[]> {
  const answer = await client.query({
    query: `select pair.1 as field_, pair.2 as value_, count() as errors_, sum(count()) over (partition by pair.1) as there_ from (
        select arrayJoin(arrayFilter(one -> one.1 in {fields:Array(String)} or startsWith(one.1, 'tag.'),
          arrayZip(mapKeys(strings), mapValues(strings)))) as pair
        from (select strings from events where ${inScope} and strings['fingerprint'] = {fingerprint:String}
          order by ts desc limit {limit:UInt32})
      ) group by pair.1, pair.2 order by errors_ desc, value_ limit {values:UInt32} by field_`,
    format: 'JSONEachRow',
    query_params: { ...query, fields: FIELDS, limit: limits.eventsLookedThrough, values: limits.errorValuesShown },
    clickhouse_settings: queryLimits,
    abort_signal: signal,
  });
  const rows = await answer.json<ValueRow>();
  const found = new Map<string, { errors: number; values: { value: string; errors: number }[] }>();
  for (const { field_, value_, errors_, there_ } of rows) {
    const entry = found.get(field_) ?? { errors: there_, values: [] };
    entry.values.push({ value: value_, errors: errors_ });
    found.set(field_, entry);
  }
  const rank = (field: string): number => (FIELDS.indexOf(field) + FIELDS.length + 1) % (FIELDS.length + 1);
  return [...found]
    .map(([field, { errors, values }]) => ({ field, errors, values }))
    .sort((left, right) => rank(left.field) - rank(right.field) || (left.field < right.field ? -1 : 1))
    .slice(0, limits.eventNamesShown);
}

/** One release in which a group was seen. */
export interface ErrorRelease {
  readonly release: string;
  readonly errors: number;
  readonly users: number;
  readonly first: Instant;
  readonly last: Instant;
}

/** Releases in which a group was seen, the one seen last first. */
export async function readErrorReleases(
  client: ClickHouseClient,
  query: ErrorScope & { readonly fingerprint: string },
  signal: AbortSignal,
): Promise<readonly ErrorRelease[]> {
  const answer = await client.query({
    query: `select strings['release'] as release_, count() as errors_, uniqExactIf(user, user != '') as users_,
        toUnixTimestamp64Milli(min(ts)) as first_, toUnixTimestamp64Milli(max(ts)) as last_
      from events where ${inScope} and strings['fingerprint'] = {fingerprint:String} and strings['release'] != ''
      group by release_ order by last_ desc, release_ limit {limit:UInt32}`,
    format: 'JSONEachRow',
    query_params: { ...query, limit: limits.errorExamples },
    clickhouse_settings: queryLimits,
    abort_signal: signal,
  });
  const rows = await answer.json<Omit<FigureRow, 'trend_'> & { readonly release_: string }>();
  return rows.map(({ release_, errors_, users_, first_, last_ }) => ({
    release: release_,
    errors: errors_,
    users: users_,
    first: first_,
    last: last_,
  }));
}

/** One error, whole. */
export interface StoredError {
  readonly id: string;
  readonly at: Instant;
  readonly user: string;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

/** The latest errors of a group. */
export async function readLatestErrors(
  client: ClickHouseClient,
  query: ErrorScope & { readonly fingerprint: string },
  signal: AbortSignal,
): Promise<readonly StoredError[]> {
  const answer = await client.query({
    query: `select event_id as id_, toUnixTimestamp64Milli(ts) as at_, user as user_, strings, numbers, booleans
      from events where ${inScope} and strings['fingerprint'] = {fingerprint:String}
      order by ts desc, event_id desc limit {limit:UInt32}`,
    format: 'JSONEachRow',
    query_params: { ...query, limit: limits.errorExamples },
    clickhouse_settings: queryLimits,
    abort_signal: signal,
  });
  const rows = await answer.json<StoredRow>();
  return rows.map(({ id_, at_, user_, strings, numbers, booleans }) => ({
    id: id_,
    at: at_,
    user: user_,
    attributes: { ...strings, ...numbers, ...booleans },
  }));
}

/** Values that a list may be narrowed by, the most frequent first. */
export async function readErrorFacets(
  client: ClickHouseClient,
  scope: ErrorScope,
  signal: AbortSignal,
): Promise<Readonly<Record<'services' | 'environments' | 'releases' | 'levels', readonly string[]>>> {
  const answer = await client.query({
    query: `select topKIf(${NAMES * 4})(toString(service), service != '') as services,
        topKIf(${NAMES * 4})(strings['environment'], strings['environment'] != '') as environments,
        topKIf(${NAMES * 4})(strings['release'], strings['release'] != '') as releases,
        topKIf(${NAMES * 2})(strings['level'], strings['level'] != '') as levels
      from events where ${inScope}`,
    format: 'JSONEachRow',
    query_params: { ...scope },
    clickhouse_settings: queryLimits,
    abort_signal: signal,
  });
  const [row] = await answer.json<Record<'services' | 'environments' | 'releases' | 'levels', string[]>>();
  return row ?? { services: [], environments: [], releases: [], levels: [] };
}

/** How long a step is, so that the steps cover the time. */
export function stepOf({ from, to }: Pick<ErrorScope, 'from' | 'to'>, steps: number): DurationMs {
  return Math.max(1, Math.ceil((to - from) / steps));
}

interface FigureRow {
  readonly fingerprint_: string;
  readonly errors_: number;
  readonly users_: number;
  readonly first_: number;
  readonly last_: number;
  readonly type_: string;
  readonly message_: string;
  readonly level_: string;
  readonly service_: string;
  readonly releases_: readonly string[];
  readonly environments_: readonly string[];
  readonly trend_: readonly number[];
}

interface ValueRow {
  readonly field_: string;
  readonly value_: string;
  readonly errors_: number;
  readonly there_: number;
}

interface StoredRow {
  readonly id_: string;
  readonly at_: number;
  readonly user_: string;
  readonly strings: Readonly<Record<string, string>>;
  readonly numbers: Readonly<Record<string, number>>;
  readonly booleans: Readonly<Record<string, boolean>>;
}

function counted(row: FigureRow): CountedErrors {
  return {
    fingerprint: row.fingerprint_,
    errors: row.errors_,
    users: row.users_,
    first: row.first_,
    last: row.last_,
    type: row.type_,
    message: row.message_,
    level: row.level_,
    service: row.service_,
    releases: [...row.releases_].sort(),
    environments: [...row.environments_].sort(),
    trend: row.trend_,
  };
}
