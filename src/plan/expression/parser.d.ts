import type * as ast from './ast.ts';
import type * as conditionAst from './condition-ast.ts';
import type * as timeAst from './time-ast.ts';

/** The rule that each sentence starts from, and the node that it gives. */
export interface Sentences {
  readonly SignalSentence: ast.Signal;
  readonly ConditionSentence: conditionAst.Condition;
  readonly CriterionSentence: conditionAst.Criterion;
  readonly BandsSentence: ast.Bands;
  readonly BoundSentence: ast.Bound;
  readonly StepTargetsSentence: ast.StepTargets;
  readonly SourceSentence: ast.Source;
  readonly SpanSentence: timeAst.TimeSpan;
  readonly CadenceSentence: timeAst.Cadence;
  readonly RecipientSentence: ast.Recipient;
  readonly RecipientsSentence: ast.Recipients;
  readonly EscalationStepSentence: ast.EscalationStep;
  readonly ItemSentence: ast.Item;
  readonly FillerSentence: ast.Filler;
  readonly DurationSentence: ast.Duration;
  readonly ClockSlaSentence: timeAst.ClockSla;
  readonly QuantitySentence: ast.Quantity;
  readonly PredicateSentence: ast.Predicate;
  readonly IntervalSentence: Extract<timeAst.Cadence, { readonly kind: 'every' }>;
  readonly UnitSentence: ast.Unit;
}

/** Throws `SyntaxError` (this module's) when the text is no such sentence. */
export function parse<Rule extends keyof Sentences>(
  text: string,
  options: { readonly startRule: Rule },
): Sentences[Rule];

/** What the parser could not read, at the furthest place that it came to. */
export class SyntaxError extends globalThis.SyntaxError {
  readonly expected: readonly Expectation[] | null;
  readonly found: string | null;
  readonly location: { readonly start: { readonly offset: number }; readonly end: { readonly offset: number } };
}

export type Expectation =
  | { readonly type: 'literal'; readonly text: string }
  | { readonly type: 'other'; readonly description: string }
  | { readonly type: 'class' | 'any' | 'end' };
