import type { Attempt } from './attempt.ts';
import { unreadableAt } from './expected.ts';
import { mistakes } from './mistakes.ts';
import type { SyntaxError as ParserError, Sentences } from './parser.js';
import type { ExpressionProblem } from './problem.ts';
import { maskText } from './sentence.ts';

/** Sentences in which figures are compared, so that what is said of numbers applies. */
const judging: ReadonlySet<keyof Sentences> = new Set<keyof Sentences>([
  'SignalSentence',
  'ConditionSentence',
  'CriterionSentence',
  'BandsSentence',
  'BoundSentence',
  'StepTargetsSentence',
  'SourceSentence',
  'PredicateSentence',
  'FillerSentence',
  'ItemSentence',
  'QuantitySentence',
]);

/**
 * Says why a sentence that did not parse is wrong: the first of the known mistakes that fits, else what was expected at the
 * furthest place that the parser came to.
 */
export function diagnose(rule: keyof Sentences, text: string, error: ParserError): ExpressionProblem {
  const masked = rule === 'ItemSentence' ? maskItemText(maskText(text)) : maskText(text);
  const isWhen = rule === 'CadenceSentence' && /^\s*when\b/u.test(text);
  const attempt: Attempt = {
    rule,
    judging: judging.has(rule) || isWhen,
    text,
    masked,
    offset: Math.min(error.location.start.offset, text.length),
    expected: (error.expected ?? []).flatMap((each) =>
      each.type === 'literal' ? [each.text] : each.type === 'other' ? [each.description] : [],
    ),
    endExpected: (error.expected ?? []).some((each) => each.type === 'end'),
  };
  for (const mistake of mistakes) {
    const problem = mistake(attempt);
    if (problem !== undefined) return problem;
  }
  return unreadableAt(attempt);
}

/** What stands before an item's colon is for people and may hold anything. */
function maskItemText(masked: string): string {
  const colon = masked.search(/:\s/u);
  return colon < 0 ? masked : '·'.repeat(colon) + masked.slice(colon);
}
