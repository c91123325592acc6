import { RE2JS } from 're2js';
import type * as ast from '../expression/ast.ts';
import type { FieldValue, Predicate, Source } from '../model.ts';
import { agedField } from '../probe-fields.ts';
import { LEVEL_FIELD } from '../sample-fields.ts';
import type { Sentence } from '../text/sentence.ts';
import type { Context } from './context.ts';
import { fieldUnit, MILLISECONDS, misfit } from './units.ts';

/** What a predicate is of, as far as it decides what its fields are. */
export type PredicateSubject = Pick<Source, 'units' | 'samples'>;

/**
 * Compiles what stands after `where`; numbers come in base units, and must have the unit of a field that has one. The labels of samples are
 * text, whatever they look like.
 */
export function compilePredicate(
  predicate: ast.Predicate,
  sentence: Sentence,
  context: Context,
  of: PredicateSubject,
): Predicate | undefined {
  const again = (inner: ast.Predicate) => compilePredicate(inner, sentence, context, of);
  switch (predicate.kind) {
    case 'and':
    case 'or': {
      const of = predicate.of.map(again);
      const sound = of.filter((part): part is Predicate => part !== undefined);
      return sound.length === of.length ? { kind: predicate.kind, of: sound } : undefined;
    }
    case 'not': {
      const of = again(predicate.of);
      return of === undefined ? undefined : { kind: 'not', of };
    }
    case 'compare': {
      const field = predicate.field.name;
      if (agedField(field) !== undefined && !Object.hasOwn(of.units, field)) {
        const place = sentence.place(predicate.field.span.start, predicate.field.span.end);
        const message = 'Only what the answer of a probe holds has an `age`.';
        context.report.add('E154', place, message, 'Use it under `expect`, as in `age(json.timestamp) < 5m`.');
        return undefined;
      }
      const value = compileValue(predicate.value, field, sentence, context, of);
      if (value === undefined || !hasOrder(predicate, sentence, context)) return undefined;
      return { kind: 'compare', field, operator: predicate.operator, value };
    }
    case 'in': {
      const field = predicate.field.name;
      const values = predicate.values.map((value) => compileValue(value, field, sentence, context, of));
      const sound = values.filter((value): value is FieldValue => value !== undefined);
      return sound.length === values.length ? { kind: 'in', field, values: sound } : undefined;
    }
    case 'text test':
      return { kind: 'text', field: predicate.field.name, test: predicate.test, text: predicate.text };
    case 'matches': {
      const pattern = predicate.pattern.replaceAll('\\/', '/');
      try {
        RE2JS.compile(pattern);
      } catch (error) {
        const place = sentence.place(predicate.span.start, predicate.span.end);
        const reason = error instanceof Error ? error.message : 'it does not compile';
        context.report.add('E158', place, `The pattern is not accepted: ${reason}.`);
        return undefined;
      }
      return { kind: 'matches', field: predicate.field.name, pattern };
    }
    case 'presence':
      return { kind: predicate.is, field: predicate.field.name };
  }
}

/** `status >= "500"` would never hold: texts and truth values have no order here. */
function hasOrder(
  { operator, value, field }: Extract<ast.Predicate, { kind: 'compare' }>,
  sentence: Sentence,
  context: Context,
): boolean {
  if (operator === '=' || operator === '!=' || (value.kind !== 'text' && value.kind !== 'boolean')) return true;
  const isNumber = value.kind === 'text' && /^\d+(?:\.\d+)?$/.test(value.text);
  const message = `\`${operator}\` compares numbers, and this is ${value.kind === 'text' ? 'text' : 'true or false'}.`;
  const hint = isNumber ? `Write \`${field.name} ${operator} ${value.text}\`.` : 'Write `=` or `!=`, or a number.';
  context.report.add('E150', sentence.place(value.span.start, value.span.end), message, hint);
  return false;
}

function compileValue(
  value: ast.FieldValue,
  field: string,
  sentence: Sentence,
  context: Context,
  { units, samples }: PredicateSubject,
): FieldValue | undefined {
  if (value.kind === 'text') return value.text;
  if (samples === true && field !== LEVEL_FIELD && field !== 'time') {
    const place = sentence.place(value.span.start, value.span.end);
    const written = sentence.text.slice(value.span.start, value.span.end);
    const message = `The labels of samples are text, and this is ${value.kind === 'boolean' ? 'true or false' : 'a number'}.`;
    context.report.add('E150', place, message, `Write \`${field} = "${written}"\`.`);
    return undefined;
  }
  if (value.kind === 'boolean') return value.value;
  const declared = Object.hasOwn(units, field) ? units[field] : undefined;
  const unit = field === 'duration' ? MILLISECONDS : declared === undefined ? undefined : fieldUnit(declared);
  const problem = unit === undefined ? undefined : misfit(value, unit, `the field \`${field}\``);
  if (problem !== undefined) {
    context.report.add('E150', sentence.place(value.span.start, value.span.end), problem.message, problem.hint);
    return undefined;
  }
  return value.value;
}
