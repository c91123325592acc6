import type { ClickHouseClient } from '@clickhouse/client';
import { DAY_MS, type DurationMs, type Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { queryLimits } from '#storage/clickhouse/series.ts';

/** Events are dropped a day after this, so until then none is missing. */
export const CHECK_INS_KEPT_MS: DurationMs = 29 * DAY_MS;
/** No heartbeat is expected less often, so that what came last before a time is found within two of these. */
const BEFORE_MS: DurationMs = 2 * limits.probeEveryLongestMs;
/** A run that goes on, the start that it has, and what ended before it. */
const LAST_BEFORE = 3;

/** One check-in of a job. */
export interface StoredCheckIn {
  readonly heartbeat: string;
  readonly at: Instant;
  readonly state: 'started' | 'succeeded' | 'failed';
  /** The end of what it wrote; empty when that is nothing. */
  readonly message: string;
}

export interface CheckInQuery {
  readonly plan: string;
  readonly heartbeats: readonly string[];
  readonly from: Instant;
  readonly to: Instant;
}

/**
 * Check-ins in the order of time, of each heartbeat at most `limits.checkInsRead`, the earliest of them; before those the last few that came
 * before the time. A message is cut.
 */
export async function readCheckIns(
  client: ClickHouseClient,
  { plan, heartbeats, from, to }: CheckInQuery,
  signal: AbortSignal,
): Promise<readonly StoredCheckIn[]> {
  if (heartbeats.length === 0) return [];
  const answer = await client.query({
    query: `select heartbeat, at, state, message from (
        (select ${CHECK_IN} where ${of('before', 'from')} order by ts desc, event_id
          limit ${LAST_BEFORE} by strings['heartbeat'])
        union all
        (select ${CHECK_IN} where ${of('from', 'to')} order by ts, event_id
          limit {limit:UInt32} by strings['heartbeat'])
      ) order by at, id`,
    format: 'JSONEachRow',
    query_params: { plan, heartbeats, before: from - BEFORE_MS, from, to, limit: limits.checkInsRead },
    clickhouse_settings: queryLimits,
    abort_signal: signal,
  });
  return answer.json<StoredCheckIn>();
}

const CHECK_IN = `strings['heartbeat'] as heartbeat, toUnixTimestamp64Milli(ts) as at, strings['state'] as state,
            left(strings['message'], 500) as message, event_id as id
          from events`;

const of = (from: string, to: string): string => `plan = {plan:String} and name = 'heartbeat'
            and ts >= fromUnixTimestamp64Milli({${from}:Int64}, 'UTC') and ts < fromUnixTimestamp64Milli({${to}:Int64}, 'UTC')
            and strings['heartbeat'] in {heartbeats:Array(String)}`;
