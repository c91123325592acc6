import type { QuerySyntax } from '#contract/logs.ts';
import { RESERVED_WORDS } from '#plan/editor/words.ts';

type Value = string | number | boolean;

/**
 * Adds to a search that a field has a value, or with `against` that it has not, in the syntax of the search; the search that was there keeps
 * its meaning. Undefined where the syntax has no way to write it.
 */
export function narrow(
  query: string,
  syntax: QuerySyntax,
  field: string,
  value: Value,
  against: boolean,
): string | undefined {
  const before = query.trim();
  if (syntax === 'plan' && before !== '') {
    const test = planTest(field, value, against);
    if (test === undefined) return undefined;
    return /\bor\b/u.test(withoutTexts(before)) ? `(${before}) and ${test}` : `${before} and ${test}`;
  }
  const test = `${against ? 'NOT ' : ''}${luceneField(field)}:${luceneValue(value)}`;
  if (before === '') return test;
  return /(?:^|\s)(?:OR|\|\|)(?=\s)/u.test(withoutTexts(before)) ? `(${before}) ${test}` : `${before} ${test}`;
}

function withoutTexts(query: string): string {
  return query.replaceAll(/"(?:[^"\\]|\\.)*"|\\./gsu, '""');
}

function luceneField(field: string): string {
  return field
    .replaceAll(/[\p{Z}\t\r\n()[\]{}"\\:*?+!<>=~^&|]/gu, (sign) => `\\${sign}`)
    .replace(/^(?=-|(?:AND|OR|NOT)$)/u, '\\');
}

function luceneValue(value: Value): string {
  return typeof value === 'string' ? quoted(value) : String(value);
}

/** A word as the grammar of plans has it: it begins with a letter, and a hyphen stands within it. */
const WORD = String.raw`[\p{L}_](?:[\p{L}\p{M}\p{N}_]|-(?=[\p{L}\p{N}_]))*`;
const PLAN_FIELD = new RegExp(`^${WORD}(?:\\.${WORD})*$`, 'u');

/** Fields of a plan are words with dots between, of which the first means nothing else; a number has no sign there. */
function planTest(field: string, value: Value, against: boolean): string | undefined {
  if (!PLAN_FIELD.test(field) || RESERVED_WORDS.has(field.split('.')[0] ?? '')) return undefined;
  if (typeof value === 'number' && !isPlanNumber(String(value))) return undefined;
  return `${field} ${against ? '!=' : '='} ${typeof value === 'string' ? quoted(value) : String(value)}`;
}

/** A number as the grammar of plans has it: no sign, no exponent, and as many digits as are exact. */
function isPlanNumber(text: string): boolean {
  return /^\d{1,15}(?:\.\d{1,12})?$/.test(text) && text.replace('.', '').length <= 15;
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/gu, (sign) => `\\${sign}`)}"`;
}
