import { limits } from '#kernel/limits.ts';

/**
 * Reads the layout of a plan's YAML line by line: which key and which value stands where. It never refuses a text, so that it also serves
 * while somebody is typing; the compiler alone says what is wrong. One line that is broken does not change what the lines after it are.
 */
export interface Piece {
  readonly kind: 'key' | 'value' | 'comment';
  /** Section, names and keys down to this one, without places in lists; a key's own name is the last. */
  readonly path: readonly string[];
  /** Offsets in the text, half open, without quotation marks; a value that is not written yet is empty. */
  readonly start: number;
  readonly end: number;
  readonly style: 'plain' | 'quoted' | 'block';
  /** A word without a colon behind it: a key that is being typed, or a value below its key. */
  readonly open?: true;
  /** An item of a list. */
  readonly item?: true;
  /** It stands within brackets. */
  readonly flow?: true;
}

export interface Scan {
  readonly text: string;
  /** In the order of the text. */
  readonly pieces: readonly Piece[];
  /** The keys that are open behind each line: what a deeper line belongs to. */
  readonly lines: readonly ScannedLine[];
}

export interface ScannedLine {
  readonly start: number;
  readonly open: readonly OpenKey[];
}

export interface OpenKey {
  readonly indent: number;
  readonly path: readonly string[];
}

/** Spaces before the colon are part of the third name, and cut off later: looked for apart, each of very many would be looked at again. */
const KEY = /^(?:"((?:[^"\\]|\\.)*)"\s*|'((?:[^']|'')*)'\s*|([^\s#[\]{},"'&*!|>%@`](?:(?!:(?:\s|$)|\s#).)*)):(?=\s|$)/;
const BLOCK_HEADER = /^[|>][+-]?\d?[+-]?\s*(?:#.*)?$/;

/** Scans one file of a plan. Takes time in proportion to its length. */
export function scanPlan(text: string): Scan {
  return new Scanner(text).scan();
}

class Scanner {
  readonly #text: string;
  readonly #pieces: Piece[] = [];
  readonly #lines: ScannedLine[] = [];
  #open: OpenKey[] = [];
  /** The value that a deeper line without a key would go on with. */
  #last: { readonly indent: number; readonly place: number } | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): Scan {
    const text = this.#text;
    let at = text.startsWith('\uFEFF') ? 1 : 0;
    while (at <= text.length) {
      const start = at;
      const next = this.#line(at);
      // Brackets and blocks take several lines at once; each of them is of their key.
      for (let line = start; line < next; line = this.#endOf(line) + 1)
        this.#lines.push({ start: line, open: this.#open });
      at = next;
    }
    return { text, pieces: this.#pieces, lines: this.#lines };
  }

  #endOf(at: number): number {
    const end = this.#text.indexOf('\n', at);
    return end < 0 ? this.#text.length : end;
  }

  /** Reads what begins in the line at `at`; returns where the next line begins. */
  #line(at: number): number {
    const lineEnd = this.#endOf(at);
    const line = this.#text.slice(at, lineEnd);
    let indent = line.length - line.trimStart().length;
    let content = at + indent;
    const rest = line.slice(indent).trimEnd();
    if (rest === '' || /^(?:---|\.\.\.)(?:\s|$)/.test(line)) return lineEnd + 1;
    if (rest.startsWith('#')) {
      this.#push('comment', [], content, content + rest.length);
      return lineEnd + 1;
    }
    let item = false;
    for (let dash = /^-(?:\s+|$)/.exec(this.#text.slice(content, lineEnd)); dash !== null; ) {
      this.#close(indent + 1);
      item = true;
      indent += dash[0].length;
      content += dash[0].length;
      dash = /^-(?:\s+|$)/.exec(this.#text.slice(content, lineEnd));
    }
    return this.#content({ from: content, to: lineEnd, indent, item });
  }

  #content({ from, to, indent, item }: { from: number; to: number; indent: number; item: boolean }): number {
    const text = this.#text.slice(from, to).trimEnd();
    const key = KEY.exec(text);
    if (key === null) {
      const owner = this.#last;
      if (!item && owner !== undefined && indent > owner.indent && this.#continues(owner.place, from, text))
        return to + 1;
      this.#close(item ? indent + 1 : indent);
      const path = this.#open.at(-1)?.path ?? [];
      if (text === '') {
        this.#push('value', path, from, from, { item: true });
        return to + 1;
      }
      return this.#value(from, to, { path, indent: item ? indent - 1 : indent, item, loose: true });
    }
    this.#close(indent);
    const name = key[1] ?? key[2] ?? key[3]?.trimEnd() ?? '';
    const path = [...(this.#open.at(-1)?.path ?? []), name];
    const quote = key[3] === undefined ? 1 : 0;
    this.#push('key', path, from + quote, from + quote + name.length, quote === 1 ? { style: 'quoted' } : {});
    this.#open = [...this.#open, { indent, path }];
    return this.#value(from + key[0].length, to, { path, indent, item: false, loose: false });
  }

  /** A value that begins at or behind `from` in a line that ends at `to`. */
  #value(
    from: number,
    to: number,
    of: { path: readonly string[]; indent: number; item: boolean; loose: boolean },
  ): number {
    const { path, indent, item, loose } = of;
    const raw = this.#text.slice(from, to);
    const lead = raw.length - raw.trimStart().length;
    const start = from + lead;
    const text = raw.trim();
    const flags = item ? ({ item: true } as const) : {};
    this.#last = undefined;
    if (BLOCK_HEADER.test(text)) return this.#block(path, indent, to);
    if (text.startsWith('{') || text.startsWith('[')) {
      return this.#endOf(new FlowScanner(this.#text, this.#pieces, indent).scan(start, path)) + 1;
    }
    if (text === '' || text.startsWith('#')) {
      // A comment needs a space before it, so the value goes between it and the colon.
      const place = from + (raw.startsWith(' ') ? 1 : 0);
      this.#push('value', path, place, place, flags);
      this.#last = { indent, place: this.#pieces.length - 1 };
      if (text !== '') this.#push('comment', [], start, start + text.length);
      return to + 1;
    }
    const quote = text[0] === '"' || text[0] === "'" ? text[0] : undefined;
    const quoted = quote === undefined ? -1 : closingQuote(text, quote);
    if (quote !== undefined) {
      const end = quoted < 0 ? text.length : quoted;
      this.#push('value', path, start + 1, start + end, { ...flags, style: 'quoted' });
      this.#comment(start + end, to);
      return to + 1;
    }
    const comment = /\s#/.exec(text)?.index ?? text.length;
    const plain = text.slice(0, comment).trimEnd();
    const word = loose && !item ? ({ open: true } as const) : {};
    this.#push('value', path, start, start + plain.length, { ...flags, ...word });
    if (comment === text.length) this.#last = { indent, place: this.#pieces.length - 1 };
    this.#comment(start + plain.length, to);
    return to + 1;
  }

  /** A text block: everything deeper than its key. */
  #block(path: readonly string[], indent: number, headerEnd: number): number {
    let end = headerEnd;
    let next = headerEnd + 1;
    while (next <= this.#text.length) {
      const lineEnd = this.#endOf(next);
      const line = this.#text.slice(next, lineEnd);
      const own = line.length - line.trimStart().length;
      if (line.trim() !== '' && own <= indent) break;
      end = lineEnd;
      next = lineEnd + 1;
    }
    const start = Math.min(headerEnd + 1, this.#text.length);
    this.#push('value', path, start, Math.max(start, end), { style: 'block' });
    return next;
  }

  /** A deeper line goes on with the value before it, as YAML folds lines. */
  #continues(place: number, from: number, text: string): boolean {
    const before = this.#pieces[place];
    if (before === undefined || before.kind !== 'value' || before.style !== 'plain' || before.start === before.end)
      return false;
    const comment = /(?:^|\s)#/.exec(text)?.index ?? text.length;
    this.#pieces[place] = { ...before, end: from + text.slice(0, comment).trimEnd().length };
    this.#comment(from + comment, from + text.length);
    return true;
  }

  #comment(from: number, to: number): void {
    const found = /(?:^|\s)(#.*)$/.exec(this.#text.slice(from, to).replace(/^["']/, ' '));
    if (found === null) return;
    const start = from + found.index + found[0].length - (found[1]?.length ?? 0);
    this.#push('comment', [], start, start + (found[1] ?? '').trimEnd().length);
  }

  #close(indent: number): void {
    if (this.#open.some((key) => key.indent >= indent)) this.#open = this.#open.filter((key) => key.indent < indent);
  }

  #push(
    kind: Piece['kind'],
    path: readonly string[],
    start: number,
    end: number,
    more: Partial<Pick<Piece, 'style' | 'open' | 'item'>> = {},
  ): void {
    this.#pieces.push({ kind, path, start, end, style: 'plain', ...more });
  }
}

function closingQuote(text: string, quote: string): number {
  for (let at = 1; at < text.length; at += 1) {
    if (quote === '"' && text[at] === '\\') at += 1;
    else if (text[at] === quote) {
      if (quote === "'" && text[at + 1] === "'") at += 1;
      else return at;
    }
  }
  return -1;
}

/** The path of a key. No plan is deeper than the limit: below it everything is in one place, so that a path never costs its depth. */
function below(path: readonly string[], name: string): readonly string[] {
  return path.length > limits.planDepth ? path : [...path, name];
}

/** Maps and lists in brackets. They end at a line that is not deeper than their key, closed or not. */
class FlowScanner {
  readonly #text: string;
  readonly #pieces: Piece[];
  readonly #indent: number;
  #at = 0;

  constructor(text: string, pieces: Piece[], indent: number) {
    this.#text = text;
    this.#pieces = pieces;
    this.#indent = indent;
  }

  /** Returns an offset in the last line that belongs to it. */
  scan(start: number, path: readonly string[]): number {
    this.#at = start;
    const brackets: { readonly close: string; readonly path: readonly string[] }[] = [];
    let current = path;
    let isKey = false;
    let wanted = true;
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined) break;
      if (character === '\n') {
        if (this.#endsHere()) break;
        this.#at += 1;
      } else if (/\s/.test(character)) {
        this.#at += 1;
      } else if (character === '#' && /\s/.test(this.#text[this.#at - 1] ?? ' ')) {
        const end = this.#lineEnd();
        this.#push('comment', [], this.#at, end, 'plain');
        this.#at = end;
      } else if (character === '{' || character === '[') {
        brackets.push({ close: character === '{' ? '}' : ']', path: current });
        isKey = character === '{';
        wanted = true;
        this.#at += 1;
      } else if (character === '}' || character === ']') {
        if (wanted) this.#emptySlot(isKey ? 'key' : 'value', current);
        wanted = false;
        current = brackets.pop()?.path ?? path;
        this.#at += 1;
        if (brackets.length === 0) return this.#rest();
        isKey = false;
      } else if (character === ',') {
        if (wanted) this.#emptySlot(isKey ? 'key' : 'value', current);
        const inside = brackets.at(-1);
        if (inside !== undefined) current = inside.path;
        isKey = inside?.close === '}';
        wanted = true;
        this.#at += 1;
      } else if (character === ':' && !isKey && !wanted) {
        this.#at += 1;
      } else {
        const { start: from, end, style, colon } = this.#scalar(isKey);
        if (isKey && colon) {
          current = below(brackets.at(-1)?.path ?? path, this.#text.slice(from, end));
          this.#push('key', current, from, end, style);
          isKey = false;
          wanted = true;
        } else if (isKey) {
          this.#push('key', below(current, this.#text.slice(from, end)), from, end, style, true);
          wanted = false;
        } else {
          this.#push('value', current, from, end, style, undefined, brackets.at(-1)?.close === ']');
          wanted = false;
        }
      }
    }
    if (wanted) this.#emptySlot(isKey ? 'key' : 'value', current);
    return Math.max(start, this.#at - 1);
  }

  /** Where a key or value is still to be written: behind the space that follows what is before it. */
  #emptySlot(kind: 'key' | 'value', path: readonly string[]): void {
    let back = this.#at;
    while (/\s/.test(this.#text[back - 1] ?? '')) back -= 1;
    const place = back < this.#at && this.#text[back] === ' ' ? back + 1 : back;
    this.#push(kind, kind === 'key' ? below(path, '') : path, place, place, 'plain');
  }

  #scalar(isKey: boolean): { start: number; end: number; style: Piece['style']; colon: boolean } {
    const quote = this.#text[this.#at];
    if (quote === '"' || quote === "'") {
      const line = this.#text.slice(this.#at, this.#lineEnd());
      const closing = closingQuote(line, quote);
      const end = this.#at + (closing < 0 ? line.length : closing);
      const start = this.#at + 1;
      this.#at = closing < 0 ? end : end + 1;
      const colon = isKey && /^\s*:/.test(this.#text.slice(this.#at, this.#lineEnd()));
      if (colon) this.#at = this.#text.indexOf(':', this.#at) + 1;
      return { start, end: Math.max(start, end), style: 'quoted', colon };
    }
    const start = this.#at;
    let at = start;
    let colon = false;
    for (; at < this.#text.length; at += 1) {
      const character = this.#text[at] ?? '';
      const next = this.#text[at + 1] ?? '\n';
      if (/[,[\]{}\n]/.test(character) || (character === ' ' && next === '#')) break;
      if (character === ':' && /[\s,[\]{}]/.test(next)) {
        colon = isKey;
        break;
      }
    }
    const end = start + this.#text.slice(start, at).trimEnd().length;
    // A lone colon is passed over, so that every step goes forward.
    this.#at = colon ? at + 1 : Math.max(at, start + 1);
    return { start, end: Math.max(end, start), style: 'plain', colon };
  }

  #endsHere(): boolean {
    const following = /^(?:[ \t]*\r?\n)*([ \t]*)(\S?)/.exec(this.#text.slice(this.#at + 1, this.#at + 2_000));
    if (following === null || following[2] === '') return true;
    const closes = following[2] === '}' || following[2] === ']';
    return !closes && (following[1]?.length ?? 0) <= this.#indent;
  }

  /** A comment may follow the closing bracket. */
  #rest(): number {
    const end = this.#lineEnd();
    const comment = /\s(#.*)$/.exec(this.#text.slice(this.#at, end));
    if (comment !== null) {
      const start = this.#at + comment.index + 1;
      this.#push('comment', [], start, end, 'plain');
    }
    return Math.max(0, this.#at - 1);
  }

  #lineEnd(): number {
    const end = this.#text.indexOf('\n', this.#at);
    return end < 0 ? this.#text.length : end;
  }

  #push(
    kind: Piece['kind'],
    path: readonly string[],
    start: number,
    end: number,
    style: Piece['style'],
    open?: true,
    item?: boolean,
  ): void {
    this.#pieces.push({
      kind,
      path,
      start,
      end,
      style,
      flow: true,
      ...(open === true ? { open } : {}),
      ...(item === true ? { item } : {}),
    });
  }
}
