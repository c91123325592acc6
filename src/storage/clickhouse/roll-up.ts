import type { ClickHouseClient } from '@clickhouse/client';
import { DAY_MS, type DurationMs, type Instant, MINUTE_MS, SECOND_MS } from '#kernel/instant.ts';

/** A table of what `readings` says in equal steps. */
export interface RollUp {
  readonly table: 'readings_1m' | 'readings_5m';
  /** What one row is of. */
  readonly stepMs: DurationMs;
}

/** The longest steps first. */
export const rollUps: readonly RollUp[] = [
  { table: 'readings_5m', stepMs: 5 * MINUTE_MS },
  { table: 'readings_1m', stepMs: MINUTE_MS },
];

/** Up to which instant each table is done; one of which nothing is done is not there. */
export type RolledUpTo = ReadonlyMap<RollUp['table'], Instant>;

/** All tables go on by so much, so that a table has few parts. */
const TOGETHER_MS: DurationMs = 5 * MINUTE_MS;
/** A reading stands in its table this long after its instant, unless it never does. */
const SETTLED_MS: DurationMs = MINUTE_MS;
/** Of what nothing was rolled up yet, so much at once. */
const PIECE_MS: DurationMs = DAY_MS / 4;

/** Up to which instant readings are rolled up. It only grows: who knows an older one reads the same from more rows. */
export async function rolledUpTo(client: ClickHouseClient): Promise<RolledUpTo> {
  const answer = await client.query({
    query: 'select step, toUInt32(max(up_to)) as up_to from readings_rolled_up group by step',
    format: 'JSONEachRow',
  });
  const rows = await answer.json<{ readonly step: number; readonly up_to: number }>();
  const found = new Map<RollUp['table'], Instant>();
  for (const { table, stepMs } of rollUps) {
    const row = rows.find(({ step }) => step * SECOND_MS === stepMs);
    if (row !== undefined) found.set(table, row.up_to * SECOND_MS);
  }
  return found;
}

/**
 * Rolls the readings of whole 5 minutes up that have not been yet, and gives the instant up to which it is done. It may be stopped at any
 * statement and run again: a piece has a token by which the table knows it. Only one process may do this.
 */
export async function rollUpReadings(client: ClickHouseClient, now: Instant): Promise<Instant> {
  const end = Math.floor((now - SETTLED_MS) / TOGETHER_MS) * TOGETHER_MS;
  const done = await rolledUpTo(client);
  let least = Number.POSITIVE_INFINITY;
  for (const rollUp of rollUps) {
    const from = done.get(rollUp.table) ?? ((await firstReading(client)) || end);
    least = Math.min(least, await rollUpTable(client, rollUp, from, end));
  }
  return least;
}

async function rollUpTable(
  client: ClickHouseClient,
  { table, stepMs }: RollUp,
  since: Instant,
  end: Instant,
): Promise<Instant> {
  const step = stepMs / SECOND_MS;
  let from = since;
  while (from < end) {
    const to = Math.min(end, from + PIECE_MS);
    await client.command({
      query: `insert into ${table}
        select plan, signal, group, toStartOfInterval(at, toIntervalSecond({step:UInt32})) as bucket,
          argMaxIf(value, at, state = 'value'), minIf(value, state = 'value'), maxIf(value, state = 'value'),
          argMax(sample_size, at), argMax(state, at), argMax(reason, at), count()
        from readings where at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') and at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
        group by plan, signal, group, bucket`,
      query_params: { from, to, step },
      clickhouse_settings: { insert_deduplication_token: `rolled-up-${from}-${to}`, insert_deduplicate: 1 },
    });
    await client.command({
      query:
        "insert into readings_rolled_up (up_to, step) select toDateTime(intDiv({to:Int64}, 1000), 'UTC'), {step:UInt32}",
      query_params: { to, step },
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
  return Math.floor(((row?.at ?? 0) * SECOND_MS) / TOGETHER_MS) * TOGETHER_MS;
}
