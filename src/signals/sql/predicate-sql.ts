import type { FieldValue, Operator, Predicate } from '#plan/model.ts';
import type { FieldUnits } from '../predicate.ts';
import { fieldSql, presentSql, TEXT_COLUMNS, type TypedField } from './field-sql.ts';
import type { SqlParameters } from './parameters.ts';

/** What never holds and what always does. */
const FALSE = '0';
const TRUE = '1';

/**
 * Compiles a predicate to a condition over the table `events` that is 1 for exactly the events for which `compilePredicate` gives true,
 * and 0, never null, for the others. Everything of the predicate's own goes into `parameters`.
 */
export function predicateSql(predicate: Predicate, parameters: SqlParameters, units: FieldUnits = {}): string {
  const again = (inner: Predicate): string => predicateSql(inner, parameters, units);
  switch (predicate.kind) {
    case 'and':
      return predicate.of.length === 0 ? TRUE : `(${predicate.of.map(again).join(' and ')})`;
    case 'or':
      return predicate.of.length === 0 ? FALSE : `(${predicate.of.map(again).join(' or ')})`;
    case 'not':
      return `(not ${again(predicate.of)})`;
    case 'compare':
      return compareSql(predicate.field, predicate.operator, predicate.value, parameters, units);
    case 'in':
      return inSql(predicate.field, predicate.values, parameters, units);
    case 'text':
      return textSql(predicate.field, predicate.test, predicate.text, parameters, units);
    case 'matches': {
      const field = fieldSql(predicate.field, parameters, units).text;
      // ClickHouse lets the dot match ends of lines, which the language does not.
      return guarded(field, (value) => `match(${value}, ${parameters.add('String', `(?-s)${predicate.pattern}`)})`);
    }
    case 'present':
      return presentSql(fieldSql(predicate.field, parameters, units));
    case 'missing':
      return `(not ${presentSql(fieldSql(predicate.field, parameters, units))})`;
  }
}

function compareSql(
  field: string,
  operator: Operator,
  value: FieldValue,
  parameters: SqlParameters,
  units: FieldUnits,
): string {
  if (operator === '=') return inSql(field, [value], parameters, units);
  if (operator === '!=') return `(not ${inSql(field, [value], parameters, units)})`;
  const typed = fieldSql(field, parameters, units);
  switch (typeof value) {
    case 'number':
      return guarded(typed.number, (number) => `${number} ${operator} ${parameters.add('Float64', value)}`);
    case 'string': {
      const right = ofCodeUnits(parameters.add('String', value));
      return guarded(typed.text, (text) => `${ofCodeUnits(text)} ${operator} ${right}`);
    }
    default:
      // Booleans have no order.
      return FALSE;
  }
}

/** A text whose order by bytes is the order of its UTF-16 units: what has four bytes comes before U+E000. */
function ofCodeUnits(text: string): string {
  return `replaceAll(replaceAll(${text}, char(238), char(248)), char(239), char(249))`;
}

function inSql(field: string, values: readonly FieldValue[], parameters: SqlParameters, units: FieldUnits): string {
  const texts = values.filter((value) => typeof value === 'string');
  const numbers = values.filter((value) => typeof value === 'number' && Number.isFinite(value)) as readonly number[];
  const booleans = new Set(values.filter((value) => typeof value === 'boolean'));
  if (TEXT_COLUMNS.has(field) && texts.length === values.length && texts.every(isOnlyText)) {
    return `(${oneOf(field, 'String', texts, parameters)})`;
  }
  const typed = fieldSql(field, parameters, units);
  const parts: string[] = [];
  if (texts.length > 0) parts.push(guarded(typed.text, (text) => oneOf(text, 'String', texts, parameters)));
  if (numbers.length > 0) parts.push(guarded(typed.number, (number) => oneOf(number, 'Float64', numbers, parameters)));
  for (const value of booleans) parts.push(guarded(typed.boolean, (boolean) => `${boolean} = ${String(value)}`));
  return parts.length === 0 ? FALSE : `(${parts.join(' or ')})`;
}

function oneOf(
  field: string,
  type: 'String' | 'Float64',
  values: readonly string[] | readonly number[],
  parameters: SqlParameters,
): string {
  const [only] = values;
  if (values.length === 1 && only !== undefined) return `${field} = ${parameters.add(type, only)}`;
  return `has(${parameters.add(`Array(${type})`, values)}, ${field})`;
}

/** A text that stands in a column of texts only when the attribute was a text: no number and no truth value is written so. */
function isOnlyText(text: string): boolean {
  return /[^-+.0-9A-Za-z]/.test(text) || !/^(?:[-+]?[0-9.]|-?Infinity$|NaN$|true$|false$|$)/.test(text);
}

function textSql(
  field: string,
  test: 'contains' | 'starts with' | 'ends with',
  text: string,
  parameters: SqlParameters,
  units: FieldUnits,
): string {
  const searched = parameters.add('String', text);
  const holds = (value: string): string => {
    if (test === 'contains') return `position(${value}, ${searched}) > 0`;
    return `${test === 'starts with' ? 'startsWith' : 'endsWith'}(${value}, ${searched})`;
  };
  // No number and no truth value has such a character.
  if (TEXT_COLUMNS.has(field) && /[^-+.0-9A-Za-z]/.test(text)) return `(${holds(`toString(${field})`)})`;
  return guarded(fieldSql(field, parameters, units).text, holds);
}

/** The condition for events that have a value of the type; false for a field that never has. */
function guarded(typed: TypedField | undefined, condition: (value: string) => string): string {
  if (typed === undefined) return FALSE;
  const holds = condition(typed.value);
  return typed.present === undefined ? `(${holds})` : `(${typed.present} and ${holds})`;
}
