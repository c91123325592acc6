import { limits } from '#kernel/limits.ts';
import type { Rows } from './portal.ts';

const CELL_CHARACTERS = 60;
const COLUMNS = 12;

/** The first rows as a table of text, as `psql` prints them; empty when there is none. */
export function tableOf(rows: Rows): string {
  if (rows.first.length === 0) return '';
  const head = rows.columns.slice(0, COLUMNS).map(cellOf);
  const body = rows.first.map((row) => row.slice(0, COLUMNS).map((value) => cellOf(value ?? 'null')));
  const widths = head.map((name, column) => Math.max(name.length, ...body.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[], filler: string, between: string): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0, filler))
      .join(between)
      .trimEnd();
  const ruler = line(
    head.map(() => ''),
    '-',
    '-+-',
  );
  const more = rows.count - rows.first.length;
  return [
    line(head, ' ', ' | '),
    ruler,
    ...body.map((row) => line(row, ' ', ' | ')),
    ...(rows.isCut ? [`… and more than ${limits.queryRows - rows.first.length} others`] : []),
    ...(!rows.isCut && more > 0 ? [`… and ${more} others`] : []),
  ].join('\n');
}

function cellOf(text: string): string {
  const flat = text.replaceAll(/\s+/g, ' ');
  return flat.length <= CELL_CHARACTERS ? flat : `${flat.slice(0, CELL_CHARACTERS - 1)}…`;
}
