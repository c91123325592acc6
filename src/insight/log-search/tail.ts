import type { ClickHouseClient } from '@clickhouse/client';
import { HOUR_MS, type Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { SqlParameters } from '#signals/sql/parameters.ts';
import { type EventRow, eventColumns, type StoredEvent, storedEvent } from '#storage/clickhouse/data.ts';
import { instantSql, type LogScope, type SearchTime, scopeSql } from './scope.ts';

/** What one look found that was not shown before. */
export interface TailLook {
  /** In the order of their times, the oldest first. */
  readonly events: readonly StoredEvent[];
  /** So many more had come; only the latest are given. */
  readonly skipped: number;
}

/**
 * Follows what comes to the store. Records come there a second or two after they were received, a segment of the spool at once and not always in
 * order: each look asks for what was received in the last half minute and is of a segment that was not shown yet. Records that are more
 * than 5 minutes late by their own time are not followed.
 */
export class LogTail {
  readonly #scope: Omit<LogScope, 'from' | 'to'>;
  /** Segments that were shown, with the latest instant at which something of them was received. */
  readonly #shown = new Map<string, Instant>();
  readonly #from: Instant;
  #lookedAt: Instant;

  constructor(scope: Omit<LogScope, 'from' | 'to'>, from: Instant) {
    this.#scope = scope;
    this.#from = from;
    this.#lookedAt = from;
  }

  async look(client: ClickHouseClient, now: Instant, time: SearchTime, signal: AbortSignal): Promise<TailLook> {
    // After a pause of the reader's, from where it began.
    const since = Math.max(this.#from, Math.min(now, this.#lookedAt) - limits.logTailLagMs, now - HOUR_MS);
    for (const [segment, received] of this.#shown) if (received < since) this.#shown.delete(segment);
    const scope = { ...this.#scope, from: since - limits.lateMs, to: now + limits.futureMs };
    const parameters = new SqlParameters();
    const shown = [...this.#shown.keys()];
    const fresh = shown.length === 0 ? '' : `and not has(${parameters.add('Array(String)', shown)}, segment)`;
    const answer = await client.query({
      query: `select segment, count() as found, toUnixTimestamp64Milli(max(received_at)) as received from events
        where ${scopeSql(scope, parameters)} and received_at >= ${instantSql(since, parameters)} ${fresh} group by segment`,
      format: 'JSONEachRow',
      query_params: { ...parameters.values },
      clickhouse_settings: time.settings,
      abort_signal: signal,
    });
    const segments = await answer.json<{ segment: string; found: number; received: Instant }>();
    this.#lookedAt = now;
    if (segments.length === 0) return { events: [], skipped: 0 };
    const events = await this.#read(
      client,
      scope,
      since,
      segments.map(({ segment }) => segment),
      time,
      signal,
    );
    for (const { segment, received } of segments) this.#shown.set(segment, received);
    const found = segments.reduce((sum, one) => sum + one.found, 0);
    return { events, skipped: Math.max(0, found - events.length) };
  }

  /** The latest of what came in some segments. */
  async #read(
    client: ClickHouseClient,
    scope: LogScope,
    since: Instant,
    segments: readonly string[],
    time: SearchTime,
    signal: AbortSignal,
  ): Promise<readonly StoredEvent[]> {
    const parameters = new SqlParameters();
    const answer = await client.query({
      query: `select ${eventColumns} from events
        where ${scopeSql(scope, parameters)} and received_at >= ${instantSql(since, parameters)}
          and has(${parameters.add('Array(String)', segments)}, segment)
        order by ts desc, event_id desc limit ${parameters.add('UInt32', limits.logTailLines)}`,
      format: 'JSONEachRow',
      query_params: { ...parameters.values },
      clickhouse_settings: time.settings,
      abort_signal: signal,
    });
    return (await answer.json<EventRow>()).map(storedEvent).reverse();
  }
}
