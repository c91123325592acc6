import type { ClickHouseClient } from '@clickhouse/client';
import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Source } from '#plan/model.ts';
import { OncePer } from '#signals/once-per.ts';
import { taggedSql } from '#signals/sql/field-sql.ts';
import { SqlParameters } from '#signals/sql/parameters.ts';
import { type EventRow, eventColumns, type StoredEvent, storedEvent } from '#storage/clickhouse/data.ts';
import { instantSql, scopeSql } from '../log-search/scope.ts';
import { type CountedQuery, recordOf } from './counted-events.ts';
import type { SampleSlice } from './spans.ts';

/** Rows that one question gives at most; each further one of a slice asks for twice as many as the one before. */
const PAGE = 10_000;
/** More than are wanted, since some may be repetitions of what was there before: so many of all slices of a question. */
const SPARE = 50;
/** Slices of one question, such as the days of a review. Each is read from its beginning, so far as it is needed. */
const SLICES_AT_ONCE = 50;

/** An event with a hash of its value of `once per`; an empty text without one. */
interface SampleRow {
  readonly event: StoredEvent;
  readonly once: string;
}

/** A slice of what there is already. */
interface SlicePage extends SampleSlice {
  /** Rows that were asked for. */
  readonly size: number;
}

/**
 * The samples of a review: of each slice the first events that its source counts, by their time and then by their id, so that whoever asks
 * has the same ones. A value of `once per` that was chosen is not chosen again within its time; the store leaves it out of what is read
 * after the first page, so that the number of questions does not grow with the number of repetitions.
 */
export async function chooseSamples(
  client: ClickHouseClient,
  query: CountedQuery & { readonly slices: readonly SampleSlice[]; readonly most: number },
  signal: AbortSignal,
): Promise<readonly StoredEvent[]> {
  const chosen = new Chosen(query.source);
  const slices = query.slices
    .map((slice) => ({ ...slice, to: Math.min(slice.to, query.until) }))
    .filter(({ from, to, count }) => from < to && count > 0);
  for (let place = 0; place < slices.length && chosen.events.length < query.most; place += SLICES_AT_ONCE) {
    const part = slices.slice(place, place + SLICES_AT_ONCE);
    const spare = Math.ceil(SPARE / part.length);
    const pages = part.map((slice) => ({ ...slice, size: Math.min(PAGE, slice.count + spare) }));
    const rows = await firstRows(client, query, pages, signal);
    for (const page of pages) {
      const own = rows.filter(({ event }) => event.at >= page.from && event.at < page.to);
      await chooseFrom(client, query, page, own, chosen, signal);
    }
  }
  return chosen.events;
}

/** What was chosen, and until when no other event of the same value is. */
class Chosen {
  readonly events: StoredEvent[] = [];
  readonly until = new Map<string, Instant>();
  readonly #oncePer: OncePer | undefined;

  constructor({ oncePer }: Source) {
    this.#oncePer = oncePer === undefined ? undefined : new OncePer(oncePer);
  }

  /** As the executors count, by the events' own time: when they arrived is not in order of it. */
  offer({ event, once }: SampleRow): void {
    if (this.#oncePer?.admits(recordOf(event), event.at) === false) return;
    this.events.push(event);
    if (once !== '') this.until.set(once, event.at + limits.oncePerMs);
  }
}

/** Chooses from the first rows of a slice, then from further ones until there are enough, or no more. */
async function chooseFrom(
  client: ClickHouseClient,
  query: CountedQuery & { readonly most: number },
  { from, to, count, size }: SlicePage,
  first: readonly SampleRow[],
  chosen: Chosen,
  signal: AbortSignal,
): Promise<void> {
  const enough = Math.min(query.most, chosen.events.length + count);
  let rows = first;
  let asked = size;
  let after = { at: from - 1, id: '' };
  for (;;) {
    for (const row of rows) {
      const { at, id } = row.event;
      // What was stored twice lies side by side. What is not chosen is not remembered, so that it may be of a later slice.
      const isAgain = at === after.at && id === after.id;
      after = { at, id };
      if (!isAgain && chosen.events.length < enough) chosen.offer(row);
    }
    if (chosen.events.length >= enough || rows.length < asked) return;
    asked = Math.min(PAGE, asked * 2);
    rows = await rowsAfter(client, query, { from, to, after, size: asked, until: chosen.until }, signal);
  }
}

/** The first rows of several slices that do not overlap, in order. */
function firstRows(
  client: ClickHouseClient,
  query: CountedQuery,
  slices: readonly SlicePage[],
  signal: AbortSignal,
): Promise<readonly SampleRow[]> {
  const parameters = new SqlParameters();
  const select = selectOf(query, Math.min(...slices.map(({ from }) => from)), query.until, parameters);
  const parts = slices.map(
    ({ from, to, size }) => `${select} and ts >= ${instantSql(from, parameters)} and ts < ${instantSql(to, parameters)}
      order by ts, event_id limit ${parameters.add('UInt32', size)}`,
  );
  return ask(client, query, parts, parameters, signal);
}

/** The rows of a slice after one of them, without those of values that cannot be chosen yet. */
function rowsAfter(
  client: ClickHouseClient,
  query: CountedQuery,
  rest: {
    readonly from: Instant;
    readonly to: Instant;
    readonly after: { readonly at: Instant; readonly id: string };
    readonly size: number;
    readonly until: ReadonlyMap<string, Instant>;
  },
  signal: AbortSignal,
): Promise<readonly SampleRow[]> {
  const { from, to, after, size, until } = rest;
  const parameters = new SqlParameters();
  // By the order of the table, so that no page reads those before it again.
  const select = selectOf(query, Math.max(from, after.at), to, parameters);
  const gone = [...until].filter(([, end]) => end > after.at);
  const hashes = gone.map(([hash]) => hash);
  const ends = gone.map(([, end]) => end);
  const open = `transform(once, ${parameters.add('Array(String)', hashes)}, ${parameters.add('Array(Float64)', ends)}, toFloat64(0))`;
  const isOpen = `toUnixTimestamp64Milli(ts) >= ${open}`;
  const part = `${select} and (ts, event_id) > (${instantSql(after.at, parameters)}, ${parameters.add('String', after.id)})
      ${gone.length === 0 ? '' : `and ${isOpen}`} order by ts, event_id limit ${parameters.add('UInt32', size)}`;
  return ask(client, query, [part], parameters, signal);
}

function selectOf({ plan, source }: CountedQuery, from: Instant, to: Instant, parameters: SqlParameters): string {
  const { event, where, units, oncePer } = source;
  const scope = { plan, names: [event], from, to, units, ...(where === undefined ? {} : { where }) };
  const tagged = oncePer === undefined ? "''" : taggedSql(oncePer, parameters);
  // As a hash, since a value may be of any length, and a thousand of them go with a question.
  const once = `if(${tagged} = '', '', toString(cityHash64(${tagged})))`;
  return `select ${eventColumns}, ${once} as once from events where ${scopeSql(scope, parameters)}`;
}

async function ask(
  client: ClickHouseClient,
  { time }: CountedQuery,
  parts: readonly string[],
  parameters: SqlParameters,
  signal: AbortSignal,
): Promise<readonly SampleRow[]> {
  const answer = await client.query({
    query: `select * from (${parts.map((part) => `(${part})`).join(' union all ')}) order by at, event_id`,
    format: 'JSONEachRow',
    query_params: { ...parameters.values },
    clickhouse_settings: time.settings,
    abort_signal: signal,
  });
  return (await answer.json<EventRow & { readonly once: string }>()).map((row) => ({
    event: storedEvent(row),
    once: row.once,
  }));
}
