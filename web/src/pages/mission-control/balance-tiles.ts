/** How tiles are laid out: columns of the grid, and how many of them each tile takes. */
export interface TileLayout {
  readonly columns: number;
  readonly spans: readonly number[];
}

/** Rows of at most `fitting` tiles whose lengths differ by one at most, the longer ones first; every row fills the width. */
export function balanceTiles(count: number, fitting: number): TileLayout {
  if (count === 0) return { columns: 1, spans: [] };
  const rows = Math.ceil(count / fitting);
  const short = Math.floor(count / rows);
  const longRows = count - short * rows;
  // A grid whose columns both lengths divide.
  const columns = longRows === 0 ? short : short * (short + 1);
  const inLongRows = longRows * (short + 1);
  const spans = Array.from({ length: count }, (_, index) => columns / (index < inLongRows ? short + 1 : short));
  return { columns, spans };
}
