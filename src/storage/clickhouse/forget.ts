import type { ClickHouseClient } from '@clickhouse/client';
import { rollUps } from './roll-up.ts';

/** Who is to be forgotten, under every form that they were kept in, and what stands in their place. */
export interface ForgetQuery {
  readonly plan: string;
  readonly forms: readonly string[];
  readonly instead: string;
}

/**
 * Rows that still speak of a user: their events, readings of groups that are named by them, events that name them in an attribute, and series
 * that name them in a label.
 */
export interface RowsOfUser {
  readonly events: number;
  readonly readings: number;
  readonly mentions: number;
  readonly series: number;
}

const OWN = 'plan = {plan:String} and user in {forms:Array(String)}';
const GROUPS = "plan = {plan:String} and hasAny(JSONExtract(group, 'Array(String)'), {forms:Array(String)})";
/** Tables whose rows are of a signal's group. */
const OF_GROUPS = ['readings', ...rollUps.map(({ table }) => table)];
const MENTIONS = 'plan = {plan:String} and hasAny(mapValues(strings), {forms:Array(String)})';
const SERIES = 'plan = {plan:String} and hasAny(mapValues(labels), {forms:Array(String)})';
/** Of series that are gone at a time; their ids travel with the question. */
const SERIES_AT_ONCE = 10_000;

export async function countRowsOfUser(
  client: ClickHouseClient,
  { plan, forms }: ForgetQuery,
  signal: AbortSignal,
): Promise<RowsOfUser> {
  const count = async (table: string, where: string): Promise<number> => {
    const answer = await client.query({
      query: `select count() as rows from ${table} where ${where}`,
      format: 'JSONEachRow',
      query_params: { plan, forms },
      abort_signal: signal,
    });
    const [row] = await answer.json<{ rows: string }>();
    return Number(row?.rows ?? 0);
  };
  const [events, mentions, series, ...readings] = await Promise.all([
    count('events', OWN),
    count('events', `${MENTIONS} and not (${OWN})`),
    count('series', SERIES),
    ...OF_GROUPS.map((table) => count(table, GROUPS)),
  ]);
  return { events, readings: readings.reduce((sum, rows) => sum + rows, 0), mentions, series: series ?? 0 };
}

/** Begins to remove those rows for good: their parts are written anew. Ends when `countRowsOfUser` finds nothing; may be called again. */
export async function removeRowsOfUser(
  client: ClickHouseClient,
  { plan, forms, instead }: ForgetQuery,
  found: RowsOfUser,
  signal: AbortSignal,
): Promise<void> {
  const command = async (query: string): Promise<void> => {
    await client.command({ query, query_params: { plan, forms, instead }, abort_signal: signal });
  };
  if (found.series > 0) await removeSeries(client, { plan, forms, instead }, signal);
  if (found.events > 0) await command(`alter table events delete where ${OWN}`);
  if (found.readings > 0) {
    for (const table of OF_GROUPS) await command(`alter table ${table} delete where ${GROUPS}`);
  }
  if (found.mentions > 0) {
    await command(
      `alter table events update strings = mapApply((name, text) -> (name, if(has({forms:Array(String)}, text), {instead:String}, text)), strings) where ${MENTIONS}`,
    );
  }
}

/** First the points, which can be told by their series only; points without a series are numbers of nobody. */
async function removeSeries(
  client: ClickHouseClient,
  { plan, forms }: ForgetQuery,
  signal: AbortSignal,
): Promise<void> {
  const answer = await client.query({
    query: `select distinct toString(series_id) as id from series where ${SERIES} order by id limit ${SERIES_AT_ONCE}`,
    format: 'JSONEachRow',
    query_params: { plan, forms },
    abort_signal: signal,
  });
  const ids = (await answer.json<{ id: string }>()).map(({ id }) => BigInt(id));
  for (const table of ['samples', 'series']) {
    await client.command({
      query: `alter table ${table} delete where plan = {plan:String} and series_id in {ids:Array(UInt64)}`,
      query_params: { plan, ids },
      abort_signal: signal,
    });
  }
}
