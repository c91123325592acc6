import type { ClickHouseClient } from '@clickhouse/client';
import { DAY_MS, type DurationMs, type Instant, MINUTE_MS } from '#kernel/instant.ts';

/** What one row of `readings_5m` is of. */
export const ROLLED_UP_STEP_MS: DurationMs = 5 * MINUTE_MS;
/** A reading stands in its table this long after its instant, unless it never does. */
const SETTLED_MS: DurationMs = MINUTE_MS;
/** Of what nothing was rolled up yet, so much at once. */
const PIECE_MS: DurationMs = DAY_MS / 4;

/** Up to which instant readings are rolled up; 0 when none are. */
export async function rolledUpTo(client: ClickHouseClient): Promise<Instant> {
  const answer = await client.query({
    query: 'select toUInt32(max(up_to)) as up_to from readings_rolled_up',
    format: 'JSONEachRow',
  });
  const [row] = await answer.json<{ readonly up_to: number }>();
  return (row?.up_to ?? 0) * 1_000;
}

/**
 * Rolls the readings of whole 5 minutes up that have not been yet, and gives the instant up to which it is done. It may be stopped at any
 * statement and run again: a piece has a token by which the table knows it. Only one process may do this.
 */
export async function rollUpReadings(client: ClickHouseClient, now: Instant): Promise<Instant> {
  const end = Math.floor((now - SETTLED_MS) / ROLLED_UP_STEP_MS) * ROLLED_UP_STEP_MS;
  let from = (await rolledUpTo(client)) || (await firstReading(client)) || end;
  while (from < end) {
    const to = Math.min(end, from + PIECE_MS);
    await client.command({
      query: `insert into readings_5m
        select plan, signal, group, toStartOfInterval(at, interval 5 minute) as bucket,
          argMaxIf(value, at, state = 'value'), minIf(value, state = 'value'), maxIf(value, state = 'value'),
          argMax(sample_size, at), argMax(state, at), argMax(reason, at), count()
        from readings where at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') and at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
        group by plan, signal, group, bucket`,
      query_params: { from, to },
      clickhouse_settings: { insert_deduplication_token: `rolled-up-${from}-${to}`, insert_deduplicate: 1 },
    });
    await client.command({
      query: "insert into readings_rolled_up select toDateTime(intDiv({to:Int64}, 1000), 'UTC')",
      query_params: { to },
    });
    from = to;
  }
  return from;
}

async function firstReading(client: ClickHouseClient): Promise<Instant> {
  const answer = await client.query({
    query: 'select toUInt32(min(at)) as at from readings',
    format: 'JSONEachRow',
  });
  const [row] = await answer.json<{ readonly at: number }>();
  return Math.floor(((row?.at ?? 0) * 1_000) / ROLLED_UP_STEP_MS) * ROLLED_UP_STEP_MS;
}
