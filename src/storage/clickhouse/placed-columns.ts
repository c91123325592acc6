import type { EventColumn, EventColumns } from '../columns/event-columns.ts';

/** A column of one part, and the row of the block at which its part begins. */
export interface Placed {
  readonly first: number;
  readonly column: EventColumn;
}

/** The columns of parts that follow each other in a block. */
export function placed(parts: readonly EventColumns[]): readonly Placed[] {
  const all: Placed[] = [];
  let first = 0;
  for (const { columns, count } of parts) {
    for (const column of columns) all.push({ first, column });
    first += count;
  }
  return all;
}

/** The row of the block that a value of a column belongs to. */
export function rowOf({ first, column }: Placed, place: number): number {
  return first + (column.rows === undefined ? place : (column.rows[place] as number));
}
