import type { ClickHouseClient } from '@clickhouse/client';
import { DAY_MS, type Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { SqlParameters } from '#signals/sql/parameters.ts';
import { type EventRow, eventColumns, type StoredEvent, storedEvent } from '#storage/clickhouse/data.ts';
import { queryLimits } from '#storage/clickhouse/series.ts';

export interface StoredTrace {
  /** In the order of their times. */
  readonly events: readonly StoredEvent[];
  /** There are more; the earliest are given. */
  readonly cut: boolean;
}

/**
 * All events that carry a trace id. With the instant of one of them only the hour around it is read, else the last day, and then everything. An
 * index on the attribute keeps blocks without the id unread.
 */
export async function readTrace(
  client: ClickHouseClient,
  query: { readonly plan: string; readonly trace: string; readonly at?: Instant; readonly now: Instant },
  signal: AbortSignal,
): Promise<StoredTrace> {
  const { plan, trace, at, now } = query;
  const to = now + limits.futureMs;
  const around = limits.traceAroundMs;
  const ranges = [
    ...(at === undefined ? [{ from: to - DAY_MS, to }] : [{ from: at - around, to: at + around }]),
    { from: 0, to },
  ];
  for (const range of ranges) {
    const parameters = new SqlParameters();
    const limit = limits.traceEvents + 1;
    const answer = await client.query({
      query: `select ${eventColumns} from events
        where plan = ${parameters.add('String', plan)} and strings['trace_id'] = ${parameters.add('String', trace)}
          and ts >= fromUnixTimestamp64Milli(${parameters.add('Int64', Math.max(0, range.from))}, 'UTC')
          and ts <= fromUnixTimestamp64Milli(${parameters.add('Int64', range.to)}, 'UTC')
        order by ts, event_id limit ${parameters.add('UInt32', limit)}`,
      format: 'JSONEachRow',
      query_params: { ...parameters.values },
      clickhouse_settings: queryLimits,
      abort_signal: signal,
    });
    const events = (await answer.json<EventRow>()).map(storedEvent);
    if (events.length > 0) return { events: events.slice(0, limits.traceEvents), cut: events.length === limit };
  }
  return { events: [], cut: false };
}
