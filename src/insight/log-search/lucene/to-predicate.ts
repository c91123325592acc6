import { RE2JS } from 're2js';
import { parseInstant } from '#kernel/instant.ts';
import { fail, ok, type Result } from '#kernel/result.ts';
import { parseQuantity } from '#plan/expression/parse.ts';
import type { FieldValue, Operator, Predicate } from '#plan/model.ts';
import type { QueryProblem } from '../problem.ts';
import type { Query, Scalar, TermPart, Value } from './ast.ts';

/** The field that words without a field are looked for in. */
const MESSAGE = 'message';

/** What others call the levels that logs have here. */
const levelNames: ReadonlyMap<string, string> = new Map([
  ['warn', 'warning'],
  ['err', 'error'],
  ['fatal', 'critical'],
  ['crit', 'critical'],
  ['information', 'info'],
]);

/** A search that holds for every record is undefined. */
export type Meaning = Result<Predicate | undefined, QueryProblem>;

/**
 * What a query means. Words and phrases are found anywhere in `message`, in any case. A field is equal to its value as written; a
 * value that looks like a number or a truth value is met by both the text and the other. Patterns are found anywhere in the text.
 */
export function lucenePredicate(query: Query): Meaning {
  if (query.kind === 'everything') return ok(undefined);
  return meaningOf(query, MESSAGE);
}

function meaningOf(query: Query, field: string): Result<Predicate, QueryProblem> {
  switch (query.kind) {
    case 'everything':
      return ok({ kind: 'and', of: [] });
    case 'and':
    case 'or': {
      const of: Predicate[] = [];
      for (const part of query.of) {
        const meaning = meaningOf(part, field);
        if (!meaning.ok) return meaning;
        of.push(meaning.value);
      }
      return ok({ kind: query.kind, of });
    }
    case 'not': {
      const of = meaningOf(query.of, field);
      return of.ok ? ok({ kind: 'not', of: of.value }) : of;
    }
    case 'presence':
      return ok({ kind: query.is, field: query.field });
    case 'field':
      return valueMeaning(query.value, query.field);
    default:
      return ok(scalarMeaning(query, field));
  }
}

function valueMeaning(value: Value | Query, field: string): Result<Predicate, QueryProblem> {
  switch (value.kind) {
    case 'comparison':
      return ordered(field, value.operator, value.value);
    case 'range': {
      const ends = [
        ...(value.low === null ? [] : [ordered(field, value.withLow ? '>=' : '>', value.low)]),
        ...(value.high === null ? [] : [ordered(field, value.withHigh ? '<=' : '<', value.high)]),
      ];
      const of: Predicate[] = [];
      for (const end of ends) {
        if (!end.ok) return end;
        of.push(end.value);
      }
      return ok(of.length === 0 ? { kind: 'present', field } : { kind: 'and', of });
    }
    case 'pattern': {
      const pattern = value.pattern.replaceAll('\\/', '/');
      try {
        RE2JS.compile(pattern);
      } catch (error) {
        const reason = error instanceof Error ? error.message : 'it does not compile';
        return fail({ message: `The pattern is not accepted: ${reason}.`, hint: 'Patterns are RE2’s.', ...value.span });
      }
      return ok({ kind: 'matches', field, pattern });
    }
    default:
      return meaningOf(value, field);
  }
}

function scalarMeaning(scalar: Scalar, field: string): Predicate {
  const parts: readonly TermPart[] = scalar.kind === 'phrase' ? [{ text: scalar.text }] : scalar.parts;
  if (field === MESSAGE) return foundIn(parts);
  const text = textOf(parts);
  if (text === undefined) return wildcards(field, parts);
  if (field === 'level') {
    const level = text.toLowerCase();
    return { kind: 'compare', field, operator: '=', value: levelNames.get(level) ?? level };
  }
  const other = scalar.kind === 'phrase' ? undefined : otherValue(text, field);
  if (other === undefined) return { kind: 'compare', field, operator: '=', value: text };
  return { kind: 'in', field, values: [other, text] };
}

/** The number or the truth value that a text is. */
function otherValue(text: string, field: string): FieldValue | undefined {
  if (text === 'true' || text === 'false') return text === 'true';
  return numberOf(text, field);
}

/** A number in base units: with a unit as plans write it, `500ms`, or for `time` an instant. */
function numberOf(text: string, field: string): number | undefined {
  if (/^-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(text)) return Number(text);
  if (field === 'time') return parseInstant(text);
  const quantity = /^\d+(?:\.\d+)?[A-Za-z%]+$/.test(text) ? parseQuantity(text) : undefined;
  return quantity?.ok && quantity.value.unit.base !== 'word' ? quantity.value.value : undefined;
}

function ordered(field: string, operator: Operator, scalar: Scalar): Result<Predicate, QueryProblem> {
  const text = scalar.kind === 'phrase' ? scalar.text : textOf(scalar.parts);
  if (text === undefined) {
    return fail({
      message: 'A wildcard has no order.',
      hint: 'Write a number, or `*` for an open end.',
      ...scalar.span,
    });
  }
  const number = numberOf(text, field);
  if (number === undefined && (field === 'time' || field === 'duration' || field === 'value')) {
    const hint = field === 'time' ? 'Write `2026-01-31T10:00:00Z`.' : 'Write a number, such as `500` or `500ms`.';
    return fail({ message: `\`${text}\` is no ${field === 'time' ? 'instant' : 'number'}.`, hint, ...scalar.span });
  }
  return ok({ kind: 'compare', field, operator, value: number ?? text });
}

/** Undefined when there are wildcards. */
function textOf(parts: readonly TermPart[]): string | undefined {
  return parts.every((part) => 'text' in part) ? parts.map((part) => part.text).join('') : undefined;
}

/** In any case, anywhere in the message. */
function foundIn(parts: readonly TermPart[]): Predicate {
  const inner = trimStars(parts);
  if (inner.length === 0) return { kind: 'present', field: MESSAGE };
  return { kind: 'matches', field: MESSAGE, pattern: `(?is)${patternOf(inner)}` };
}

function wildcards(field: string, parts: readonly TermPart[]): Predicate {
  const inner = trimStars(parts);
  if (inner.length === 0) return { kind: 'present', field };
  const text = textOf(inner);
  const begins = isStar(parts[0]);
  const ends = isStar(parts.at(-1));
  if (text !== undefined) {
    return { kind: 'text', field, test: begins ? (ends ? 'contains' : 'ends with') : 'starts with', text };
  }
  return { kind: 'matches', field, pattern: `(?s)${begins ? '' : '^'}${patternOf(inner)}${ends ? '' : '$'}` };
}

function isStar(part: TermPart | undefined): boolean {
  return part !== undefined && 'wildcard' in part && part.wildcard === '*';
}

/** Without the stars at both ends. */
function trimStars(parts: readonly TermPart[]): readonly TermPart[] {
  const from = parts.findIndex((part) => !isStar(part));
  return from < 0 ? [] : parts.slice(from, parts.findLastIndex((part) => !isStar(part)) + 1);
}

function patternOf(parts: readonly TermPart[]): string {
  return parts.map((part) => ('text' in part ? RE2JS.quote(part.text) : part.wildcard === '*' ? '.*?' : '.')).join('');
}
