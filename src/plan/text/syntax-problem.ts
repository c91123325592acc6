import { Lexer, type YAMLError } from 'yaml';
import type { Report } from './report.ts';
import type { SourceFile, Span } from './source-file.ts';

interface Problem {
  readonly start: number;
  readonly length: number;
  readonly message: string;
  readonly hint: string;
  /** `value`: this value only. `line`: how lines belong together. `rest`: nothing after it can be trusted. */
  readonly reach: 'value' | 'line' | 'rest';
}

const GENERAL_HINT = 'Check indentation (spaces only), brackets and quotes of this line and the one above.';
const BEGIN_WITH_WORD = 'Begin with a word (`target > 98%`), or quote the whole value.';

/**
 * Says in an author's words what the YAML parser stumbled over. One slip makes it stumble many times: one finding is given
 * for a line, only the first about how lines belong together, and none after a bracket or quote that is not closed.
 */
export function reportSyntax(errors: readonly YAMLError[], file: SourceFile, report: Report): void {
  const lines = new Set<number>();
  let linesBroken = false;
  for (const error of errors.toSorted((left, right) => left.pos[0] - right.pos[0])) {
    if (error.code === 'MULTIPLE_DOCS') {
      const message = 'A second YAML document begins here.';
      report.add('E106', spanAt(file, error.pos[0], 3), message, 'One file is one document: remove the `---`.');
      continue;
    }
    const problem = explain(error, file.text);
    const line = file.position(problem.start).line;
    const follows = lines.has(line) || (problem.reach !== 'value' && linesBroken);
    if (follows) continue;
    lines.add(line);
    report.add('E101', spanAt(file, problem.start, problem.length), problem.message, problem.hint);
    if (problem.reach === 'rest') return;
    linesBroken ||= problem.reach === 'line';
  }
}

function spanAt(file: SourceFile, start: number, length: number): Span {
  return { file, start, end: start + Math.max(1, length) };
}

function explain(error: YAMLError, text: string): Problem {
  const [start] = error.pos;
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return {
        start,
        length: 1,
        message: 'A tab stands in the indentation.',
        hint: 'Indent with spaces only, as many as the lines beside it.',
        reach: 'line',
      };
    case 'MULTILINE_IMPLICIT_KEY':
    case 'BLOCK_AS_IMPLICIT_KEY':
      return keyOverLines(error, text);
    case 'BAD_INDENT':
      return error.message.startsWith('Flow') ? notClosed(error, text) : outOfLine(start, text);
    case 'BLOCK_IN_FLOW':
      return commaMissing(error, text);
    case 'BAD_SCALAR_START':
      return wrongBeginning(start, text);
    case 'MISSING_CHAR':
      return error.message.includes('quote') ? quoteNotClosed(error, text) : general(error, text);
    default:
      return unexpected(error, text);
  }
}

/** The parser took several lines, or a line with two colons, for one key. */
function keyOverLines(error: YAMLError, text: string): Problem {
  const [start] = error.pos;
  const line = lineAt(text, start);
  const strange = /^[ \t]*[^\S \t]/.exec(line.text);
  if (strange !== null) {
    return {
      start: line.start + strange[0].length - 1,
      length: 1,
      message: 'The indentation holds a space of another kind, perhaps pasted from a web page.',
      hint: 'Replace it by ordinary spaces, as many as in the lines beside it.',
      reach: 'line',
    };
  }
  const unspaced = /^\s*(?:- )?([\p{L}_][\p{L}\p{N}_.-]*):(?=[^\s/])/u.exec(line.text);
  if (unspaced !== null) {
    return {
      start: line.start + unspaced[0].length - 1,
      length: 1,
      message: `A space is missing after \`${unspaced[1]}:\`.`,
      hint: `Write \`${unspaced[1]}: …\`.`,
      reach: 'line',
    };
  }
  const second = /:\s+[^#"'[{|>\s][^#]*?(:)(?=\s|$)/.exec(line.text);
  if (second !== null) {
    return {
      start: line.start + second.index + second[0].length - 1,
      length: 1,
      message: 'A second `: ` stands in this value.',
      hint: 'A value that holds `: ` is quoted as a whole; several keys stand in lines of their own.',
      reach: 'line',
    };
  }
  const key = /^(\s*(?:- )?)([^\s:#][^:#]*):\s+\S/.exec(line.text);
  const next = lineAt(text, line.end + 1);
  const indent = next.text.search(/\S/);
  if (key !== null && indent > (key[1] ?? '').length) {
    return {
      start: next.start + indent,
      length: 1,
      message: 'This line is indented deeper than the one above it, which has a value already.',
      hint: `Begin it in column ${(key[1] ?? '').length + 1}, like \`${key[2]}\`.`,
      reach: 'line',
    };
  }
  return {
    start: line.start + Math.max(0, line.text.search(/\S/)),
    length: 1,
    message: 'This line is no `name: value`.',
    hint: GENERAL_HINT,
    reach: 'line',
  };
}

/** A line that begins between two levels. */
function outOfLine(start: number, text: string): Problem {
  const line = lineAt(text, start);
  const column = Math.max(0, line.text.search(/\S/)) + 1;
  const above = levelAbove(text, line.start);
  return {
    start: line.start + column - 1,
    length: 1,
    message: `This line begins in column ${column}, where no level of the lines above begins.`,
    hint:
      above === undefined
        ? GENERAL_HINT
        : `Begin it in column ${above.column} to stand beside \`${above.key}\`, or further left like what it belongs to.`,
    reach: 'line',
  };
}

/** The nearest line above that holds a key. */
function levelAbove(text: string, before: number): { readonly column: number; readonly key: string } | undefined {
  for (const line of text.slice(0, before).split('\n').toReversed()) {
    const match = /^(\s*)(?:- )?([^\s:#][^:#]*):(?:\s|$)/.exec(line);
    if (match !== null) return { column: (match[1] ?? '').length + 1, key: match[2] ?? '' };
  }
  return undefined;
}

/** A bracket whose end the parser did not find. */
function notClosed(error: YAMLError, text: string): Problem {
  const [end] = error.pos;
  const open: { readonly sign: string; readonly at: number }[] = [];
  let at = 0;
  for (const token of new Lexer().lex(text)) {
    // Marks of the lexer are not in the text.
    if (token === '\u0002' || token === '\u0018' || token === '\u001F') continue;
    if (at >= end) break;
    if (token === '{' || token === '[') open.push({ sign: token, at });
    if (token === '}' || token === ']') open.pop();
    at += token.length;
  }
  const bracket = open.at(-1);
  if (bracket === undefined) return general(error, text);
  const closing = bracket.sign === '{' ? '}' : ']';
  const rest = lineAt(text, bracket.at).text;
  const hint = /\s#/.test(rest)
    ? `Add \`${closing}\`; after \` #\` the rest of a line is a comment.`
    : `Add \`${closing}\` where it ends.`;
  return { start: bracket.at, length: 1, message: `\`${bracket.sign}\` is not closed.`, hint, reach: 'rest' };
}

function commaMissing(error: YAMLError, text: string): Problem {
  const [start, end] = error.pos;
  const line = lineAt(text, start);
  const comment = /(\S+):\s+#\S/.exec(line.text);
  if (comment !== null) {
    const hash = line.start + comment.index + comment[0].lastIndexOf('#');
    return {
      start: hash,
      length: 1,
      message: 'The rest of this line is a comment to YAML.',
      hint: 'After `: ` a `#` begins a comment: write `slack:#channel` without the space.',
      reach: 'rest',
    };
  }
  const key = /([^\s,:[\]{}]+):(?:\s|$)/.exec(text.slice(start, Math.max(end, line.end)));
  if (key === null) return general(error, text);
  return {
    start: start + key.index,
    length: (key[1] ?? '').length,
    message: `A comma is missing before \`${key[1]}:\`.`,
    hint: 'Parts within `{ }` are separated by commas; a value that holds `: ` is quoted as a whole.',
    reach: 'rest',
  };
}

function wrongBeginning(start: number, text: string): Problem {
  const sign = text[start] ?? '';
  const isFlow = /[,{}[\]]/.test(sign);
  return {
    start,
    length: 1,
    message: `A value cannot begin with \`${sign}\`.`,
    hint: isFlow ? GENERAL_HINT : BEGIN_WITH_WORD,
    reach: isFlow ? 'line' : 'value',
  };
}

function quoteNotClosed(error: YAMLError, text: string): Problem {
  const [end] = error.pos;
  let at = 0;
  for (const token of new Lexer().lex(text)) {
    if (token === '\u0002' || token === '\u0018' || token === '\u001F') continue;
    if (/^["']/.test(token) && at + token.length >= end - 1) {
      const sign = token[0] ?? '"';
      const message = `The quote \`${sign}\` is not closed.`;
      return { start: at, length: 1, message, hint: `Add \`${sign}\` at the end of the value.`, reach: 'rest' };
    }
    at += token.length;
  }
  return general(error, text);
}

function unexpected(error: YAMLError, text: string): Problem {
  const [start] = error.pos;
  const line = lineAt(text, start);
  const before = line.text.slice(0, start - line.start);
  if (error.message.startsWith('Not a YAML token')) {
    const sign = /:\s+([>|])[^:]*$/.exec(before);
    if (sign !== null) return wrongBeginning(line.start + before.lastIndexOf(sign[1] ?? '>'), text);
  }
  if (/["']\s*$/.test(before)) {
    return {
      start,
      length: error.pos[1] - start,
      message: 'Text stands after the closing quote.',
      hint: 'A value that begins with a quote ends with it: begin with a word, or put the whole value in single quotes.',
      reach: 'value',
    };
  }
  if (/^[}\]]/.test(text.slice(start))) {
    const message = `\`${text[start]}\` closes nothing.`;
    return { start, length: 1, message, hint: 'Delete it, or add the bracket that it closes.', reach: 'rest' };
  }
  if (error.message.startsWith('Unexpected scalar at node end') && before.trim() === '') return outOfLine(start, text);
  return general(error, text);
}

function general(error: YAMLError, text: string): Problem {
  const [start, end] = error.pos;
  const message = `This is not YAML: ${error.message.split('\n', 1)[0]}`;
  const line = lineAt(text, start).text;
  const hint = /:\s.*:\s/.test(line) ? 'A value that holds `: ` is quoted as a whole.' : GENERAL_HINT;
  return { start, length: end - start, message, hint, reach: 'line' };
}

interface Line {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** The line that holds an offset, without its end. */
function lineAt(text: string, offset: number): Line {
  const start = text.lastIndexOf('\n', Math.min(offset, text.length) - 1) + 1;
  const found = text.indexOf('\n', start);
  const end = found < 0 ? text.length : found;
  return { text: text.slice(start, end).replace(/\r$/, ''), start, end };
}
