import type { ClickHouseClient } from '@clickhouse/client';
import { DAY_MS, HOUR_MS, type Instant } from '#kernel/instant.ts';
import { queryLimits } from './series.ts';
import { clickHouseTime } from './time.ts';

/** What the store has under one name of samples. */
export interface MetricName {
  readonly name: string;
  readonly kind: 'gauge' | 'counter' | 'delta';
  /** Series of the last two days. */
  readonly series: number;
  /** Names of their labels, those that most have first. */
  readonly labels: readonly string[];
  /** The latest point of the last hour in any of them; null without one. */
  readonly lastAt: Instant | null;
  readonly lastValue: number | null;
}

/** Names of samples that hold a text, in the order of the alphabet. */
export async function metricNames(
  client: ClickHouseClient,
  query: { readonly plan: string; readonly text: string; readonly now: Instant; readonly limit: number },
  signal: AbortSignal,
): Promise<readonly MetricName[]> {
  const { plan, text, now, limit } = query;
  const answer = await client.query({
    // A series is described again every day: what was not within two has ended.
    query: `with described as (
        select name, series_id, argMax(kind, described_at) as kind, argMax(mapKeys(labels), described_at) as labels
        from series where plan = {plan:String} and described_at > {described:DateTime64(3, 'UTC')}
          and positionCaseInsensitiveUTF8(name, {text:String}) > 0
        group by name, series_id
      ), names as (
        select name, any(kind) as kind, toUInt32(count()) as series,
          arrayMap(pair -> pair.1, arrayReverseSort(pair -> pair.2, arrayZip(
            sumMap(labels, arrayMap(label -> 1, labels)).1, sumMap(labels, arrayMap(label -> 1, labels)).2))) as labels
        from described group by name order by name limit {limit:UInt32}
      ), latest as (
        select name, max(ts) as last, argMax(value, ts) as value
        from samples inner join (select name, series_id from described where name in (select name from names)) as known
          using series_id
        where plan = {plan:String} and ts > {from:DateTime64(3, 'UTC')}
          and series_id in (select series_id from described where name in (select name from names))
        group by name
      )
      select names.name as name, names.kind as kind, names.series as series, names.labels as labels,
        if(latest.name = '', null, toUnixTimestamp64Milli(latest.last)) as lastAt,
        if(latest.name = '', null, latest.value) as lastValue
      from names left join latest on latest.name = names.name order by name`,
    format: 'JSONEachRow',
    query_params: {
      plan,
      text,
      limit,
      described: clickHouseTime(now - 2 * DAY_MS),
      from: clickHouseTime(now - HOUR_MS),
    },
    clickhouse_settings: { ...queryLimits, output_format_json_quote_64bit_integers: 0 },
    abort_signal: signal,
  });
  return await answer.json<MetricName>();
}
