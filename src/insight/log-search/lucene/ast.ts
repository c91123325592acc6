/** What stands in the search box in Lucene's syntax, before it is a predicate. Every node has the span of text it came from. */
export type Query =
  | (Node & { readonly kind: 'everything' })
  /** At least two parts. */
  | (Node & { readonly kind: 'and' | 'or'; readonly of: readonly Query[] })
  | (Node & { readonly kind: 'not'; readonly of: Query })
  | (Node & { readonly kind: 'presence'; readonly field: string; readonly is: 'present' | 'missing' })
  /** A query as value holds for the field: `status:(500 OR 502)`. */
  | (Node & { readonly kind: 'field'; readonly field: string; readonly value: Value | Query })
  | Scalar;

/** UTF-16 offsets; `end` is exclusive. */
export interface Node {
  readonly span: { readonly start: number; readonly end: number };
}

export type Value =
  | Scalar
  | (Node & { readonly kind: 'comparison'; readonly operator: '<' | '<=' | '>' | '>='; readonly value: Scalar })
  /** An absent end is open. */
  | (Node & {
      readonly kind: 'range';
      readonly low: Scalar | null;
      readonly high: Scalar | null;
      readonly withLow: boolean;
      readonly withHigh: boolean;
    })
  /** As it stands between the slashes. */
  | (Node & { readonly kind: 'pattern'; readonly pattern: string });

export type Scalar =
  | (Node & { readonly kind: 'phrase'; readonly text: string })
  | (Node & { readonly kind: 'term'; readonly parts: readonly TermPart[] });

/** `*` stands for any text, `?` for one character. */
export type TermPart = { readonly text: string } | { readonly wildcard: '*' | '?' };
