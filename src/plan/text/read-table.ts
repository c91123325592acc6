import { isHole } from './placeholder.ts';
import type { Report } from './report.ts';
import type { Sentence } from './sentence.ts';
import type { Span } from './source-file.ts';
import type { TextNode } from './tree.ts';

/** A pipe table: a header and rows. Cells are sentences of their own with places in the file; a blank cell is undefined. */
export interface Table {
  readonly header: readonly Sentence[];
  readonly rows: readonly TableRow[];
}

export interface TableRow {
  readonly cells: readonly (Sentence | undefined)[];
  readonly span: Span;
}

/** Whether a text is meant as a table. */
export function looksLikeTable(node: TextNode): boolean {
  return /\|.*\n|\n.*\|/.test(node.text);
}

/**
 * Reads a table. The dashes of Markdown under a header and the pipes at the ends of a row are passed over; a pipe within
 * double quotes or between slashes of a pattern belongs to the cell.
 */
export function readTable(node: TextNode, report: Report): Table | undefined {
  const lines = splitLines(node.text).filter(
    (line) => line.text.trim() !== '' && !/^[\s|:-]*-[\s|:-]*$/.test(line.text),
  );
  const [head, ...rest] = lines;
  if (head === undefined) {
    report.add('E126', node.span, 'The table is empty.', 'Its first line is the header.');
    return undefined;
  }
  // A table from Markdown has a pipe at both ends of each row; else a leading pipe means a blank first cell.
  const framed = head.text.trimStart().startsWith('|');
  const header = splitCells(node, head, framed);
  const names: Sentence[] = [];
  let sound = true;
  for (const cell of header) {
    if (cell.sentence === undefined) {
      report.add('E126', cell.span, 'A column has no header.', 'Give each column a name.');
      sound = false;
    } else {
      names.push(cell.sentence);
    }
  }
  if (!sound) return undefined;
  const rows: TableRow[] = [];
  for (const line of rest) {
    const cells = splitCells(node, line, framed);
    const span = node.piece(line.start, line.start + line.text.length);
    if (cells.length > header.length) {
      const extra = cells[header.length];
      report.add(
        'E126',
        extra?.span ?? span,
        `The row has ${cells.length} cells, the header ${header.length} columns.`,
        'Remove a cell, or put a text with a pipe in double quotes.',
      );
      continue;
    }
    if (cells.length < header.length) {
      report.add(
        'E126',
        span,
        `The row has ${cells.length} ${cells.length === 1 ? 'cell' : 'cells'}, the header ${header.length} columns.`,
        'Where a value is not set, leave its cell blank: `| |`.',
      );
      continue;
    }
    rows.push({ cells: header.map((_, column) => cells[column]?.sentence), span });
  }
  return { header: names, rows };
}

interface Line {
  readonly text: string;
  readonly start: number;
}

function splitLines(text: string): readonly Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (const line of text.split('\n')) {
    lines.push({ text: line, start });
    start += line.length + 1;
  }
  return lines;
}

/** Offsets of the pipes that part the cells of a line. */
export function cellBreaks(line: string): readonly number[] {
  const breaks: number[] = [];
  let quoted = false;
  let pattern = false;
  for (let index = 0; index < line.length; index += 1) {
    const character = line[index];
    if (character === '"' && !pattern) quoted = !quoted;
    else if (character === '/' && !quoted && (pattern || /matches\s+$/.test(line.slice(0, index)))) pattern = !pattern;
    else if (character === '|' && !quoted && !pattern) breaks.push(index);
  }
  return breaks;
}

function splitCells(
  node: TextNode,
  line: Line,
  framed: boolean,
): readonly { readonly sentence: Sentence | undefined; readonly span: Span }[] {
  const breaks = [...cellBreaks(line.text)];
  let from = 0;
  let end = line.text.length;
  if (framed && breaks[0] !== undefined && line.text.slice(0, breaks[0]).trim() === '')
    from = (breaks.shift() ?? -1) + 1;
  const last = breaks.at(-1);
  if (last !== undefined && line.text.slice(last + 1).trim() === '' && from > 0) {
    end = last;
    breaks.pop();
  }
  const cells = [];
  for (const stop of [...breaks, end]) {
    const raw = line.text.slice(from, stop);
    const text = raw.trim();
    const start = line.start + from + (raw.length - raw.trimStart().length);
    const span = node.piece(start, start + text.length);
    const sentence: Sentence | undefined =
      text === ''
        ? undefined
        : isHole(text)
          ? { text: 'unset', hole: true, place: () => span }
          : { text, place: (a, b) => node.piece(start + a, start + b) };
    cells.push({ sentence, span });
    from = stop + 1;
  }
  return cells;
}
