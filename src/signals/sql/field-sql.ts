import { baseUnitsPer, type FieldUnits } from '../predicate.ts';
import type { SqlParameters } from './parameters.ts';

/**
 * A field of an event in the table `events`, by each type that its value may have. Of each there is an expression that is never null and
 * one that says whether the event has a value of this type; absent where the field is never of that type.
 */
export interface FieldSql {
  readonly text?: TypedField;
  readonly number?: TypedField;
  readonly boolean?: TypedField;
}

export interface TypedField {
  readonly value: string;
  /** A condition; undefined when every event has such a value. */
  readonly present?: string;
}

/** Columns that repeat the attribute of the same name as text, empty when it is absent. Far cheaper to read than the maps. */
export const TEXT_COLUMNS: ReadonlySet<string> = new Set(['service', 'route', 'status', 'outcome']);

/** A field by the name that plans use, as `compileField` reads it: numbers in base units. */
export function fieldSql(field: string, parameters: SqlParameters, units: FieldUnits = {}): FieldSql {
  const factor = Object.hasOwn(units, field) ? baseUnitsPer(units[field]) : 1;
  const scaled = (number: string): string =>
    factor === 1 ? number : `(${number} * ${parameters.add('Float64', factor)})`;
  switch (field) {
    case 'name':
      return { text: { value: 'toString(name)' } };
    case 'event_id':
      return { text: { value: 'event_id' } };
    case 'user':
      // The table has no absent user apart from an empty one.
      return { text: { value: 'user', present: "user != ''" } };
    case 'time':
      return { number: { value: scaled('toFloat64(toUnixTimestamp64Milli(ts))') } };
    case 'duration':
      return { number: { value: scaled('assumeNotNull(duration_ms)'), present: 'isNotNull(duration_ms)' } };
    case 'value':
      return { number: { value: scaled('assumeNotNull(value)'), present: 'isNotNull(value)' } };
    default: {
      const key = parameters.add('String', field);
      const text = { value: `strings[${key}]`, present: `mapContains(strings, ${key})` };
      const number = { value: scaled(`numbers[${key}]`), present: `mapContains(numbers, ${key})` };
      const boolean = { value: `booleans[${key}]`, present: `mapContains(booleans, ${key})` };
      if (field !== 'id') return { text, number, boolean };
      const other = `mapContains(numbers, ${key}) or mapContains(booleans, ${key})`;
      return {
        text: { value: `if(${text.present}, ${text.value}, event_id)`, present: `not (${other})` },
        number,
        boolean,
      };
    }
  }
}

/** Whether an event has the field at all. */
export function presentSql(field: FieldSql): string {
  const parts = [field.text, field.number, field.boolean].filter((typed) => typed !== undefined);
  const conditions = parts.map((typed) => typed.present);
  if (conditions.some((condition) => condition === undefined)) return '1';
  return `(${conditions.join(' or ')})`;
}

/**
 * A field as one text that tells its type: `s`, `n` or `b` and the value, or an empty text when the event has none. Numbers are written so
 * that reading them gives the same number.
 */
export function taggedSql(name: string, parameters: SqlParameters, units: FieldUnits = {}): string {
  const field = fieldSql(name, parameters, units);
  const branches = (['text', 'number', 'boolean'] as const).flatMap((type) => {
    const typed = field[type];
    if (typed === undefined) return [];
    const written = type === 'text' ? typed.value : `toString(${typed.value})`;
    return [typed.present ?? '1', `concat('${type.slice(0, 1) === 't' ? 's' : type.slice(0, 1)}', ${written})`];
  });
  return `multiIf(${branches.join(', ')}, '')`;
}

/** What `taggedSql` wrote. */
export function readTagged(tagged: string): string | number | boolean | undefined {
  if (tagged === '') return undefined;
  const value = tagged.slice(1);
  if (tagged.startsWith('n')) return Number(value);
  return tagged.startsWith('b') ? value === 'true' : value;
}
