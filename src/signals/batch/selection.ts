/** So many records are judged together at most: their columns stay in the processor's caches, and buffers stay small. */
export const BATCH_ROWS = 1_024;

/** Numbers of rows of a batch, ascending. */
export class Selection {
  rows: Uint16Array;
  count = 0;

  constructor(capacity: number = BATCH_ROWS) {
    this.rows = new Uint16Array(capacity);
  }

  /** Adds a row after the others; what was made small grows. */
  push(row: number): void {
    if (this.count === this.rows.length) {
      const grown = new Uint16Array(this.rows.length * 2);
      grown.set(this.rows);
      this.rows = grown;
    }
    this.rows[this.count++] = row;
  }
}

/** `into` must have room for it. */
export function copySelection(from: Selection, into: Selection): void {
  into.rows.set(from.rows.subarray(0, from.count));
  into.count = from.count;
}
