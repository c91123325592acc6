import { assert } from '#kernel/assert.ts';
import type { FieldColumn, RouteColumns } from './field-column.ts';
import { BATCH_ROWS, Selection } from './selection.ts';
import type { Selector } from './selector.ts';

/** What a measure takes of each event: nothing but that it came, the number in a field, the hash of one, or whether it is of a share. */
export type Measured =
  | { readonly kind: 'event' }
  | { readonly kind: 'number' | 'hash'; readonly column: FieldColumn }
  | { readonly kind: 'share'; readonly hits: Selector | undefined };

const NOTHING = new Float64Array(BATCH_ROWS).fill(1);
/** Scratch that is filled anew for each window: nothing of it outlives the call. */
const shares = new Float64Array(BATCH_ROWS);
const finite = new Selection();
const hit = new Selection();
const seenIn = new Uint32Array(BATCH_ROWS);
let lastSeen = 0;

/** The rows that one measure takes in, with what it takes of each. */
export class MeasuredRows {
  readonly columns: RouteColumns;
  private readonly measured: Measured;
  rows: Uint16Array = finite.rows;
  count = 0;
  /** By row. */
  values: Float64Array = NOTHING;
  /** By code of a value (see `FieldColumn.codes`), the last `beginSeen` in which it was marked. */
  readonly seenIn: Uint32Array = seenIn;

  constructor(columns: RouteColumns, measured: Measured) {
    this.columns = columns;
    this.measured = measured;
  }

  get times(): Float64Array {
    return this.columns.batch.times;
  }

  /** Takes what the measure counts of the rows selected: an event without the field, or without a number in it, is none of its events. */
  begin(selected: Selection): void {
    this.rows = selected.rows;
    this.count = selected.count;
    switch (this.measured.kind) {
      case 'event':
        this.values = NOTHING;
        break;
      case 'share':
        this.values = this.measured.hits === undefined ? NOTHING : markHits(this.measured.hits, selected);
        break;
      case 'number': {
        this.values = this.measured.column.numbers();
        if (!this.measured.column.isAllFinite) this.keepFinite();
        break;
      }
      case 'hash':
        this.values = this.measured.column.hashes();
        if (!this.measured.column.isAllPresent) this.keepFinite();
        break;
    }
  }

  bins(): Int32Array {
    return columnOf(this.measured).bins();
  }

  codes(): Int32Array {
    return columnOf(this.measured).codes();
  }

  /** A number that stands nowhere in `seenIn`. */
  beginSeen(): number {
    lastSeen = (lastSeen + 1) >>> 0;
    if (lastSeen === 0) {
      seenIn.fill(0);
      lastSeen = 1;
    }
    return lastSeen;
  }

  private keepFinite(): void {
    const { rows, count, values } = this;
    const kept = finite.rows;
    let length = 0;
    for (let index = 0; index < count; index++) {
      const row = rows[index] as number;
      if (Number.isFinite(values[row] as number)) kept[length++] = row;
    }
    this.rows = kept;
    this.count = length;
  }
}

function markHits(hits: Selector, selected: Selection): Float64Array {
  hits(selected, hit);
  for (let index = 0; index < selected.count; index++) shares[selected.rows[index] as number] = 0;
  for (let index = 0; index < hit.count; index++) shares[hit.rows[index] as number] = 1;
  return shares;
}

function columnOf(measured: Measured): FieldColumn {
  assert('column' in measured, 'Only what reads a field has bins and codes.');
  return measured.column;
}
