import { type EventColumn, valuesOf } from '../columns/event-columns.ts';
import { Dictionary, lowCardinalityParts, StringColumn } from './native.ts';
import { type Placed, rowOf } from './placed-columns.ts';

/** The attributes of a block as the maps of their types. In the block a map is how many entries the rows have, the keys, and the values. */
export class MapColumns {
  readonly #rows: number;
  readonly #all: readonly Placed[];

  constructor(rows: number, all: readonly Placed[]) {
    this.#rows = rows;
    this.#all = all;
  }

  strings(): Uint8Array {
    const from = this.#of('text');
    const layout = this.#layOut(from);
    const values = new StringColumn(layout.entries);
    for (const { column, positions } of layout.columns) {
      if (column.type !== 'text') continue;
      const base = values.addHeap(column.texts);
      const { codes } = column;
      for (let place = 0; place < positions.length; place += 1) {
        values.set(positions[place] as number, base + (codes === undefined ? place : (codes[place] as number)));
      }
    }
    return Buffer.concat([...layout.head, values.bytes()]);
  }

  numbers(): Uint8Array {
    const layout = this.#layOut(this.#of('number'));
    const values = new Float64Array(layout.entries);
    fill(values, layout);
    return Buffer.concat([...layout.head, new Uint8Array(values.buffer)]);
  }

  booleans(): Uint8Array {
    const layout = this.#layOut(this.#of('boolean'));
    const values = new Uint8Array(layout.entries);
    fill(values, layout);
    return Buffer.concat([...layout.head, values]);
  }

  #of(type: EventColumn['type']): readonly Placed[] {
    return this.#all.filter(({ column }) => column.type === type);
  }

  /** Where each value comes to stand: row by row, and within a row in the order of the columns. */
  #layOut(from: readonly Placed[]): Layout {
    const ends = new Uint32Array(this.#rows);
    for (const one of from) {
      const count = valuesOf(one.column);
      for (let place = 0; place < count; place += 1) {
        const row = rowOf(one, place);
        ends[row] = (ends[row] as number) + 1;
      }
    }
    const next = new Uint32Array(this.#rows);
    const offsets = new Uint32Array(2 * this.#rows);
    let entries = 0;
    for (let row = 0; row < this.#rows; row += 1) {
      next[row] = entries;
      entries += ends[row] as number;
      offsets[2 * row] = entries;
    }
    const keys = new Dictionary();
    const keyCodes = new Uint32Array(entries);
    const columns = from.map((one): Column => {
      const { column } = one;
      const key = keys.codeOf(column.name);
      const positions = new Uint32Array(valuesOf(column));
      for (let place = 0; place < positions.length; place += 1) {
        const row = rowOf(one, place);
        const position = next[row] as number;
        next[row] = position + 1;
        keyCodes[position] = key;
        positions[place] = position;
      }
      return { column, positions };
    });
    const [version, body] = lowCardinalityParts(keys.texts, keyCodes);
    return { entries, columns, head: [version, new Uint8Array(offsets.buffer), body] };
  }
}

interface Layout {
  readonly entries: number;
  readonly columns: readonly Column[];
  /** Everything before the values. */
  readonly head: readonly Uint8Array[];
}

interface Column {
  readonly column: EventColumn;
  /** For each of its values, the place among all. */
  readonly positions: Uint32Array;
}

function fill(values: Float64Array | Uint8Array, { columns }: Layout): void {
  for (const { column, positions } of columns) {
    if (column.type === 'text') continue;
    for (let place = 0; place < positions.length; place += 1) {
      values[positions[place] as number] = column.values[place] as number;
    }
  }
}
