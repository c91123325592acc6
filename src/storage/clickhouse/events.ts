import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client';
import type { Instant } from '#kernel/instant.ts';
import type { GroupKey, Reading } from '#plan/reading.ts';
import type { EventRecord } from '#signals/record.ts';
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
  if (rows.length > 0) await insertBlock(client, 'events', segment, rows, (row) => eventRow(segment, row));
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

/**
 * One row of `events`. Every attribute stands in the map of its type, also `service`, `route`, `status` and `outcome`: from the maps signals
 * are computed, so `status = 500` compares a number here as it does live. The four columns of these names repeat them as text, for
 * grouping in charts and empty when the attribute is absent.
 */
export function eventRow(
  segment: string,
  { plan, receivedAt, event }: StorableEvent,
): Readonly<Record<string, unknown>> {
  const strings: Record<string, string> = {};
  const numbers: Record<string, number> = {};
  const booleans: Record<string, boolean> = {};
  for (const [name, value] of Object.entries(event.attributes)) {
    const key = name.toWellFormed();
    if (typeof value === 'string') strings[key] = value.toWellFormed();
    else if (typeof value === 'number') numbers[key] = value;
    else booleans[key] = value;
  }
  const text = (name: string): string => {
    const value = Object.hasOwn(event.attributes, name) ? event.attributes[name] : undefined;
    return value === undefined ? '' : String(value).toWellFormed();
  };
  return {
    plan,
    name: event.name.toWellFormed(),
    ts: clickHouseTime(event.time),
    received_at: clickHouseTime(receivedAt),
    id: eventKey(event.id),
    event_id: event.id.toWellFormed(),
    user: event.user?.toWellFormed() ?? '',
    service: text('service'),
    route: text('route'),
    status: text('status'),
    outcome: text('outcome'),
    duration_ms: event.durationMs ?? null,
    value: event.value ?? null,
    strings,
    numbers,
    booleans,
    segment,
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

/** The first 128 bits of the id's SHA-256, as a decimal number: short to sort and compare in SQL. */
export function eventKey(id: string): string {
  return BigInt(`0x${createHash('sha256').update(id).digest('hex').slice(0, 32)}`).toString();
}
