import type { ClickHouseClient } from '@clickhouse/client';
import { DAY_MS, type DurationMs, HOUR_MS, type Instant, MINUTE_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { queryLimits } from './series.ts';

/** An event as it stands in the telemetry store. */
export interface StoredEvent {
  readonly id: string;
  readonly name: string;
  readonly at: Instant;
  readonly receivedAt: Instant;
  readonly user: string;
  readonly durationMs: number | null;
  readonly value: number | null;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

/** Where a page of events ended: events at this instant with an id up to this one have been shown. */
export interface EventCursor {
  readonly at: Instant;
  readonly id: string;
}

/** The table is in order of names: without one, looking at the latest first saves reading all of them. */
const reaches: readonly DurationMs[] = [10 * MINUTE_MS, 2 * HOUR_MS, DAY_MS, 400 * DAY_MS];

const between =
  "ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') and ts <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')";

/** The latest events of a plan, newest first. */
export async function latestEvents(
  client: ClickHouseClient,
  query: {
    readonly plan: string;
    readonly name?: string;
    readonly before?: EventCursor;
    readonly now: Instant;
    readonly limit: number;
  },
  signal: AbortSignal,
): Promise<readonly StoredEvent[]> {
  const { plan, name, before, limit } = query;
  const to = before?.at ?? query.now + limits.futureMs;
  let rows: readonly EventRow[] = [];
  for (const reach of reaches) {
    const answer = await client.query({
      query: `select ${eventColumns}
        from events where plan = {plan:String} and ${between}
          ${name === undefined ? '' : 'and name = {name:String}'}
          ${before === undefined ? '' : "and (ts, event_id) < (fromUnixTimestamp64Milli({to:Int64}, 'UTC'), {id:String})"}
        order by ts desc, event_id desc limit {limit:UInt32}`,
      format: 'JSONEachRow',
      query_params: { plan, name: name ?? '', id: before?.id ?? '', from: Math.max(0, to - reach), to, limit },
      clickhouse_settings: queryLimits,
      abort_signal: signal,
    });
    rows = await answer.json<EventRow>();
    if (rows.length >= limit) break;
  }
  return rows.map(storedEvent);
}

/** The columns of an event, in the shape of `EventRow`. */
export const eventColumns = `event_id, name, toUnixTimestamp64Milli(ts) as at, toUnixTimestamp64Milli(received_at) as received, user,
          duration_ms, value, strings, numbers, booleans`;

export interface EventRow {
  readonly event_id: string;
  readonly name: string;
  readonly at: number;
  readonly received: number;
  readonly user: string;
  readonly duration_ms: number | null;
  readonly value: number | null;
  readonly strings: Readonly<Record<string, string>>;
  readonly numbers: Readonly<Record<string, number>>;
  readonly booleans: Readonly<Record<string, boolean>>;
}

export function storedEvent(row: EventRow): StoredEvent {
  return {
    id: row.event_id,
    name: row.name,
    at: row.at,
    receivedAt: row.received,
    user: row.user,
    durationMs: row.duration_ms,
    value: row.value,
    attributes: { ...row.strings, ...row.numbers, ...row.booleans },
  };
}

/** Which events came, and how many of each; the most frequent first. */
export async function eventNames(
  client: ClickHouseClient,
  query: { readonly plan: string; readonly from: Instant; readonly to: Instant },
  signal: AbortSignal,
): Promise<readonly { readonly name: string; readonly count: number; readonly lastAt: Instant }[]> {
  const answer = await client.query({
    query: `select name, count() as events, toUnixTimestamp64Milli(max(ts)) as last from events
      where plan = {plan:String} and ${between} group by name order by events desc, name limit {limit:UInt32}`,
    format: 'JSONEachRow',
    query_params: { ...query, limit: limits.eventNamesShown },
    clickhouse_settings: queryLimits,
    abort_signal: signal,
  });
  const rows = await answer.json<{ readonly name: string; readonly events: number; readonly last: number }>();
  return rows.map(({ name, events, last }) => ({ name, count: events, lastAt: last }));
}

/** How many events of each name were received in each step. */
export async function eventRates(
  client: ClickHouseClient,
  query: { readonly plan: string; readonly from: Instant; readonly to: Instant; readonly stepMs: DurationMs },
  signal: AbortSignal,
): Promise<
  readonly { readonly name: string; readonly steps: readonly number[]; readonly counts: readonly number[] }[]
> {
  const { plan, from, to, stepMs } = query;
  const answer = await client.query({
    // Late events lie before the range by their own time; the margin keeps the rest of the table unread.
    query: `select name, groupArray(step) as steps, groupArray(events) as counts, sum(events) as total from (
        select name, toUInt32(intDiv(toUnixTimestamp64Milli(received_at) - {start:Int64}, {step:Int64})) as step, count() as events
        from events where plan = {plan:String} and ${between}
          and received_at >= fromUnixTimestamp64Milli({start:Int64}, 'UTC') and received_at < fromUnixTimestamp64Milli({end:Int64}, 'UTC')
        group by name, step
      ) group by name order by total desc, name limit {limit:UInt32}`,
    format: 'JSONEachRow',
    query_params: {
      plan,
      from: from - limits.lateMs,
      to: to + limits.futureMs,
      start: from,
      end: to,
      step: stepMs,
      limit: limits.eventNamesShown,
    },
    clickhouse_settings: queryLimits,
    abort_signal: signal,
  });
  return answer.json<{ name: string; steps: number[]; counts: number[] }>();
}

/** The names of the attributes that the latest events of each name have; a name without events is left out. */
export async function attributeNames(
  client: ClickHouseClient,
  query: {
    readonly plan: string;
    readonly names: readonly string[];
    readonly from: Instant;
    readonly to: Instant;
    /** At most so many of the latest events of each name are looked at. */
    readonly limit: number;
  },
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { names, ...shared } = query;
  const found = new Map<string, readonly string[]>();
  // One question a name: each is read from its end in the table's order, however many events there are.
  for (const name of names) {
    const answer = await client.query({
      query: `select count() as events,
          groupUniqArrayArray(arrayConcat(mapKeys(strings), mapKeys(numbers), mapKeys(booleans))) as fields from (
          select strings, numbers, booleans from events where plan = {plan:String} and name = {name:String} and ${between}
          order by ts desc limit {limit:UInt32})`,
      format: 'JSONEachRow',
      query_params: { ...shared, name },
      clickhouse_settings: queryLimits,
      abort_signal: signal,
    });
    const [row] = await answer.json<{ readonly events: number; readonly fields: readonly string[] }>();
    if (row !== undefined && row.events > 0) found.set(name, row.fields);
  }
  return found;
}
