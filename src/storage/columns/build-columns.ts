import type { EventRecord } from '#signals/record.ts';
import type { ColumnHead, EventColumn, EventColumns, Texts } from './event-columns.ts';
import { madeIdsOf } from './made-ids.ts';

/** After so many values it is looked whether a column repeats its texts. */
const LOOK_AT_TEXTS = 64;

interface GrowingHead {
  readonly owner: ColumnHead['owner'];
  readonly name: string;
}

/** Notes which events have a field; nothing is noted while all have. */
class GrowingRows {
  #rows: number[] | undefined;
  count = 0;

  add(row: number): void {
    if (row !== this.count && this.#rows === undefined) {
      this.#rows = Array.from({ length: this.count }, (_, index) => index);
    }
    this.#rows?.push(row);
    this.count += 1;
  }

  build(events: number): Uint32Array | undefined {
    if (this.#rows !== undefined) return new Uint32Array(this.#rows);
    return this.count === events ? undefined : Uint32Array.from({ length: this.count }, (_, index) => index);
  }
}

class NumberColumn {
  readonly type = 'number';
  readonly head: GrowingHead;
  readonly rows: GrowingRows = new GrowingRows();
  readonly #values: number[] = [];

  constructor(head: GrowingHead) {
    this.head = head;
  }

  add(row: number, value: number): void {
    this.rows.add(row);
    this.#values.push(value);
  }

  build(events: number): EventColumn {
    return { ...this.head, rows: this.rows.build(events), type: 'number', values: new Float64Array(this.#values) };
  }
}

class BooleanColumn {
  readonly type = 'boolean';
  readonly head: GrowingHead;
  readonly rows: GrowingRows = new GrowingRows();
  readonly #values: number[] = [];

  constructor(head: GrowingHead) {
    this.head = head;
  }

  add(row: number, value: boolean): void {
    this.rows.add(row);
    this.#values.push(value ? 1 : 0);
  }

  build(events: number): EventColumn {
    return { ...this.head, rows: this.rows.build(events), type: 'boolean', values: new Uint8Array(this.#values) };
  }
}

/** Texts by code while they repeat; a column whose texts are nearly all different holds them one after the other. */
class TextColumn {
  readonly type = 'string';
  readonly head: GrowingHead;
  readonly rows: GrowingRows = new GrowingRows();
  #texts: string[] = [];
  #codes: number[] | undefined = [];
  readonly #codeOf = new Map<string, number>();

  constructor(head: GrowingHead) {
    this.head = head;
  }

  add(row: number, value: string): void {
    this.rows.add(row);
    if (this.#codes === undefined) {
      this.#texts.push(value);
      return;
    }
    let code = this.#codeOf.get(value);
    if (code === undefined) {
      code = this.#texts.push(value) - 1;
      this.#codeOf.set(value, code);
    }
    this.#codes.push(code);
    if (this.#codes.length >= LOOK_AT_TEXTS && this.#texts.length * 2 > this.#codes.length) this.#spread();
  }

  build(events: number): EventColumn {
    return {
      ...this.head,
      rows: this.rows.build(events),
      type: 'text',
      texts: encodeTexts(this.#texts),
      codes: this.#codes && new Uint32Array(this.#codes),
    };
  }

  #spread(): void {
    const texts = this.#texts;
    this.#texts = (this.#codes ?? []).map((code) => texts[code] as string);
    this.#codes = undefined;
    this.#codeOf.clear();
  }
}

type GrowingColumn = NumberColumn | BooleanColumn | TextColumn;

/**
 * Records by columns. `made` says of how many records, the first ones, the ids were made by this program one after the other. Lone
 * surrogates in values become U+FFFD: who must keep them looks for them before.
 */
export function columnsOf(records: readonly EventRecord[], made = 0): EventColumns {
  const times = new Float64Array(records.length);
  const names = new TextColumn({ owner: 'record', name: 'name' });
  const ids = new TextColumn({ owner: 'record', name: 'id' });
  const users = new TextColumn({ owner: 'record', name: 'user' });
  const durations = new NumberColumn({ owner: 'record', name: 'durationMs' });
  const values = new NumberColumn({ owner: 'record', name: 'value' });
  const madeIds = madeIdsOf(records, made);
  const idsFrom = madeIds?.count ?? 0;
  const attributes = new AttributeColumns();
  for (let row = 0; row < records.length; row += 1) {
    const record = records[row] as EventRecord;
    times[row] = record.time;
    names.add(row, record.name);
    if (row >= idsFrom) ids.add(row, record.id);
    if (record.user !== undefined) users.add(row, record.user);
    if (record.durationMs !== undefined) durations.add(row, record.durationMs);
    if (record.value !== undefined) values.add(row, record.value);
    attributes.add(row, record.attributes);
  }
  const all: readonly GrowingColumn[] = [names, ids, users, durations, values, ...attributes.columns];
  const columns = all.filter((column) => column.rows.count > 0).map((column) => column.build(records.length));
  return { count: records.length, times, made: madeIds, columns };
}

/** The columns of attributes in the order in which they were first met. */
class AttributeColumns {
  readonly columns: GrowingColumn[] = [];
  readonly #numbers = new Map<string, NumberColumn>();
  readonly #booleans = new Map<string, BooleanColumn>();
  readonly #texts = new Map<string, TextColumn>();
  /** Those of the last record in the order of its attributes: the records of one request mostly have the same. */
  readonly #expected: GrowingColumn[] = [];

  add(row: number, attributes: EventRecord['attributes']): void {
    const expected = this.#expected;
    let place = 0;
    for (const name in attributes) {
      const value = attributes[name];
      if (value === undefined) continue;
      let column = expected[place];
      if (column === undefined || column.head.name !== name || column.type !== typeof value) {
        if (!Object.hasOwn(attributes, name)) continue;
        column = this.#column(name, value);
        expected[place] = column;
      }
      place += 1;
      if (column.type === 'number') column.add(row, value as number);
      else if (column.type === 'string') column.add(row, value as string);
      else column.add(row, value as boolean);
    }
  }

  #column(name: string, value: string | number | boolean): GrowingColumn {
    const head: GrowingHead = { owner: 'attribute', name };
    switch (typeof value) {
      case 'number':
        return this.#known(this.#numbers, name, () => new NumberColumn(head));
      case 'boolean':
        return this.#known(this.#booleans, name, () => new BooleanColumn(head));
      default:
        return this.#known(this.#texts, name, () => new TextColumn(head));
    }
  }

  #known<Column extends GrowingColumn>(columns: Map<string, Column>, name: string, make: () => Column): Column {
    let column = columns.get(name);
    if (column === undefined) {
      column = make();
      columns.set(name, column);
      this.columns.push(column);
    }
    return column;
  }
}

function encodeTexts(texts: readonly string[]): Texts {
  const joined = texts.join('');
  const heap = Buffer.from(joined);
  if (heap.length !== joined.length) return encodeUnicode(texts);
  const ends = new Uint32Array(texts.length);
  let end = 0;
  for (let index = 0; index < texts.length; index += 1) {
    end += (texts[index] as string).length;
    ends[index] = end;
  }
  return { heap, ends, isExact: true };
}

/** Each by itself: halves of a pair that stand in neighbours must not come together. */
function encodeUnicode(texts: readonly string[]): Texts {
  const parts = texts.map((text) => Buffer.from(text.toWellFormed()));
  const ends = new Uint32Array(texts.length);
  let end = 0;
  for (const [index, part] of parts.entries()) {
    end += part.length;
    ends[index] = end;
  }
  return { heap: Buffer.concat(parts), ends, isExact: texts.every((text) => text.isWellFormed()) };
}
