import { Readable } from 'node:stream';
import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client';
import type { Instant } from '#kernel/instant.ts';
import type { GroupKey, Reading } from '#plan/reading.ts';
import type { EventRecord } from '#signals/record.ts';
import { columnsOf } from '../columns/build-columns.ts';
import { eventBlocks, type StorableEvents, storedColumns } from './event-blocks.ts';
import { clickHouseTime } from './time.ts';

/** An event as it leaves the spool for the telemetry store. */
export interface StorableEvent {
  readonly plan: string;
  readonly receivedAt: Instant;
  readonly event: EventRecord;
}

/** A reading as it is kept for charts, every 10 seconds. */
export interface StorableReading {
  readonly plan: string;
  readonly signal: string;
  readonly group: GroupKey;
  readonly reading: Reading;
}

const ROWS_PER_PIECE = 500;

/**
 * Inserts a segment as one block. `segment` is its deduplication token: the same segment again, within the table's window of 10,000 blocks a
 * partition, changes nothing. Resolves when the rows are on the disk; throws the client's error, after which it is safe to try again.
 */
export async function insertEvents(
  client: ClickHouseClient,
  segment: string,
  rows: readonly StorableEvent[],
): Promise<void> {
  const parts: { plan: string; receivedAt: Instant; events: EventRecord[] }[] = [];
  for (const { plan, receivedAt, event } of rows) {
    const last = parts.at(-1);
    if (last?.plan === plan && last.receivedAt === receivedAt) last.events.push(event);
    else parts.push({ plan, receivedAt, events: [event] });
  }
  const columns = parts.map(({ events, ...part }) => ({ ...part, columns: columnsOf(events) }));
  await insertEventColumns(client, segment, columns);
}

/** The same for events by columns, as they leave the spool. */
export async function insertEventColumns(
  client: ClickHouseClient,
  segment: string,
  parts: readonly StorableEvents[],
): Promise<void> {
  if (parts.every(({ columns }) => columns.count === 0)) return;
  const result = await client.exec({
    query: `insert into events (${storedColumns.join(', ')}) format Native`,
    values: Readable.from(eventBlocks(segment, parts), { objectMode: false }),
    clickhouse_settings: oneBlock(segment),
  });
  await result.stream.toArray();
}

/** Inserts readings in the same way; `token` names this set of them. */
export async function insertReadings(
  client: ClickHouseClient,
  token: string,
  rows: readonly StorableReading[],
): Promise<void> {
  if (rows.length > 0) await insertBlock(client, 'readings', token, rows, (row) => readingRow(token, row));
}

/** Inserts rows as one block; `token` names it, and the same token again changes nothing. */
export async function insertBlock<Row>(
  client: ClickHouseClient,
  table: string,
  token: string,
  rows: readonly Row[],
  line: (row: Row) => object,
): Promise<void> {
  function* pieces(): Generator<string> {
    for (let from = 0; from < rows.length; from += ROWS_PER_PIECE) {
      yield rows
        .slice(from, from + ROWS_PER_PIECE)
        .map((row) => `${JSON.stringify(line(row))}\n`)
        .join('');
    }
  }
  const result = await client.exec({
    query: `insert into ${table} format JSONEachRow`,
    values: Readable.from(pieces(), { objectMode: false }),
    clickhouse_settings: oneBlock(token),
  });
  // The connection is free again only when the answer, empty as it is, has been read.
  await result.stream.toArray();
}

/** Settings that make an insert one block, which the engine knows again by its token. */
export function oneBlock(token: string): ClickHouseSettings {
  return {
    insert_deduplication_token: token,
    insert_deduplicate: 1,
    async_insert: 0,
    input_format_parallel_parsing: 0,
    max_insert_block_size: '10000000',
    min_insert_block_size_rows: '10000000',
    min_insert_block_size_bytes: '0',
    max_insert_threads: '1',
  };
}

/** One row of `readings`: the figure also when it is too few, with its state beside it. */
function readingRow(token: string, { plan, signal, group, reading }: StorableReading): object {
  return {
    plan,
    signal,
    group: group.toWellFormed(),
    at: clickHouseTime(reading.at),
    state: reading.state,
    reason: reading.state === 'no data' ? reading.reason : '',
    value: reading.state === 'no data' ? null : reading.value,
    sample_size: reading.sampleSize,
    segment: token,
  };
}
