import { limits } from '#kernel/limits.ts';
import { fail, ok, type Result } from '#kernel/result.ts';
import type { QueryProblem } from '../problem.ts';
import type { Query } from './ast.ts';
import { SyntaxError as ParserError, parse } from './parser.js';

/** Reads Lucene's syntax. Nothing here throws for what the text holds. */
export function parseLucene(text: string): Result<Query, QueryProblem> {
  const oversized = refuseSize(text);
  if (oversized !== undefined) return fail(oversized);
  try {
    return ok(parse(text));
  } catch (error) {
    if (!(error instanceof ParserError)) throw error;
    return fail(diagnose(text, Math.min(error.location.start.offset, text.length)));
  }
}

/** Keeps what would exhaust the stack or the parser's memory away from it: each of these nests. */
function refuseSize(text: string): QueryProblem | undefined {
  if (text.length > limits.planSentenceCharacters) {
    const message = `The search has ${text.length} characters; at most ${limits.planSentenceCharacters} are read.`;
    return { message, start: limits.planSentenceCharacters, end: text.length };
  }
  let depth = 0;
  for (const { 0: sign, index } of masked(text).matchAll(/[()]|(?:NOT\s+|[-!+](?=[-!+(])){2,}/gu)) {
    depth += sign === '(' ? 1 : sign === ')' ? -1 : 0;
    if (depth > limits.planSentenceDepth || sign.length > limits.planSentenceDepth * 2) {
      const message = `More than ${limits.planSentenceDepth} parentheses or negations stand within each other.`;
      return { message, start: index, end: index + 1 };
    }
  }
  return undefined;
}

/** The text with what is quoted or escaped blanked out, at the same offsets. */
function masked(text: string): string {
  return text.replaceAll(/"(?:[^"\\]|\\.)*"|\\./gsu, (quoted) => '·'.repeat(quoted.length));
}

/** Says what is wrong at the furthest place that the parser came to, in words of the box. */
function diagnose(text: string, offset: number): QueryProblem {
  const bare = masked(text);
  const quote = bare.indexOf('"');
  if (quote >= 0 && quote <= offset) {
    return at(quote, 'This quotation mark is not closed.', 'Add `"` at the end, or write `\\"` for the mark itself.');
  }
  const before = bare.slice(0, offset).trimEnd();
  const word = /(?:^|[\s(])(AND|OR|NOT|&&|\|\|)$/u.exec(before)?.[1];
  const rest = bare.slice(offset).trimStart();
  const twice = /(?:^|[\s(])(AND|OR|NOT|&&|\|\|)\s+(?:AND|OR|&&|\|\|)(?=[\s)]|$)/u.exec(bare);
  if (twice?.[1] !== undefined && twice.index <= offset) {
    const start = twice.index + twice[0].indexOf(twice[1]);
    return at(
      start,
      `Nothing to search for stands after \`${twice[1]}\`.`,
      'Leave one of the two out.',
      twice[1].length,
    );
  }
  const next = /^(AND|OR|NOT|&&|\|\|)(?=[\s)]|$)/u.exec(rest)?.[1];
  if (word !== undefined && (rest === '' || rest.startsWith(')') || next !== undefined)) {
    const start = before.length - word.length;
    return at(
      start,
      `Nothing to search for stands after \`${word}\`.`,
      'Write a word or `field:value` after it.',
      word.length,
    );
  }
  const open = unclosed(bare);
  if (rest === '' && open !== undefined) {
    return at(open, 'This parenthesis is not closed.', 'Add `)`, or put the text in quotation marks.');
  }
  const start = offset + (bare.length - offset - rest.length);
  if (rest.startsWith(')')) {
    return at(start, 'Nothing was opened that this `)` closes.', 'Leave it out, or put the text in quotation marks.');
  }
  const first = /^(?:AND|OR|&&|\|\|)(?=[\s)]|$)/u.exec(bare.trimStart())?.[0];
  if (first !== undefined && offset <= bare.indexOf(first) + first.length) {
    return at(
      bare.indexOf(first),
      `\`${first}\` stands between two searches.`,
      'Write something before it.',
      first.length,
    );
  }
  const field = /([^\s()":]+):(?:[<>]=?)?$/u.exec(before)?.[1];
  if (field !== undefined && rest === '') {
    return at(
      before.length,
      `A value is missing after \`${field}:\`.`,
      `Write \`${field}:value\`, or \`_exists_:${field}\`.`,
    );
  }
  if (/(?:^|[\s:(])[[{][^\]}]*$/u.test(before) || /^[[\]{}]/u.test(rest)) {
    return at(
      /^[[\]{}]/u.test(rest) ? start : before.search(/[[{][^\]}]*$/u),
      'Brackets make a range: `[1 TO 5]`, `{1 TO *]`.',
      'Put text that holds brackets in quotation marks.',
    );
  }
  if (/^[~^]/u.test(rest)) {
    return at(
      start,
      `\`${rest.slice(0, 1)}\` (fuzzy search and boosts) is not read.`,
      'Leave it out; `*` stands for any text.',
    );
  }
  if (rest === '') return at(text.length, 'The search ends too early.', 'Write a word or `field:value`.', 0);
  return at(
    start,
    `\`${rest.slice(0, 1)}\` cannot stand here.`,
    'Put text with such signs in quotation marks, or write `\\` before it.',
  );
}

function at(start: number, message: string, hint: string, length = 1): QueryProblem {
  return { message, hint, start, end: start + length };
}

function unclosed(bare: string): number | undefined {
  const open: number[] = [];
  for (const { 0: sign, index } of bare.matchAll(/[()]/gu)) {
    if (sign === '(') open.push(index);
    else open.pop();
  }
  return open.at(-1);
}
