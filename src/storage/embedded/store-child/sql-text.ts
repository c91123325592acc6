/**
 * Just enough of ClickHouse's lexical rules to find parameters, the head of an INSERT and a second statement without ever mistaking
 * the inside of a string or comment for code. Nothing here understands a query; the engine does.
 */

/** A piece of a query: its text and where it begins. White space and comments are left out. */
export interface Token {
  readonly kind: 'word' | 'number' | 'string' | 'quoted-name' | 'parameter' | 'symbol';
  readonly text: string;
  readonly at: number;
}

/** A query that cannot be taken apart; `code` is ClickHouse's own number for it. */
export class SqlTextError extends Error {
  override readonly name = 'SqlTextError';
  readonly code: number;

  constructor(message: string, code = 62) {
    super(message);
    this.code = code;
  }
}

const SKIPPED = /(?:\s+|--[^\n]*|#[ !][^\n]*|\/\*[\s\S]*?\*\/)+/y;
const WORD = /[A-Za-z_][A-Za-z0-9_$]*/y;
const NUMBER = /[0-9](?:[0-9A-Za-z_.]|(?<=[eE])[+-])*/y;
const STRING = /'(?:[^'\\]|\\[\s\S]|'')*'/y;
const QUOTED_NAME = /`(?:[^`\\]|\\[\s\S]|``)*`|"(?:[^"\\]|\\[\s\S]|"")*"/y;
/** The type may hold parentheses and strings, such as `DateTime64(3, 'UTC')`, but no brace. */
const PARAMETER = /\{\s*[A-Za-z_][A-Za-z0-9_]*\s*:[^{}]*\}/y;
const HEREDOC = /\$([A-Za-z0-9_]*)\$[\s\S]*?\$\1\$/y;

/** The token at or after `from`; undefined at the end. Throws on a string, name or comment that does not end. */
export function nextToken(sql: string, from: number): Token | undefined {
  const at = from + matchLength(SKIPPED, sql, from);
  if (at >= sql.length) return undefined;
  const first = sql[at] ?? '';
  const patterns: readonly (readonly [Token['kind'], RegExp])[] = [
    ['word', WORD],
    ['number', NUMBER],
    ['string', STRING],
    ['string', HEREDOC],
    ['quoted-name', QUOTED_NAME],
    ['parameter', PARAMETER],
  ];
  for (const [kind, pattern] of patterns) {
    const length = matchLength(pattern, sql, at);
    if (length > 0) return { kind, text: sql.slice(at, at + length), at };
  }
  if (`'"\``.includes(first) || sql.startsWith('/*', at)) throw new SqlTextError(`Not closed: ${first} at ${at}`);
  return { kind: 'symbol', text: first, at };
}

function matchLength(pattern: RegExp, sql: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(sql)?.[0].length ?? 0;
}

/** Every token of a query. */
export function* tokens(sql: string, from = 0): Generator<Token> {
  for (let token = nextToken(sql, from); token !== undefined; token = nextToken(sql, token.at + token.text.length)) {
    yield token;
  }
}

/** Replaces each `{name:Type}`, cuts a closing semicolon, and refuses a second statement as ClickHouse over HTTP does. */
export function renderQuery(sql: string, render: (name: string, type: string) => string): string {
  let text = '';
  let done = 0;
  let ended = false;
  for (const token of tokens(sql)) {
    if (ended) throw new SqlTextError('Multi-statements are not allowed');
    if (token.text === ';') {
      ended = true;
      text += sql.slice(done, token.at);
      done = token.at + 1;
    } else if (token.kind === 'parameter') {
      const [name = '', type = ''] = splitOnce(token.text.slice(1, -1));
      text += sql.slice(done, token.at) + render(name.trim(), type.trim());
      done = token.at + token.text.length;
    }
  }
  // A comment after the semicolon is no statement, and one at the end must not swallow what we append.
  return ended ? text : `${text}${sql.slice(done)}\n`;
}

function splitOnce(text: string): readonly [string, string] {
  const colon = text.indexOf(':');
  return [text.slice(0, colon), text.slice(colon + 1)];
}

/** `read` may run on any reader and be run again; everything else goes to the one writer. */
export function statementKind(sql: string): 'read' | 'insert' | 'write' {
  const first = nextToken(sql, 0);
  const word = first?.text.toLowerCase();
  if (word === 'insert') return 'insert';
  if (word === '(' || word === 'select' || word === 'show' || word === 'describe' || word === 'desc') return 'read';
  if (word === 'exists' || word === 'explain') return 'read';
  if (word !== 'with') return 'write';
  for (const token of tokens(sql)) {
    if (token.kind === 'word' && token.text.toLowerCase() === 'insert') return 'write';
  }
  return 'read';
}

/** The first of these names that a query sets, anywhere in it: `name =` after the word SETTINGS. */
export function findSetting(sql: string, names: ReadonlySet<string>): string | undefined {
  let within = false;
  let candidate: string | undefined;
  for (const token of tokens(sql)) {
    if (within && token.text === '=' && candidate !== undefined && names.has(candidate)) return candidate;
    candidate = token.kind === 'word' ? token.text : undefined;
    if (candidate?.toLowerCase() === 'settings') within = true;
  }
  return undefined;
}

/** The head of `INSERT INTO table (columns) SETTINGS … FORMAT X`, with the rows after it. */
export interface InsertHead {
  /** As written, e.g. `watchbill.events`. */
  readonly table: string;
  /** Names as written; `except` for `(* EXCEPT (…))`; undefined for all. */
  readonly columns?: { readonly names: readonly string[]; readonly except: boolean };
  /** As written after SETTINGS. */
  readonly settings?: string;
  readonly format: string;
  /** Where the data begins in the query's text, should they be in it. */
  readonly dataAt: number;
}

/** Undefined when the INSERT takes its rows from a query: the engine runs that one as it is. */
export function parseInsert(sql: string): InsertHead | undefined {
  const reader = new HeadReader(sql);
  reader.expectWord('insert');
  reader.expectWord('into');
  reader.skipWord('table');
  const table = reader.tableName();
  const columns = reader.columnList();
  let settings: string | undefined;
  for (;;) {
    const token = reader.next();
    const word = token?.kind === 'word' ? token.text.toLowerCase() : token?.text;
    if (word === 'settings') {
      settings = reader.untilWord(['format', 'values', 'select', 'with']);
    } else if (word === 'format') {
      const format = reader.next();
      if (format?.kind !== 'word') throw new SqlTextError('FORMAT needs a name');
      return head(table, columns, settings, format.text, format.at + format.text.length);
    } else if (word === 'values' && token !== undefined) {
      return head(table, columns, settings, 'Values', token.at + token.text.length);
    } else if (word === 'select' || word === 'with' || word === '(') {
      return undefined;
    } else {
      throw new SqlTextError(`Expected FORMAT, VALUES or SELECT, found ${token?.text ?? 'the end'}`);
    }
  }
}

function head(
  table: string,
  columns: InsertHead['columns'],
  settings: string | undefined,
  format: string,
  dataAt: number,
): InsertHead {
  return {
    table,
    ...(columns === undefined ? {} : { columns }),
    ...(settings === undefined ? {} : { settings }),
    format,
    dataAt,
  };
}

/** Walks over the head of a statement, one token at a time. */
class HeadReader {
  readonly #sql: string;
  #at = 0;

  constructor(sql: string) {
    this.#sql = sql;
  }

  next(): Token | undefined {
    const token = nextToken(this.#sql, this.#at);
    if (token !== undefined) this.#at = token.at + token.text.length;
    return token;
  }

  #peek(): Token | undefined {
    return nextToken(this.#sql, this.#at);
  }

  expectWord(word: string): void {
    const token = this.next();
    if (token?.text.toLowerCase() !== word) throw new SqlTextError(`Expected ${word.toUpperCase()}`);
  }

  skipWord(word: string): void {
    if (this.#peek()?.text.toLowerCase() === word) this.next();
  }

  #name(): string {
    const token = this.next();
    if (token?.kind !== 'word' && token?.kind !== 'quoted-name') throw new SqlTextError('Expected a name');
    return token.text;
  }

  tableName(): string {
    const first = this.#name();
    if (first.toLowerCase() === 'function') throw new SqlTextError('INSERT INTO FUNCTION is not allowed here', 344);
    if (this.#peek()?.text !== '.') return first;
    this.next();
    return `${first}.${this.#name()}`;
  }

  columnList(): InsertHead['columns'] {
    if (this.#peek()?.text !== '(') return undefined;
    // `(SELECT …)` begins like a column list.
    const after = nextToken(this.#sql, (this.#peek()?.at ?? 0) + 1);
    if (after?.kind === 'word' && ['select', 'with'].includes(after.text.toLowerCase())) return undefined;
    this.next();
    const except = this.#peek()?.text === '*';
    if (except) {
      this.next();
      this.expectWord('except');
      this.next();
    }
    const names: string[] = [];
    for (;;) {
      names.push(this.#name());
      const separator = this.next()?.text;
      if (separator === ')') break;
      if (separator !== ',') throw new SqlTextError('Expected , or ) in the list of columns');
    }
    if (except) this.next();
    return { names, except };
  }

  /** The text up to one of these words, which stays to be read. */
  untilWord(words: readonly string[]): string {
    const from = this.#at;
    for (;;) {
      const token = this.#peek();
      if (token === undefined) throw new SqlTextError('SETTINGS are not followed by FORMAT');
      if (token.kind === 'word' && words.includes(token.text.toLowerCase())) {
        return this.#sql.slice(from, token.at).trim();
      }
      this.next();
    }
  }
}
