import { assert } from '#kernel/assert.ts';
import type { Instant } from '#kernel/instant.ts';
import { type EventColumns, valuesOf } from '../columns/event-columns.ts';
import { madeTexts } from '../columns/made-ids.ts';
import { textsOf } from '../columns/read-columns.ts';
import { MapColumns } from './map-columns.ts';
import { Dictionary, lowCardinality, type NativeColumn, nativeBlock, StringColumn } from './native.ts';
import { type Placed, placed, rowOf } from './placed-columns.ts';

/** Events of one request on their way to the telemetry store. */
export interface StorableEvents {
  readonly plan: string;
  readonly receivedAt: Instant;
  readonly columns: EventColumns;
}

/** The attributes that stand in a column of their own as text, beside the map of their type. */
const COPIED = ['service', 'route', 'status', 'outcome'] as const;

/** The columns of `events` that are sent, in their order. */
export const storedColumns: readonly string[] = [
  'plan',
  'name',
  'ts',
  'received_at',
  'event_id',
  'user',
  ...COPIED,
  'duration_ms',
  'value',
  'strings',
  'numbers',
  'booleans',
  'segment',
];

const HALF = 2 ** 32;

/** From so many rows on a block is sent: its columns stay small, and the engine joins the blocks of one insert again. */
const ROWS_PER_BLOCK = 16_384;

/** A segment in blocks of the format `Native`, made one after the other as they are sent. */
export function* eventBlocks(segment: string, parts: readonly StorableEvents[]): Generator<Uint8Array> {
  let gathered: StorableEvents[] = [];
  let rows = 0;
  for (const part of parts) {
    gathered.push(part);
    rows += part.columns.count;
    if (rows < ROWS_PER_BLOCK) continue;
    yield* eventBlock(segment, gathered);
    gathered = [];
    rows = 0;
  }
  if (rows > 0) yield* eventBlock(segment, gathered);
}

/**
 * Events as one block of the format `Native`, in which the engine finds its columns as it holds them. Every attribute stands in the map
 * of its type, also `service`, `route`, `status` and `outcome`: from the maps signals are computed, so `status = 500` compares a number here
 * as it does live. The four columns of these names repeat them as text, for grouping in charts and empty when the attribute is absent.
 */
function eventBlock(segment: string, parts: readonly StorableEvents[]): readonly Uint8Array[] {
  const rows = parts.reduce((sum, { columns }) => sum + columns.count, 0);
  const all = placed(parts.map(({ columns }) => columns));
  const ofRecord = (name: string): readonly Placed[] =>
    all.filter(({ column }) => column.owner === 'record' && column.name === name);
  const ofAttribute = (name: string): readonly Placed[] =>
    all.filter(({ column }) => column.owner === 'attribute' && column.name === name);
  const maps = new MapColumns(
    rows,
    all.filter(({ column }) => column.owner === 'attribute'),
  );
  const columns: readonly NativeColumn[] = [
    { name: 'plan', type: 'LowCardinality(String)', bytes: planColumn(rows, parts) },
    { name: 'name', type: 'LowCardinality(String)', bytes: codedColumn(rows, ofRecord('name')) },
    { name: 'ts', type: "DateTime64(3, 'UTC')", bytes: timeColumn(rows, parts) },
    { name: 'received_at', type: "DateTime64(3, 'UTC')", bytes: receiptColumn(rows, parts) },
    { name: 'event_id', type: 'String', bytes: idColumn(rows, parts, ofRecord('id')) },
    { name: 'user', type: 'String', bytes: textColumn(rows, ofRecord('user')) },
    ...COPIED.map((name) => ({
      name,
      type: 'LowCardinality(String)',
      bytes: codedColumn(rows, ofAttribute(name)),
    })),
    { name: 'duration_ms', type: 'Nullable(Float64)', bytes: nullableColumn(rows, ofRecord('durationMs')) },
    { name: 'value', type: 'Nullable(Float64)', bytes: nullableColumn(rows, ofRecord('value')) },
    { name: 'strings', type: 'Map(LowCardinality(String), String)', bytes: maps.strings() },
    { name: 'numbers', type: 'Map(LowCardinality(String), Float64)', bytes: maps.numbers() },
    { name: 'booleans', type: 'Map(LowCardinality(String), Bool)', bytes: maps.booleans() },
    // The table has plain text; the engine turns it into that, and here it is written once.
    { name: 'segment', type: 'LowCardinality(String)', bytes: lowCardinality([segment], new Uint8Array(rows)) },
  ];
  assert(
    columns.every(({ name }, index) => name === storedColumns[index]),
    'Columns are sent in the order in which they are named.',
  );
  return nativeBlock(rows, columns);
}

function planColumn(rows: number, parts: readonly StorableEvents[]): Uint8Array {
  const dictionary = new Dictionary();
  const codes = new Uint32Array(rows);
  let row = 0;
  for (const { plan, columns } of parts) {
    codes.fill(dictionary.codeOf(plan), row, row + columns.count);
    row += columns.count;
  }
  return lowCardinality(dictionary.texts, codes);
}

function timeColumn(rows: number, parts: readonly StorableEvents[]): Uint8Array {
  const halves = new Uint32Array(2 * rows);
  let row = 0;
  for (const { columns } of parts) {
    for (let index = 0; index < columns.count; index += 1) {
      const time = columns.times[index] as number;
      halves[2 * (row + index)] = time % HALF;
      halves[2 * (row + index) + 1] = Math.floor(time / HALF);
    }
    row += columns.count;
  }
  return bytesOf(halves);
}

function receiptColumn(rows: number, parts: readonly StorableEvents[]): Uint8Array {
  const halves = new Uint32Array(2 * rows);
  let row = 0;
  for (const { receivedAt, columns } of parts) {
    const low = receivedAt % HALF;
    const high = Math.floor(receivedAt / HALF);
    for (let index = 0; index < columns.count; index += 1) {
      halves[2 * (row + index)] = low;
      halves[2 * (row + index) + 1] = high;
    }
    row += columns.count;
  }
  return bytesOf(halves);
}

function idColumn(rows: number, parts: readonly StorableEvents[], sent: readonly Placed[]): Uint8Array {
  const column = new StringColumn(rows);
  let first = 0;
  for (const { columns } of parts) {
    const { made, count } = columns;
    if (made !== undefined) {
      const base = column.addHeap(madeTexts(made));
      for (let index = 0; index < made.count; index += 1) column.set(first + index, base + index);
    }
    first += count;
  }
  fillTexts(column, sent);
  return column.bytes();
}

function textColumn(rows: number, from: readonly Placed[]): Uint8Array {
  const column = new StringColumn(rows);
  fillTexts(column, from);
  return column.bytes();
}

function fillTexts(into: StringColumn, from: readonly Placed[]): void {
  for (const one of from) {
    const { column } = one;
    assert(column.type === 'text', 'Ids and users are texts.');
    const { texts, codes } = column;
    const base = into.addHeap(texts);
    const count = valuesOf(column);
    for (let place = 0; place < count; place += 1) {
      into.set(rowOf(one, place), base + (codes === undefined ? place : (codes[place] as number)));
    }
  }
}

/** By code, with the code of the empty text where there is no value. */
function codedColumn(rows: number, from: readonly Placed[]): Uint8Array {
  const dictionary = new Dictionary();
  const codes = new Uint32Array(rows);
  dictionary.codeOf('');
  for (const one of from) {
    const { column } = one;
    if (column.type !== 'text') {
      for (let place = 0; place < column.values.length; place += 1) {
        const value = column.values[place] as number;
        codes[rowOf(one, place)] = dictionary.codeOf(String(column.type === 'number' ? value : value === 1));
      }
      continue;
    }
    const codeOfText = Uint32Array.from(textsOf(column.texts), (text) => dictionary.codeOf(text));
    const count = valuesOf(column);
    for (let place = 0; place < count; place += 1) {
      codes[rowOf(one, place)] = codeOfText[
        column.codes === undefined ? place : (column.codes[place] as number)
      ] as number;
    }
  }
  return lowCardinality(dictionary.texts, codes);
}

/** First for each row whether it has none, then the values. */
function nullableColumn(rows: number, from: readonly Placed[]): Uint8Array {
  const bytes = new Uint8Array(9 * rows);
  bytes.fill(1, 0, rows);
  const values = new Float64Array(rows);
  for (const one of from) {
    const { column } = one;
    assert(column.type === 'number', 'Durations and values are numbers.');
    for (let place = 0; place < column.values.length; place += 1) {
      const row = rowOf(one, place);
      bytes[row] = 0;
      values[row] = column.values[place] as number;
    }
  }
  bytes.set(bytesOf(values), rows);
  return bytes;
}

function bytesOf(values: Float64Array | Uint32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
