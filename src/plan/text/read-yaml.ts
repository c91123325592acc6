import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type ParsedNode,
  parseDocument,
  type Scalar,
} from 'yaml';
import { limits } from '#kernel/limits.ts';
import type { Report } from './report.ts';
import { SourceFile, type Span } from './source-file.ts';
import { reportSyntax } from './syntax-problem.ts';
import { type MapEntry, type MapNode, TextNode, type TreeNode } from './tree.ts';

/**
 * Reads one file of a plan. Sizes and depth are checked on the tokens, before a tree is built, and aliases are never
 * expanded; so a small text cannot become a large one. Returns undefined when nothing in it can be trusted.
 */
export function readYaml(path: string, text: string, report: Report): TreeNode | undefined {
  const file = new SourceFile(path, text.startsWith('\uFEFF') ? text.slice(1) : text);
  const whole: Span = { file, start: 0, end: 0 };
  const bytes = byteLength(file.text);
  if (bytes > limits.planBytes) {
    report.add(
      'E107',
      whole,
      `The file has ${bytes} bytes; at most ${limits.planBytes} are read.`,
      'Split it in a folder.',
    );
    return undefined;
  }
  if (!checkCharacters(file, report) || !checkTokens(file, report)) return undefined;

  const document = parseDocument(file.text, {
    schema: 'failsafe',
    uniqueKeys: false,
    prettyErrors: false,
    strict: true,
    // With `silent` the parser would pass over further documents.
    logLevel: 'error',
  });
  reportSyntax(document.errors, file, report);
  if (document.errors.length > 0) {
    // What the lines of a broken text belong to would be guessed.
    return undefined;
  }
  return readDocument(document, file, report);
}

function readDocument(document: Document.Parsed, file: SourceFile, report: Report): TreeNode {
  const contents = document.contents;
  if (contents === null) return { kind: 'empty', span: { file, start: 0, end: 0 } };
  return new Reader(file, report).read(contents, 0);
}

function byteLength(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** The lexer's sign that the next token is a scalar's text. */
const TEXT_MARK = '\u001F';

/** Controls but for tab and line feed, and the characters that make a text look like another (bidirectional overrides). */
const FORBIDDEN = /(?![\t\n])\p{Cc}|[\u200E\u200F\u2028-\u202E\u2066-\u2069\uFFFE\uFFFF]/gu;

function checkCharacters(file: SourceFile, report: Report): boolean {
  let found = 0;
  const said = new Set<string>();
  for (const match of file.text.matchAll(FORBIDDEN)) {
    if (match[0] === '\r' && file.text[match.index + 1] === '\n') continue;
    if (said.has(match[0])) continue;
    said.add(match[0]);
    if (match[0] === '\r') {
      const span = { file, start: match.index, end: match.index + 1 };
      report.add(
        'E108',
        span,
        'A line ends as on an old Macintosh (U+000D alone).',
        'Save the file with Unix line ends.',
      );
      found += 1;
      continue;
    }
    const code = match[0].codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
    const span = { file, start: match.index, end: match.index + 1 };
    report.add('E108', span, `The control character U+${code} stands here.`, 'Delete it; it cannot be seen.');
    found += 1;
    if (found >= 20) break;
  }
  return found === 0;
}

/** Nesting that is written with few characters (`[[[[`, `- - - -`) and masses of tokens are refused here. */
function checkTokens(file: SourceFile, report: Report): boolean {
  let at = 0;
  let depth = 0;
  let compact = 0;
  let tokens = 0;
  let wasTextMark = false;
  for (const token of new Lexer().lex(file.text)) {
    tokens += 1;
    // The lexer marks documents and scalars with one character of its own, which is not in the text.
    const isText = wasTextMark;
    wasTextMark = token === TEXT_MARK;
    if (token === '\u0002' || token === '\u0018' || token === TEXT_MARK) continue;
    if (!isText) refuseProperty(token, { file, start: at, end: at + token.length }, report);
    if (token === '[' || token === '{') depth += 1;
    else if (token === ']' || token === '}') depth = Math.max(0, depth - 1);
    if (token === '\n' || token === '\r\n') compact = 0;
    else if (token === '-' || token === '?') compact += 1;
    if (depth + compact > limits.planDepth) {
      const span = { file, start: at, end: at + 1 };
      report.add('E107', span, `The text is nested more than ${limits.planDepth} deep.`, 'A plan needs three levels.');
      return false;
    }
    if (tokens > limits.planNodes * 10) {
      const span = { file, start: at, end: at + 1 };
      report.add('E107', span, `The text has more than ${limits.planNodes} values.`, 'Split the plan.');
      return false;
    }
    at += token.length;
  }
  return true;
}

/** Anchors, aliases and tags are tokens of their own; in a text the same signs are just text. */
function refuseProperty(token: string, place: Span, report: Report): void {
  if (token.startsWith('&')) {
    report.add('E102', place, `The anchor \`${token}\` is not part of the language.`, 'Delete it.');
  } else if (token.startsWith('*')) {
    report.add('E102', place, `The alias \`${token}\` is not part of the language.`, 'Write the value out.');
  } else if (token.startsWith('!')) {
    report.add('E103', place, `The tag \`${token}\` is not part of the language.`, 'Delete it.');
  }
}

class Reader {
  readonly #file: SourceFile;
  readonly #report: Report;
  #nodes = 0;
  #stopped = false;

  constructor(file: SourceFile, report: Report) {
    this.#file = file;
    this.#report = report;
  }

  read(node: ParsedNode | null, depth: number): TreeNode {
    const span = this.#span(node);
    if (node === null || this.#stopped) return { kind: 'empty', span };
    this.#nodes += 1;
    if (depth > limits.planDepth || this.#nodes > limits.planNodes) {
      this.#stopped = true;
      const what =
        depth > limits.planDepth
          ? `The text is nested more than ${limits.planDepth} deep.`
          : `The text has more than ${limits.planNodes} values.`;
      this.#report.add('E107', span, what, 'A plan needs three levels; a longer one is split.');
      return { kind: 'empty', span };
    }
    if (isAlias(node)) return { kind: 'empty', span, hole: true };
    if (isMap(node)) return this.#readMap(node.items as never, node.commentBefore ?? '', span, depth);
    if (isSeq(node)) {
      return { kind: 'list', span, items: node.items.map((item) => this.read(item as ParsedNode, depth + 1)) };
    }
    return this.#readScalar(node, span);
  }

  #readScalar(node: ParsedNode, span: Span): TreeNode {
    if (!isScalar(node)) return { kind: 'empty', span };
    const scalar = node as Scalar.Parsed;
    const text = String(scalar.value ?? '');
    const style = scalar.type?.startsWith('BLOCK') ? 'block' : scalar.type?.startsWith('QUOTE') ? 'quoted' : 'plain';
    if (text === '' && style === 'plain') return { kind: 'empty', span };
    if (style !== 'block' && text.length > limits.planSentenceCharacters) {
      const message = `The sentence has ${text.length} characters; at most ${limits.planSentenceCharacters} are read.`;
      this.#report.add('E107', span, message, 'Make several of it.');
      return { kind: 'empty', span, hole: true };
    }
    return new TextNode(text, span, style);
  }

  #readMap(
    pairs: readonly { key: ParsedNode; value: ParsedNode | null }[],
    leadingComment: string,
    span: Span,
    depth: number,
  ): MapNode {
    const entries: MapEntry[] = [];
    const seen = new Map<string, Span>();
    for (const pair of pairs) {
      const key = this.read(pair.key, depth + 1);
      if (this.#stopped) break;
      if (key.kind !== 'text') {
        this.#report.add('E111', key.span, 'A key is a word.', 'Write `name: value`.');
        if (pair.value !== null) this.read(pair.value, depth + 1);
        continue;
      }
      if (key.text === '<<') {
        this.#report.add('E104', key.span, 'The merge key `<<` is not part of the language.', 'Write the values out.');
      }
      const first = seen.get(key.text);
      if (first !== undefined) {
        const line = first.file.position(first.start).line;
        this.#report.add('E105', key.span, `\`${key.text}\` stands twice; first in line ${line}.`, 'Keep one of them.');
      }
      seen.set(key.text, key.span);
      const value = pair.value === null ? this.#absent(key.span) : this.read(pair.value, depth + 1);
      const lost = value.kind === 'empty' && value.hole !== true && this.#losesTextToComment(key);
      const origin = /^\s*from:\s*(.+)$/m
        .exec(pair.key.commentBefore ?? (entries.length === 0 ? leadingComment : ''))?.[1]
        ?.trim();
      if (key.text !== '<<' && first === undefined) {
        entries.push({
          key,
          value: lost ? { ...value, hole: true } : value,
          ...(origin === undefined ? {} : { origin }),
        });
      }
    }
    return { kind: 'map', span, entries };
  }

  /** `slack: #x` loses its text to a comment; a comment with a space after `#` is taken as one. */
  #losesTextToComment(key: TextNode): boolean {
    const rest = this.#file.text.slice(key.span.end, key.span.end + 200).split('\n', 1)[0] ?? '';
    const comment = /^["']?\s*:\s+(?<text>#\S+)/.exec(rest)?.groups?.['text'];
    if (comment === undefined) return false;
    const start = key.span.end + rest.indexOf('#');
    const span = { file: this.#file, start, end: start + comment.length };
    const message = `YAML reads \`${comment}\` as a comment, so \`${key.text}\` has no value.`;
    this.#report.add('E112', span, message, `Write \`${key.text}:${comment}\`, or quote the value.`);
    return true;
  }

  #absent(after: Span): TreeNode {
    return { kind: 'empty', span: { file: this.#file, start: after.end, end: after.end } };
  }

  #span(node: ParsedNode | null): Span {
    if (node === null) return { file: this.#file, start: 0, end: 0 };
    const [start, end] = node.range;
    return { file: this.#file, start, end: this.#trimEnd(start, end) };
  }

  #trimEnd(start: number, end: number): number {
    let trimmed = end;
    while (trimmed > start && /\s/.test(this.#file.text[trimmed - 1] ?? '')) trimmed -= 1;
    return trimmed;
  }
}
