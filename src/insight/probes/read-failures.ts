import type { ClickHouseClient } from '@clickhouse/client';
import { type Instant, MINUTE_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { queryLimits } from '#storage/clickhouse/series.ts';
import { OF_RANGE, type ProbeQuery, parametersOf } from './probe-sources.ts';
import { type LocationRuns, RESULT, type StoredResult } from './read-probes.ts';

/** Runs that are so close are read in one, with what lies between them. */
const CLOSE_MS = MINUTE_MS;

/**
 * The latest results that did not pass, newest first: one more than is shown, if there are so many. `runs` are those of the probe in this time;
 * only times in which one did not pass are read, since all probes of a plan are in one order of time.
 */
export async function readFailures(
  client: ClickHouseClient,
  query: ProbeQuery,
  runs: readonly LocationRuns[],
  signal: AbortSignal,
): Promise<readonly StoredResult[]> {
  const most = limits.probeFailuresShown + 1;
  const spans = failingSpans(runs, query, most);
  if (spans.length === 0) return [];
  const bounds = spans.map((_, index) => `(ts >= ${at(`begin${index}`)} and ts <= ${at(`end${index}`)})`);
  const answer = await client.query({
    query: `select ${RESULT} from events where ${OF_RANGE} and (${bounds.join(' or ')}) and outcome != 'passed'
      order by ts desc, event_id limit 1 by event_id limit {limit:UInt32}`,
    format: 'JSONEachRow',
    query_params: {
      ...parametersOf(query),
      ...Object.fromEntries(
        spans.flatMap(({ begin, end }, index) => [
          [`begin${index}`, begin],
          [`end${index}`, end],
        ]),
      ),
      limit: most,
    },
    clickhouse_settings: queryLimits,
    abort_signal: signal,
  });
  return answer.json<StoredResult>();
}

const at = (parameter: string): string => `fromUnixTimestamp64Milli({${parameter}:Int64}, 'UTC')`;

interface FailingSpan {
  readonly begin: Instant;
  readonly end: Instant;
}

/** Times that hold the `most` latest results that did not pass: each run has one at least. */
function failingSpans(
  runs: readonly LocationRuns[],
  { from, to }: Pick<ProbeQuery, 'from' | 'to'>,
  most: number,
): readonly FailingSpan[] {
  const failing = runs
    .flatMap(({ runs: own, lastAt }) => {
      const found = own.filter(({ state, last }) => state !== 'up' && last >= from);
      const [last] = own.slice(-1);
      // What was cut off may have failed too.
      const cut = own.length < limits.probeRunsRead || last === undefined ? [] : [{ from: last.last, last: lastAt }];
      return [...found, ...cut];
    })
    .toSorted((one, other) => other.last - one.last)
    .slice(0, most);
  const spans: { begin: Instant; end: Instant }[] = [];
  for (const { from: begin, last } of failing.toSorted((one, other) => one.from - other.from)) {
    const before = spans.at(-1);
    if (before !== undefined && begin <= before.end + CLOSE_MS) before.end = Math.max(before.end, Math.min(last, to));
    else if (begin <= to) spans.push({ begin: Math.max(begin, from), end: Math.min(last, to) });
  }
  return spans;
}
