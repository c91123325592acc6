import { Readable } from 'node:stream';
import type { ClickHouseClient } from '@clickhouse/client';
import { assert } from '#kernel/assert.ts';
import type { Instant } from '#kernel/instant.ts';
import { insertBlock, oneBlock } from './events.ts';
import { lowCardinality, nativeBlock } from './native.ts';
import { clickHouseTime } from './time.ts';

/** Points of one plan by columns, as they leave the spool. */
export interface StorableSamples {
  readonly plan: string;
  readonly count: number;
  /** Of each point, the halves of its series' id: low, high. */
  readonly ids: Uint32Array;
  readonly firstTime: Instant;
  /** Of each point, milliseconds after `firstTime`. */
  readonly offsets: Int32Array;
  readonly values: Float64Array;
}

/** What the id of a series stands for. */
export interface StorableSeries {
  readonly plan: string;
  readonly describedAt: Instant;
  readonly idHigh: number;
  readonly idLow: number;
  readonly name: string;
  readonly kind: string;
  readonly labels: readonly (readonly [name: string, value: string])[];
}

const PLANS_PER_BLOCK = 256;
const HALF = 2 ** 32;

/** Inserts descriptions of series as one block; again with the same token, it changes nothing. */
export async function insertSeries(
  client: ClickHouseClient,
  token: string,
  rows: readonly StorableSeries[],
): Promise<void> {
  if (rows.length === 0) return;
  await insertBlock(client, 'series', token, rows, ({ plan, describedAt, idHigh, idLow, name, kind, labels }) => ({
    plan,
    name: name.toWellFormed(),
    series_id: seriesIdText(idHigh, idLow),
    kind,
    labels: Object.fromEntries(labels.map(([label, value]) => [label.toWellFormed(), value.toWellFormed()])),
    described_at: clickHouseTime(describedAt),
  }));
}

/**
 * Inserts points as one block, in columns and without a row of ours. Resolves when they are on the disk; throws the client's error, after which
 * it is safe to try again with the same token.
 */
export async function insertSamples(
  client: ClickHouseClient,
  token: string,
  parts: readonly StorableSamples[],
): Promise<void> {
  const rows = parts.reduce((sum, part) => sum + part.count, 0);
  if (rows === 0) return;
  const pieces = samplesBlocks(parts);
  const result = await client.exec({
    query: 'insert into samples (plan, series_id, ts, value) format Native',
    values: Readable.from(pieces, { objectMode: false }),
    clickhouse_settings: oneBlock(token),
  });
  // The connection is free again only when the answer, empty as it is, has been read.
  await result.stream.toArray();
}

/** A series' id as a decimal number. */
export function seriesIdText(high: number, low: number): string {
  return ((BigInt(high) << 32n) | BigInt(low)).toString();
}

function samplesBlocks(parts: readonly StorableSamples[]): readonly Uint8Array[] {
  const plans = [...new Set(parts.map(({ plan }) => plan))];
  const pieces: Uint8Array[] = [];
  for (let from = 0; from < plans.length; from += PLANS_PER_BLOCK) {
    const texts = plans.slice(from, from + PLANS_PER_BLOCK);
    const ofBlock = texts.length === plans.length ? parts : parts.filter(({ plan }) => texts.includes(plan));
    pieces.push(...samplesBlock(texts, ofBlock));
  }
  return pieces;
}

function samplesBlock(texts: readonly string[], parts: readonly StorableSamples[]): readonly Uint8Array[] {
  const rows = parts.reduce((sum, part) => sum + part.count, 0);
  const places = new Uint8Array(rows);
  const ids = new Uint32Array(2 * rows);
  const times = new Uint32Array(2 * rows);
  const values = new Float64Array(rows);
  let row = 0;
  for (const { plan, count, ids: from, firstTime, offsets, values: numbers } of parts) {
    places.fill(texts.indexOf(plan), row, row + count);
    ids.set(from, 2 * row);
    values.set(numbers, row);
    assert(firstTime >= 0, 'Points are of this age.');
    putTimes(times.subarray(2 * row), firstTime, offsets);
    row += count;
  }
  return nativeBlock(rows, [
    { name: 'plan', type: 'LowCardinality(String)', bytes: lowCardinality(texts, places) },
    { name: 'series_id', type: 'UInt64', bytes: bytesOf(ids) },
    { name: 'ts', type: "DateTime64(3, 'UTC')", bytes: bytesOf(times) },
    { name: 'value', type: 'Float64', bytes: bytesOf(values) },
  ]);
}

/** Puts `firstTime` plus each offset as a whole number of 64 bits, by halves: low, high. */
export function putTimes(halves: Uint32Array, firstTime: Instant, offsets: Int32Array): void {
  const firstHigh = Math.floor(firstTime / HALF);
  const firstLow = firstTime - firstHigh * HALF;
  for (let index = 0; index < offsets.length; index += 1) {
    const low = firstLow + (offsets[index] as number);
    // What does not fit is cut off where it is stored, and carried here: dividing each time is most of what a point costs.
    halves[2 * index] = low;
    halves[2 * index + 1] = firstHigh + (low >= HALF ? 1 : low < 0 ? -1 : 0);
  }
}

function bytesOf(values: Uint32Array | Float64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
