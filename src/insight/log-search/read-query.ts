import { fail, ok, type Result } from '#kernel/result.ts';
import type { Predicate } from '#plan/model.ts';
import { compileWhere } from '#plan/where.ts';
import type { FieldUnits } from '#signals/predicate.ts';
import { parseLucene } from './lucene/parse.ts';
import { lucenePredicate } from './lucene/to-predicate.ts';
import type { QueryProblem } from './problem.ts';

/** `plan` is what stands after `where` in a plan. */
export type QuerySyntax = 'lucene' | 'plan';

export interface ReadQuery {
  /** Which of the two it was taken for. */
  readonly syntax: QuerySyntax;
  /** Undefined when everything is wanted. */
  readonly predicate: Predicate | undefined;
}

/** A problem, with the syntax that the text was taken for. */
export interface UnreadQuery extends QueryProblem {
  readonly syntax: QuerySyntax;
}

/** What nobody writes in Lucene's syntax, outside of quotation marks: a comparison with spaces or a quotation mark around it, or the plan's words. */
const OF_A_PLAN =
  /[^\s:()]\s+(?:[<>]=?|!=|=)\s|[^\s:()](?:=|!=)"|\s(?:contains|starts\s+with|ends\s+with)\s+"|\smatches\s+\/|\sis\s+(?:missing|present)\b|\sin\s+\(/u;

/**
 * Reads what stands in the search box. Without a syntax it is the plan's when it can be read so, or when it looks like it; a text that both
 * could read, such as a lone word, is Lucene's. `units` are those of the fields, as a source declares them.
 */
export function readQuery(text: string, wanted?: QuerySyntax, units: FieldUnits = {}): Result<ReadQuery, UnreadQuery> {
  if (text.trim() === '') return ok({ syntax: wanted ?? 'lucene', predicate: undefined });
  if (wanted !== 'lucene') {
    const where = compileWhere(text, units);
    if (where.ok) return ok({ syntax: 'plan', predicate: where.value });
    const unquoted = text.replaceAll(/\\.|"(?:[^"\\]|\\.)*"/gsu, (each) => (each.startsWith('"') ? '""' : '··'));
    if (wanted === 'plan' || OF_A_PLAN.test(unquoted)) return fail({ ...where.failure, syntax: 'plan' });
  }
  const parsed = parseLucene(text);
  if (!parsed.ok) return fail({ ...parsed.failure, syntax: 'lucene' });
  const meaning = lucenePredicate(parsed.value);
  return meaning.ok
    ? ok({ syntax: 'lucene', predicate: meaning.value })
    : fail({ ...meaning.failure, syntax: 'lucene' });
}
