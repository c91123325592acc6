import type { ClickHouseClient } from '@clickhouse/client';
import type { DurationMs, Instant } from '#kernel/instant.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { readTagged, taggedSql } from '#signals/sql/field-sql.ts';
import { SqlParameters } from '#signals/sql/parameters.ts';
import { isTooLarge, type LogScope, type SearchTime, scopeSql, tooLarge } from './scope.ts';

export interface Histogram {
  readonly from: Instant;
  readonly stepMs: DurationMs;
  readonly steps: number;
  /** Counts of each step by level, an empty text for records without one. */
  readonly levels: readonly { readonly level: string; readonly counts: readonly number[] }[];
}

export interface Facet {
  readonly field: string;
  /** The most frequent first; `limits.logFacetValues` at most. */
  readonly values: readonly { readonly value: string | number | boolean; readonly count: number }[];
  /** How many values there are beyond those. */
  readonly more: number;
}

export interface LogSummary {
  readonly histogram: Histogram;
  readonly facets: readonly Facet[];
  /** One in so many blocks of the table was counted, and the counts multiplied; 1 when all were. */
  readonly sampledOneIn: number;
}

const stepSizes: readonly DurationMs[] = [
  ...[1, 2, 5, 10, 30].map((count) => count * SECOND_MS),
  ...[1, 2, 5, 10, 30].map((count) => count * MINUTE_MS),
  ...[1, 2, 6, 12].map((count) => count * HOUR_MS),
  ...[1, 2, 7, 30].map((count) => count * DAY_MS),
];

/** The rows of a block of the table, as it is made. */
const BLOCK_ROWS = 8_192;

/**
 * How many records of a scope there are over time by level, and which values their fields have most. Of very many rows only one in n blocks
 * is read. Throws `search-too-large` when that takes too long all the same.
 */
export async function summarise(
  client: ClickHouseClient,
  query: {
    readonly scope: LogScope;
    readonly fields: readonly string[];
    readonly time: SearchTime;
    /** Of more rows only some are counted. */
    readonly countedRows?: number;
  },
  signal: AbortSignal,
): Promise<LogSummary> {
  const { scope, fields, time, countedRows = limits.logsCounted } = query;
  try {
    const rows = await countRows(client, scope, time, signal);
    const sampledOneIn = Math.max(1, Math.ceil(rows / countedRows));
    const [histogram, facets] = await Promise.all([
      readHistogram(client, scope, sampledOneIn, time, signal),
      readFacets(client, { scope, fields, sampledOneIn, time }, signal),
    ]);
    return { histogram, facets, sampledOneIn };
  } catch (caught) {
    throw isTooLarge(caught) ? tooLarge('Counting what was found') : caught;
  }
}

/** The grid of a histogram over a range. */
export function histogramGrid(
  from: Instant,
  to: Instant,
): { readonly from: Instant; readonly stepMs: DurationMs; readonly steps: number } {
  const stepMs = stepSizes.find((size) => (to - from) / size <= limits.logSteps) ?? stepSizes.at(-1) ?? DAY_MS;
  const start = Math.floor(from / stepMs) * stepMs;
  return { from: start, stepMs, steps: Math.max(1, Math.ceil((to - start) / stepMs)) };
}

/** What is in the range whatever its attributes are: read from the table's order alone. */
async function countRows(
  client: ClickHouseClient,
  scope: LogScope,
  time: SearchTime,
  signal: AbortSignal,
): Promise<number> {
  const { where: _, ...range } = scope;
  const parameters = new SqlParameters();
  const answer = await client.query({
    query: `select count() as found from events where ${scopeSql(range, parameters)}`,
    format: 'JSONEachRow',
    query_params: { ...parameters.values },
    clickhouse_settings: time.settings,
    abort_signal: signal,
  });
  const [row] = await answer.json<{ readonly found: number }>();
  return row?.found ?? 0;
}

/** Keeps one in n blocks, by their hash, so that the others are not read at all. */
function sampleSql(sampledOneIn: number, parameters: SqlParameters): string {
  if (sampledOneIn === 1) return '';
  return `prewhere cityHash64(_part, intDiv(_part_offset, ${BLOCK_ROWS})) % ${parameters.add('UInt32', sampledOneIn)} = 0`;
}

async function readHistogram(
  client: ClickHouseClient,
  scope: LogScope,
  sampledOneIn: number,
  time: SearchTime,
  signal: AbortSignal,
): Promise<Histogram> {
  const grid = histogramGrid(scope.from, scope.to);
  const parameters = new SqlParameters();
  const step = `intDiv(toUnixTimestamp64Milli(ts) - ${parameters.add('Int64', grid.from)}, ${parameters.add('Int64', grid.stepMs)})`;
  const answer = await client.query({
    query: `select level, groupArray(i) as steps, groupArray(found) as counts, sum(found) as total from (
        select strings['level'] as level, toUInt32(${step}) as i, count() as found
        from events ${sampleSql(sampledOneIn, parameters)} where ${scopeSql(scope, parameters)} group by level, i
      ) group by level order by total desc, level limit 20`,
    format: 'JSONEachRow',
    query_params: { ...parameters.values },
    clickhouse_settings: time.settings,
    abort_signal: signal,
  });
  const rows = await answer.json<{ level: string; steps: number[]; counts: number[] }>();
  const levels = rows.map(({ level, steps, counts }) => {
    const all = new Array<number>(grid.steps).fill(0);
    for (const [index, i] of steps.entries()) all[i] = (counts[index] ?? 0) * sampledOneIn;
    return { level, counts: all };
  });
  return { ...grid, levels };
}

async function readFacets(
  client: ClickHouseClient,
  query: {
    readonly scope: LogScope;
    readonly fields: readonly string[];
    readonly sampledOneIn: number;
    readonly time: SearchTime;
  },
  signal: AbortSignal,
): Promise<readonly Facet[]> {
  const { scope, fields, sampledOneIn, time } = query;
  if (fields.length === 0) return [];
  const parameters = new SqlParameters();
  const pairs = fields.map((field, index) => `(${index}, ${taggedSql(field, parameters, scope.units)})`);
  const answer = await client.query({
    query: `select pair.1 as field, pair.2 as value, count() as found, count() over (partition by field) as there from events
        array join [${pairs.join(', ')}] as pair
        ${sampleSql(sampledOneIn, parameters)} where ${scopeSql(scope, parameters)} and value != ''
        group by field, value order by found desc, value limit ${parameters.add('UInt32', limits.logFacetValues)} by field`,
    format: 'JSONEachRow',
    query_params: { ...parameters.values },
    clickhouse_settings: { ...time.settings, max_rows_to_group_by: '1000000', group_by_overflow_mode: 'any' },
    abort_signal: signal,
  });
  const rows = await answer.json<{ field: number; value: string; found: number; there: number }>();
  return fields.map((field, index) => {
    const own = rows.filter((row) => row.field === index);
    return {
      field,
      values: own.flatMap(({ value, found }) => {
        const read = readTagged(value);
        return read === undefined ? [] : [{ value: read, count: found * sampledOneIn }];
      }),
      more: Math.max(0, (own[0]?.there ?? 0) - own.length),
    };
  });
}
