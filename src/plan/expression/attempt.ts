import type { ExpressionCode } from '#kernel/diagnostic-codes.ts';
import type { Sentences } from './parser.js';
import type { ExpressionProblem } from './problem.ts';

/** A sentence that did not parse, with what the parser says of it. */
export interface Attempt {
  readonly rule: keyof Sentences;
  /** Figures are compared in such a sentence. */
  readonly judging: boolean;
  readonly text: string;
  /** The text with the inside of quotation marks masked; see `maskText`. */
  readonly masked: string;
  /** The furthest place that the parser came to. */
  readonly offset: number;
  /** Words and kinds of things that could have stood there. */
  readonly expected: readonly string[];
  /** The sentence could have ended there. */
  readonly endExpected: boolean;
}

/** Recognises one mistake. Works on a sentence of bounded length, with patterns that take linear time. */
export type Mistake = (attempt: Attempt) => ExpressionProblem | undefined;

/** A problem at a place. */
export function problemAt(
  code: ExpressionCode,
  start: number,
  length: number,
  message: string,
  hint: string,
): ExpressionProblem {
  return { code, message, hint, start, end: start + length };
}

/** A problem with the words that a pattern found. */
export function problemOf(
  code: ExpressionCode,
  match: { readonly index: number; readonly 0: string },
  message: string,
  hint: string,
): ExpressionProblem {
  return problemAt(code, match.index, match[0].length, message, hint);
}
