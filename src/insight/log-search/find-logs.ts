import type { ClickHouseClient } from '@clickhouse/client';
import { DAY_MS, type DurationMs, HOUR_MS, type Instant, MINUTE_MS } from '#kernel/instant.ts';
import { SqlParameters } from '#signals/sql/parameters.ts';
import {
  type EventCursor,
  type EventRow,
  eventColumns,
  type StoredEvent,
  storedEvent,
} from '#storage/clickhouse/data.ts';
import { instantSql, isTooLarge, type LogScope, type SearchTime, scopeSql, tooLarge } from './scope.ts';

export interface FoundLogs {
  /** Newest first. */
  readonly events: readonly StoredEvent[];
  /** Everything after this instant was looked at; the beginning of the range when all of it was, or enough was found. */
  readonly searchedTo: Instant;
  /** False when the search was given up at `searchedTo` because of its time or memory. */
  readonly complete: boolean;
}

/** How far back each question goes: most searches find a page in the latest minutes. */
const reaches: readonly DurationMs[] = [
  10 * MINUTE_MS,
  2 * HOUR_MS,
  12 * HOUR_MS,
  3 * DAY_MS,
  10 * DAY_MS,
  400 * DAY_MS,
];

/**
 * The latest records of a scope, those before the cursor. Looks back in growing steps and gives what it has found when its time is over.
 * Throws `search-too-large` when not even the first step could be looked through.
 */
export async function findLogs(
  client: ClickHouseClient,
  query: { readonly scope: LogScope; readonly before?: EventCursor; readonly limit: number; readonly time: SearchTime },
  signal: AbortSignal,
): Promise<FoundLogs> {
  const { scope, before, limit, time } = query;
  const end = before === undefined ? scope.to : Math.min(scope.to, before.at + 1);
  const found: StoredEvent[] = [];
  let searchedTo = end;
  for (const reach of reaches) {
    if (searchedTo <= scope.from || found.length >= limit) break;
    const from = Math.max(scope.from, end - reach);
    const part = { ...scope, from, to: searchedTo };
    try {
      const rows = await Promise.all(
        scope.names.map((name) => latest(client, { ...query, scope: { ...part, names: [name] } }, signal)),
      );
      found.push(
        ...rows
          .flat()
          .sort(newestFirst)
          .slice(0, limit - found.length),
      );
      searchedTo = from;
    } catch (caught) {
      if (!isTooLarge(caught)) throw caught;
      if (searchedTo === end) throw tooLarge('Looking through the latest records');
      return { events: found, searchedTo, complete: false };
    }
    if (time.leftMs === 0 && searchedTo > scope.from && found.length < limit) {
      return { events: found, searchedTo, complete: false };
    }
  }
  return { events: found, searchedTo, complete: true };
}

/** Of one name, so that the table is read from its end and no further than is needed. */
async function latest(
  client: ClickHouseClient,
  { scope, before, limit, time }: Parameters<typeof findLogs>[1],
  signal: AbortSignal,
): Promise<readonly StoredEvent[]> {
  const parameters = new SqlParameters();
  const after =
    before === undefined
      ? ''
      : `and (ts, event_id) < (${instantSql(before.at, parameters)}, ${parameters.add('String', before.id)})`;
  const answer = await client.query({
    query: `select ${eventColumns} from events where ${scopeSql(scope, parameters)} ${after}
      order by ts desc, event_id desc limit ${parameters.add('UInt32', limit)}`,
    format: 'JSONEachRow',
    query_params: { ...parameters.values },
    clickhouse_settings: time.settings,
    abort_signal: signal,
  });
  return (await answer.json<EventRow>()).map(storedEvent);
}

/** By time, then by id, as the table is asked. */
function newestFirst(left: StoredEvent, right: StoredEvent): number {
  return right.at - left.at || (left.id < right.id ? 1 : left.id > right.id ? -1 : 0);
}

/** The earliest records of a scope after one of them, oldest first. */
export async function findLogsAfter(
  client: ClickHouseClient,
  query: { readonly scope: LogScope; readonly after: EventCursor; readonly limit: number; readonly time: SearchTime },
  signal: AbortSignal,
): Promise<readonly StoredEvent[]> {
  const { scope, after, limit, time } = query;
  const parameters = new SqlParameters();
  const answer = await client.query({
    query: `select ${eventColumns} from events where ${scopeSql(scope, parameters)}
        and (ts, event_id) > (${instantSql(after.at, parameters)}, ${parameters.add('String', after.id)})
      order by ts, event_id limit ${parameters.add('UInt32', limit)}`,
    format: 'JSONEachRow',
    query_params: { ...parameters.values },
    clickhouse_settings: time.settings,
    abort_signal: signal,
  });
  return (await answer.json<EventRow>()).map(storedEvent);
}
