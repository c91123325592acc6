import type { ClickHouseClient } from '@clickhouse/client';
import { rollUps } from './roll-up.ts';

/** Who is to be forgotten, under every form that they were kept in, and what stands in their place. */
export interface ForgetQuery {
  readonly plan: string;
  readonly forms: readonly string[];
  readonly instead: string;
}

/** Rows that still speak of a user: their events, readings of groups that are named by them, and events that name them in an attribute. */
export interface RowsOfUser {
  readonly events: number;
  readonly readings: number;
  readonly mentions: number;
}

const OWN = 'plan = {plan:String} and user in {forms:Array(String)}';
const GROUPS = "plan = {plan:String} and hasAny(JSONExtract(group, 'Array(String)'), {forms:Array(String)})";
/** Tables whose rows are of a signal's group. */
const OF_GROUPS = ['readings', ...rollUps.map(({ table }) => table)];
const MENTIONS = 'plan = {plan:String} and hasAny(mapValues(strings), {forms:Array(String)})';

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
  const [events, mentions, ...readings] = await Promise.all([
    count('events', OWN),
    count('events', `${MENTIONS} and not (${OWN})`),
    ...OF_GROUPS.map((table) => count(table, GROUPS)),
  ]);
  return { events, readings: readings.reduce((sum, rows) => sum + rows, 0), mentions };
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
