import type { ClickHouseClient } from '@clickhouse/client';
import type { Instant } from '#kernel/instant.ts';
import type { Source } from '#plan/model.ts';
import { OncePer } from '#signals/once-per.ts';
import type { EventRecord } from '#signals/record.ts';
import { SqlParameters } from '#signals/sql/parameters.ts';
import { type EventRow, eventColumns, type StoredEvent, storedEvent } from '#storage/clickhouse/data.ts';
import { findLogsAfter } from '../log-search/find-logs.ts';
import { type LogScope, type SearchTime, scopeSql } from '../log-search/scope.ts';
import type { VouchedSpan } from './spans.ts';

/** Which events are read. */
export interface CountedQuery {
  readonly plan: string;
  readonly source: Source;
  /** What lies later is not read. */
  readonly until: Instant;
  readonly time: SearchTime;
}

/** So many are read in one turn, which nothing else of the process shares. */
const PAGE = 2_500;

/** A stored event in the shape that fields of plans are read from. */
export function recordOf({ id, name, at, user, durationMs, value, attributes }: StoredEvent): EventRecord {
  return {
    ...{ id, name, time: at, attributes },
    ...(user === '' ? {} : { user }),
    ...(durationMs === null ? {} : { durationMs }),
    ...(value === null ? {} : { value }),
  };
}

/** Hands on every event that a source counts in these spans, in order of time; gives how many there are, undefined for more than `most`. */
export async function readCounted(
  client: ClickHouseClient,
  query: CountedQuery & {
    readonly spans: readonly VouchedSpan[];
    readonly most: number;
    /** Is given a page of events, so that all of them are never in memory. */
    readonly take: (events: readonly EventRecord[]) => void;
  },
  signal: AbortSignal,
): Promise<number | undefined> {
  const admits = oncePerOf(query.source);
  let events = 0;
  for (const span of query.spans) {
    for await (const page of countedPages(client, query, span, admits, signal)) {
      events += page.length;
      if (events > query.most) return undefined;
      query.take(page.map(recordOf));
    }
  }
  return events;
}

/** Events by their ids, of those that are there still. */
export async function eventsById(
  client: ClickHouseClient,
  query: CountedQuery & { readonly from: Instant; readonly ids: readonly string[] },
  signal: AbortSignal,
): Promise<readonly StoredEvent[]> {
  if (query.ids.length === 0) return [];
  const { plan, source, from, until, ids } = query;
  const parameters = new SqlParameters();
  const scope = scopeSql({ plan, names: [source.event], from, to: until }, parameters);
  const answer = await client.query({
    query: `select ${eventColumns} from events where ${scope} and event_id in ${parameters.add('Array(String)', ids)}
      order by ts, event_id limit 1 by event_id`,
    format: 'JSONEachRow',
    query_params: { ...parameters.values },
    clickhouse_settings: query.time.settings,
    abort_signal: signal,
  });
  return (await answer.json<EventRow>()).map(storedEvent);
}

type Admits = (event: StoredEvent) => boolean;

/** As the executors count, by the events' own time: when they arrived is not in order of it. */
function oncePerOf({ oncePer }: Source): Admits {
  if (oncePer === undefined) return () => true;
  const once = new OncePer(oncePer);
  return (event) => once.admits(recordOf(event), event.at);
}

/** The events of a span that are admitted, in pages in order of time, then of their ids. */
async function* countedPages(
  client: ClickHouseClient,
  { plan, source, until, time }: CountedQuery,
  { from, to }: VouchedSpan,
  admits: Admits,
  signal: AbortSignal,
): AsyncGenerator<readonly StoredEvent[]> {
  const scope: LogScope = {
    ...{ plan, names: [source.event], from, to: Math.min(to, until), units: source.units },
    ...(source.where === undefined ? {} : { where: source.where }),
  };
  let after = { at: from - 1, id: '' };
  for (;;) {
    // By the order of the table, so that no page reads those before it again.
    const rest = { ...scope, from: Math.max(from, after.at) };
    const page = await findLogsAfter(client, { scope: rest, after, limit: PAGE, time }, signal);
    yield page.filter((event) => {
      // What was stored twice lies side by side.
      const isAgain = event.at === after.at && event.id === after.id;
      after = { at: event.at, id: event.id };
      return !isAgain && admits(event);
    });
    if (page.length < PAGE) return;
  }
}
