import type { ClickHouseClient } from '@clickhouse/client';
import type { Instant } from '#kernel/instant.ts';
import { queryLimits } from './series.ts';

/** An event of a deployment as it stands in the telemetry store; empty texts for what it did not say. */
export interface StoredDeployment {
  readonly id: string;
  readonly at: Instant;
  readonly service: string;
  readonly version: string;
  readonly previous: string;
  readonly environment: string;
  readonly origin: string;
  readonly url: string;
}

/** The latest events named `deployment` that name a service and a version, oldest first. */
export async function storedDeployments(
  client: ClickHouseClient,
  query: { readonly plan: string; readonly from: Instant; readonly to: Instant; readonly limit: number },
  signal: AbortSignal,
): Promise<readonly StoredDeployment[]> {
  const answer = await client.query({
    // Events come more than once when intake was interrupted while it wrote them down.
    query: `select event_id as id, toUnixTimestamp64Milli(min(ts)) as at, any(strings['service']) as service,
        any(strings['version']) as version, any(strings['previous']) as previous, any(strings['environment']) as environment,
        any(strings['origin']) as origin, any(strings['url']) as url
      from events where plan = {plan:String} and name = 'deployment'
        and ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') and ts <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
        and strings['service'] != '' and strings['version'] != ''
      group by event_id order by at desc, id desc limit {limit:UInt32}`,
    format: 'JSONEachRow',
    query_params: query,
    clickhouse_settings: queryLimits,
    abort_signal: signal,
  });
  return (await answer.json<StoredDeployment>()).toReversed();
}

/** When the last event came by each webhook, by its name. */
export async function lastByWebhook(
  client: ClickHouseClient,
  query: { readonly plan: string; readonly events: readonly string[]; readonly from: Instant; readonly to: Instant },
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Instant>> {
  const answer = await client.query({
    query: `select strings['webhook'] as hook, toUnixTimestamp64Milli(max(received_at)) as last from events
      where plan = {plan:String} and name in {events:Array(String)}
        and ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') and ts <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
      group by hook having hook != ''`,
    format: 'JSONEachRow',
    query_params: query,
    clickhouse_settings: queryLimits,
    abort_signal: signal,
  });
  const rows = await answer.json<{ readonly hook: string; readonly last: number }>();
  return new Map(rows.map(({ hook, last }) => [hook, last]));
}
