import type * as ast from '../expression/ast.ts';
import { parsePredicate } from '../expression/parse.ts';
import { leavesOf } from '../predicate-fields.ts';
import type { Expectation, ProbeCheck } from '../probe.ts';
import { type ResultFieldKind, resultField, resultFields } from '../probe-fields.ts';
import { suggest } from '../text/nearest-name.ts';
import type { Sentence } from '../text/sentence.ts';
import type { Context } from './context.ts';
import { compilePredicate } from './predicates.ts';

const DAY_MS = 86_400_000;

/** How fields of each kind are compared: a unit that numbers have to fit, or none. */
const UNITS: Readonly<Record<ResultFieldKind, string | undefined>> = {
  count: 'count',
  ms: 'ms',
  bytes: 'B',
  days: 'count',
  text: undefined,
  any: undefined,
};

/** Compiles `expect`; a condition with a mistake is reported and left out. */
export function compileExpectations(
  sentences: readonly Sentence[],
  kind: ProbeCheck['kind'],
  context: Context,
): readonly Expectation[] {
  return sentences.flatMap((sentence) => {
    const parsed = context.parsed(sentence, parsePredicate(sentence.text));
    if (parsed === undefined) return [];
    const read = inDays(parsed);
    const fields = leavesOf(read);
    if (!fields.every((use) => isKnown(use, kind, sentence, context))) return [];
    const units = Object.fromEntries(
      fields.flatMap(({ field: { name } }) => {
        const unit = UNITS[resultField(kind, name) ?? 'any'];
        return unit === undefined ? [] : [[name, unit] as const];
      }),
    );
    const where = compilePredicate(read, sentence, context, { units });
    return where === undefined ? [] : [{ text: sentence.text, where }];
  });
}

type Leaf = Extract<ast.Predicate, { readonly field: ast.Field }>;

function isKnown(leaf: Leaf, kind: ProbeCheck['kind'], sentence: Sentence, context: Context): boolean {
  const { field } = leaf;
  const holds = resultField(kind, field.name);
  if (holds === undefined) {
    const known = Object.keys(resultFields[kind]).map((name) => (name === 'json.*' ? 'json.PATH' : name));
    const message = `${kind === 'http' ? 'An' : 'A'} ${kind} check has no \`${field.name}\`.`;
    const hint = suggest(field.name, known) ?? `It has ${known.join(', ')}.`;
    context.report.add('E171', sentence.place(field.span.start, field.span.end), message, hint);
    return false;
  }
  const problem = misuse(leaf, holds);
  if (problem === undefined) return true;
  context.report.add('E150', sentence.place(leaf.span.start, leaf.span.end), problem.message, problem.hint);
  return false;
}

/** A number is never equal to text, nor contains any. */
function misuse(leaf: Leaf, holds: ResultFieldKind): { readonly message: string; readonly hint: string } | undefined {
  if (holds === 'any') return undefined;
  const name = leaf.field.name;
  const asText = leaf.kind === 'text test' || leaf.kind === 'matches';
  const values = leaf.kind === 'compare' ? [leaf.value] : leaf.kind === 'in' ? leaf.values : [];
  if (holds === 'text') {
    const wrong = values.some((value) => value.kind !== 'text');
    return wrong ? { message: `\`${name}\` is text.`, hint: `Write e.g. \`${name} contains "ok"\`.` } : undefined;
  }
  const wrong = asText || values.some((value) => value.kind !== 'quantity');
  const example = holds === 'ms' ? '< 2s' : holds === 'bytes' ? '< 1MB' : holds === 'days' ? '> 14' : '= 200';
  return wrong ? { message: `\`${name}\` is a number.`, hint: `Write e.g. \`${name} ${example}\`.` } : undefined;
}

/** `days_left > 14 days` is `days_left > 14`. */
function inDays(predicate: ast.Predicate): ast.Predicate {
  switch (predicate.kind) {
    case 'and':
    case 'or':
      return { ...predicate, of: predicate.of.map(inDays) };
    case 'not':
      return { ...predicate, of: inDays(predicate.of) };
    case 'compare':
      return predicate.field.name === 'days_left' ? { ...predicate, value: daysOf(predicate.value) } : predicate;
    default:
      return predicate;
  }
}

function daysOf(value: ast.FieldValue): ast.FieldValue {
  if (value.kind !== 'quantity' || value.unit.base !== 'ms' || value.unit.per !== undefined) return value;
  const days = value.value / DAY_MS;
  return { ...value, amount: days, value: days, unit: { ...value.unit, base: 'count', text: '' } };
}
