import type { TextStyle } from './tree.ts';

/**
 * For each character of a scalar's value the offset in the file from which it came, and one more for its end. YAML folds lines,
 * strips indentation and resolves escapes, so the two texts are walked side by side.
 */
export function alignText(
  source: string,
  start: number,
  end: number,
  value: string,
  style: TextStyle,
): readonly number[] {
  if (style === 'block') return alignBlock(source, start, end, value);
  const offsets: number[] = [];
  const quote = style === 'quoted' ? source[start] : undefined;
  let at = quote === undefined ? start : start + 1;
  let index = 0;
  while (index < value.length) {
    const wanted = value[index] ?? '';
    const here = source[at] ?? '';
    const isFolded =
      (wanted === ' ' || wanted === '\n') && here === '\\' && !/[n x_uUNLP\r\n]/.test(source[at + 1] ?? '');
    if (quote === '"' && here === '\\' && !isFolded) {
      const next = source[at + 1] ?? '';
      if (next === '\n' || next === '\r') {
        // An escaped line break is nothing in the value.
        at += 1;
        while (/\s/.test(source[at] ?? '')) at += 1;
        continue;
      }
      const length = next === 'x' ? 4 : next === 'u' ? 6 : next === 'U' ? 10 : 2;
      const units = next === 'U' ? ((value.codePointAt(index) ?? 0) > 0xffff ? 2 : 1) : 1;
      for (let unit = 0; unit < units; unit += 1) offsets.push(at);
      at += length;
      index += units;
      continue;
    }
    offsets.push(at);
    index += 1;
    if (quote === "'" && here === "'" && source[at + 1] === "'") {
      at += 2;
    } else if (wanted === ' ' || wanted === '\n') {
      if (/^[ \t]*\r?\n/.test(source.slice(at, Math.min(end, at + 1_000)))) {
        while (at < end && /\s/.test(source[at] ?? '')) at += 1;
      } else if (here === wanted) {
        at += 1;
      }
    } else {
      at += 1;
    }
  }
  offsets.push(Math.min(at, end));
  return offsets;
}

/** Literal and folded blocks: the value's lines are the source's without their common indentation. */
function alignBlock(source: string, start: number, end: number, value: string): readonly number[] {
  const offsets: number[] = [];
  let at = source.indexOf('\n', start) + 1;
  if (at === 0) at = end;
  const indentation = commonIndentation(source.slice(at, end), value);
  let lineStart = true;
  for (const wanted of value) {
    if (lineStart) {
      for (let skipped = 0; skipped < indentation && source[at] === ' '; skipped += 1) at += 1;
      lineStart = false;
    }
    // Folding makes fewer line breaks of several; a visible character is never one of them.
    if (!/\s/.test(wanted)) while (at < end && /\s/.test(source[at] ?? '')) at += 1;
    for (let unit = 0; unit < wanted.length; unit += 1) offsets.push(Math.min(at + unit, end));
    if (wanted === '\n' || (wanted === ' ' && /[\r\n]/.test(source[at] ?? ''))) {
      if (source[at] === '\r') at += 1;
      if (source[at] === '\n') at += 1;
      lineStart = true;
    } else {
      at += wanted.length;
    }
  }
  offsets.push(Math.min(at, end));
  return offsets;
}

function commonIndentation(source: string, value: string): number {
  const first = (text: string): number => {
    const line = text.split('\n').find((candidate) => candidate.trim() !== '') ?? '';
    return line.length - line.trimStart().length;
  };
  return Math.max(0, first(source) - first(value));
}
