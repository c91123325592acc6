export interface RowWindow {
  /** Half open. */
  readonly first: number;
  readonly end: number;
  /** Pixels above the first and of all rows. */
  readonly above: number;
  readonly whole: number;
}

export interface RowHeights {
  readonly count: number;
  /** Of a row that is not open. */
  readonly height: number;
  /** Of open rows by their place, as they were measured. */
  readonly open: ReadonlyMap<number, number>;
}

/** Which rows of a long list are in sight, with a few around them: the others are not in the page. */
export function visibleRows(rows: RowHeights, scrolled: number, viewport: number, around = 10): RowWindow {
  const { count, height, open } = rows;
  const whole = topOf(count, rows);
  let first = 0;
  let end = count;
  // By halving, since open rows are few and their heights uneven.
  for (let low = 0, high = count; low < high; ) {
    const middle = (low + high) >> 1;
    if (topOf(middle, rows) + (open.get(middle) ?? height) <= scrolled) low = middle + 1;
    else high = middle;
    first = low;
  }
  for (let low = first, high = count; low < high; ) {
    const middle = (low + high) >> 1;
    if (topOf(middle, rows) < scrolled + viewport) low = middle + 1;
    else high = middle;
    end = low;
  }
  first = Math.max(0, first - around);
  end = Math.min(count, end + around);
  return { first, end, above: topOf(first, rows), whole };
}

/** Where a row begins. */
function topOf(row: number, { height, open }: RowHeights): number {
  let top = row * height;
  for (const [place, own] of open) if (place < row) top += own - height;
  return top;
}
