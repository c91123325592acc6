import { cellBreaks } from '../text/read-table.ts';
import { canonicalForCell } from './canonical.ts';

/**
 * A pipe table with its columns aligned and its comparisons in their one spelling. The outer pipes and the dashes of Markdown go. Undefined
 * when the text is no table.
 */
export function alignTable(text: string, section: string): string | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^[\s|:-]*-[\s|:-]*$/.test(line));
  if (lines.length === 0 || lines.some((line) => cellBreaks(line).length === 0)) return undefined;
  const framed = lines[0]?.trimStart().startsWith('|') ?? false;
  const [header = [], ...body] = lines.map((line) => cellsOf(line, framed));
  const rows = [
    header,
    ...body.map((cells) =>
      cells.map((cell, column) => canonicalForCell(section, header[column] ?? '')?.(cell) ?? cell),
    ),
  ];
  const widths: number[] = [];
  for (const cells of rows) {
    for (const [column, cell] of cells.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  return `${rows.map((cells) => renderRow(cells, widths)).join('\n')}\n`;
}

function cellsOf(line: string, framed: boolean): readonly string[] {
  const breaks = cellBreaks(line);
  const cells = [...breaks, line.length].map((stop, index) => line.slice((breaks[index - 1] ?? -1) + 1, stop).trim());
  if (!framed) return cells;
  return cells.slice(cells[0] === '' ? 1 : 0, cells.at(-1) === '' ? -1 : cells.length);
}

function renderRow(cells: readonly string[], widths: readonly number[]): string {
  // A row keeps one pipe at least, or it would be read as something else.
  const last = Math.max(
    1,
    cells.findLastIndex((cell) => cell !== ''),
  );
  const shown = Array.from({ length: last + 1 }, (_, column) => (cells[column] ?? '').padEnd(widths[column] ?? 0));
  return shown.join(' | ').trimEnd();
}
