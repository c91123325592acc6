import type { Query } from './ast.ts';

/** Throws `SyntaxError` (this module's) when the text is no query. */
export function parse(text: string): Query;

/** What the parser could not read, at the furthest place that it came to. */
export class SyntaxError extends globalThis.SyntaxError {
  readonly expected: readonly { readonly type: string; readonly text?: string; readonly description?: string }[] | null;
  readonly found: string | null;
  readonly location: { readonly start: { readonly offset: number }; readonly end: { readonly offset: number } };
}
