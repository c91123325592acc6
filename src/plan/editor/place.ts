import type { Piece, Scan } from './scan.ts';

/** Where in a plan an offset is. */
export type Place =
  /** A key, written or to be written, below `parent`. */
  | {
      readonly kind: 'key';
      readonly parent: readonly string[];
      readonly piece?: Piece;
      readonly start: number;
      readonly end: number;
    }
  /** Within a value; `either` when it could be a key as well. */
  | { readonly kind: 'value'; readonly path: readonly string[]; readonly piece: Piece; readonly either: boolean };

/** The place of an offset; undefined in comments and between things. */
export function placeAt(scan: Scan, offset: number): Place | undefined {
  const { text, pieces } = scan;
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const before = text.slice(lineStart, offset);
  const lineEnd = text.indexOf('\n', offset);
  const line = text.slice(lineStart, lineEnd < 0 ? text.length : lineEnd);
  const near = pieceBefore(pieces, offset);
  if (line.trim() === '' && !isWithinBrackets(pieces, near)) return onBlankLine(scan, offset, before.length, near);
  if (near === undefined) return undefined;
  if (near.kind === 'comment') return offset > near.start ? undefined : placeOf(scan, pieces, near, offset);
  return placeOf(scan, pieces, near, offset);
}

/** Between two pieces of one pair of brackets. */
function isWithinBrackets(pieces: readonly Piece[], near: Piece | undefined): boolean {
  if (near?.flow !== true) return false;
  const next = pieces[pieces.indexOf(near) + 1];
  return next?.flow === true && next.path[0] === near.path[0] && next.path[1] === near.path[1];
}

/** The last piece that begins at or before an offset; of two at one place the one that is written. */
function pieceBefore(pieces: readonly Piece[], offset: number): Piece | undefined {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((pieces[middle]?.start ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return pieces[low - 1];
}

function placeOf(scan: Scan, pieces: readonly Piece[], piece: Piece, offset: number): Place | undefined {
  if (piece.kind === 'comment') {
    const index = pieces.indexOf(piece);
    const earlier = pieces[index - 1];
    return earlier === undefined ? undefined : placeOf(scan, pieces, earlier, offset);
  }
  const between = scan.text.slice(piece.end, offset);
  if (offset > piece.end && (/[^ ]/.test(between) || (piece.style === 'quoted' && between !== ''))) return undefined;
  if (piece.kind === 'key') {
    if (offset > piece.end) return undefined;
    return { kind: 'key', parent: piece.path.slice(0, -1), piece, start: piece.start, end: piece.end };
  }
  const isFirst = !pieces.some((other) => other.kind === 'key' && isBelow(other.path, piece.path));
  return { kind: 'value', path: piece.path, piece, either: piece.open === true && isFirst };
}

/** In an empty line the indentation says whose key would begin there. */
function onBlankLine(scan: Scan, offset: number, column: number, near: Piece | undefined): Place | undefined {
  const open = openAt(scan, offset);
  const parent = open.filter(({ indent }) => indent < column).at(-1);
  if (near?.style === 'block' && offset <= near.end && (open.at(-1)?.indent ?? 0) < column) return undefined;
  return { kind: 'key', parent: parent?.path ?? [], start: offset, end: offset };
}

function openAt(scan: Scan, offset: number): Scan['lines'][number]['open'] {
  let found: Scan['lines'][number]['open'] = [];
  for (const line of scan.lines) {
    if (line.start > offset) break;
    found = line.open;
  }
  return found;
}

/** The keys that stand below a path already. */
export function keysBelow(scan: Scan, parent: readonly string[]): ReadonlySet<string> {
  return new Set(
    scan.pieces
      .filter((piece) => piece.kind === 'key' && piece.open !== true && piece.path.length === parent.length + 1)
      .filter((piece) => isBelow(piece.path, parent))
      .map((piece) => piece.path.at(-1) ?? ''),
  );
}

function isBelow(path: readonly string[], parent: readonly string[]): boolean {
  return path.length > parent.length && parent.every((step, index) => path[index] === step);
}
