import { fail, ok, type Result } from '#kernel/result.ts';
import { Context } from './compile/context.ts';
import { compilePredicate } from './compile/predicates.ts';
import { parsePredicate } from './expression/parse.ts';
import type { Predicate } from './model.ts';
import { Report } from './text/report.ts';
import { SourceFile } from './text/source-file.ts';

/** Why a condition that stands alone is not accepted. Offsets are UTF-16 units of the text; `end` is exclusive. */
export interface WhereProblem {
  readonly message: string;
  /** What to write instead. */
  readonly hint?: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Compiles what stands after `where`, written alone: in a search box, say. The same words mean the same as in a plan. Of several
 * mistakes the first is said.
 */
export function compileWhere(
  text: string,
  units: Readonly<Record<string, string>> = {},
): Result<Predicate, WhereProblem> {
  const parsed = parsePredicate(text);
  if (!parsed.ok) return parsed;
  const file = new SourceFile('where', text);
  const report = new Report();
  const sentence = { text, place: (start: number, end: number) => ({ file, start, end }) };
  const predicate = compilePredicate(parsed.value, sentence, new Context(report, new Map()), { units });
  if (predicate !== undefined) return ok(predicate);
  const [first] = report.sorted();
  return fail({
    message: first?.message ?? 'This cannot be compared.',
    ...(first?.hint === undefined ? {} : { hint: first.hint }),
    start: first === undefined ? 0 : Math.min(text.length, first.column - 1),
    end: first === undefined ? text.length : Math.min(text.length, first.endColumn - 1),
  });
}
