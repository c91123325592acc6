import { RE2JS } from 're2js';
import type { FieldValue, Operator, Predicate } from '#plan/model.ts';
import { BOUND_FIELD, BOUND_LABEL, INCREASE_FIELD, OBSERVATIONS_FIELD } from '#plan/sample-fields.ts';
import type { EventRecord } from './record.ts';

/** Whether a predicate holds for what a row stands for: a record, or the number of one in a batch. */
export type RowMatcher<Row> = (row: Row) => boolean;
export type RowReader<Row> = (row: Row) => FieldValue | undefined;
export type Matcher = RowMatcher<EventRecord>;
export type FieldReader = RowReader<EventRecord>;

/** What a bare number in a field means, by field; absent means base units. */
export type FieldUnits = Readonly<Record<string, string>>;

/** Base units are milliseconds, bytes, fractions and bits a second; a word that the plan declared counts as it stands. */
const unitFactors: ReadonlyMap<string, number> = new Map([
  ['us', 0.001],
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['min', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['%', 0.01],
  ['B', 1],
  ['KB', 1e3],
  ['MB', 1e6],
  ['GB', 1e9],
  ['TB', 1e12],
  ['kbps', 1e3],
  ['Mbps', 1e6],
]);

/** How many base units one of this unit is; 1 for a word of the plan, and without a unit. */
export function baseUnitsPer(unit: string | undefined): number {
  return unitFactors.get(unit ?? '') ?? 1;
}

/**
 * Reads a field of a record by the name that plans use: `name time user duration value event_id` are the record's own,
 * `id` is the attribute `id` or else the event id, everything else is an attribute. Numbers come in base units.
 */
export function compileField(field: string, units: FieldUnits = {}): FieldReader {
  const read = rawField(field);
  const factor = Object.hasOwn(units, field) ? baseUnitsPer(units[field]) : 1;
  if (factor === 1) return read;
  return (record) => {
    const value = read(record);
    return typeof value === 'number' ? value * factor : value;
  };
}

/** The upper bound of a bucket as its label says it: `0.5`, `+Inf`. */
function boundOf({ attributes }: EventRecord): number | undefined {
  const label = attributes[BOUND_LABEL];
  if (typeof label !== 'string' || label.trim() === '') return undefined;
  const bound = /^\+?inf$/iu.test(label) ? Number.POSITIVE_INFINITY : Number(label);
  return Number.isNaN(bound) ? undefined : bound;
}

function rawField(field: string): FieldReader {
  switch (field) {
    case 'name':
      return (record) => record.name;
    case 'time':
      return (record) => record.time;
    case 'user':
      return (record) => record.user;
    case 'duration':
      return (record) => record.durationMs;
    case 'value':
      return (record) => record.value;
    case INCREASE_FIELD:
    case OBSERVATIONS_FIELD:
      return (record) => record.increase;
    case BOUND_FIELD:
      return boundOf;
    case 'event_id':
      return (record) => record.id;
    case 'id':
      return (record) => attribute(record, 'id') ?? record.id;
    default:
      return (record) => attribute(record, field);
  }
}

/** By type and not by ownership: what an object inherits, such as `constructor`, is never text, number or boolean. */
function attribute(record: EventRecord, field: string): FieldValue | undefined {
  const value: unknown = record.attributes[field];
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}

/**
 * Compiles a predicate to a closure that never throws. A field that is missing or of another type than the value compared
 * with fails every comparison, except `!=`, which is exactly `not =`: so `outcome != "ok"` holds for an event without an
 * outcome. Text is ordered by code unit. `matches` finds the pattern anywhere in the text, in linear time.
 */
export function compilePredicate(predicate: Predicate, units: FieldUnits = {}): Matcher {
  return compileMatcher(predicate, (field) => compileField(field, units));
}

/** The same over rows of another kind, whose fields `reader` finds. */
export function compileMatcher<Row>(predicate: Predicate, reader: (field: string) => RowReader<Row>): RowMatcher<Row> {
  switch (predicate.kind) {
    case 'and': {
      const parts = predicate.of.map((part) => compileMatcher(part, reader));
      const [first, second] = parts;
      if (first !== undefined && second !== undefined && parts.length === 2) {
        return (record) => first(record) && second(record);
      }
      return (record) => parts.every((part) => part(record));
    }
    case 'or': {
      const parts = predicate.of.map((part) => compileMatcher(part, reader));
      return (record) => parts.some((part) => part(record));
    }
    case 'not': {
      const inner = compileMatcher(predicate.of, reader);
      return (record) => !inner(record);
    }
    case 'compare':
      return compileComparison(reader(predicate.field), predicate.operator, predicate.value);
    case 'in': {
      const read = reader(predicate.field);
      const values = new Set<FieldValue | undefined>(predicate.values);
      return (record) => values.has(read(record));
    }
    case 'text':
      return compileText(reader(predicate.field), predicate.test, predicate.text);
    case 'matches': {
      const read = reader(predicate.field);
      const pattern = RE2JS.compile(predicate.pattern);
      return (record) => {
        const value = read(record);
        return typeof value === 'string' && pattern.matcher(value).find();
      };
    }
    case 'present': {
      const read = reader(predicate.field);
      return (record) => read(record) !== undefined;
    }
    case 'missing': {
      const read = reader(predicate.field);
      return (record) => read(record) === undefined;
    }
  }
}

function compileComparison<Row>(read: RowReader<Row>, operator: Operator, value: FieldValue): RowMatcher<Row> {
  switch (operator) {
    case '=':
      return (record) => read(record) === value;
    case '!=':
      return (record) => read(record) !== value;
    default:
      return typeof value === 'number'
        ? compileOrder(read as (row: Row) => number, 'number', operator, value)
        : compileOrder(read as (row: Row) => string, 'string', operator, String(value), typeof value);
  }
}

function compileOrder<Row, Value extends number | string>(
  read: (row: Row) => Value,
  type: 'number' | 'string',
  operator: Operator,
  value: Value,
  given: string = type,
): RowMatcher<Row> {
  // Booleans have no order.
  if (given !== type) return () => false;
  const orders: Readonly<Record<string, (left: Value) => boolean>> = {
    '<': (left) => left < value,
    '<=': (left) => left <= value,
    '>': (left) => left > value,
    '>=': (left) => left >= value,
  };
  const holds = orders[operator];
  if (holds === undefined) return () => false;
  return (record) => {
    const left = read(record);
    return typeof left === type && holds(left);
  };
}

function compileText<Row>(
  read: RowReader<Row>,
  test: 'contains' | 'starts with' | 'ends with',
  text: string,
): RowMatcher<Row> {
  const holds: (value: string) => boolean =
    test === 'contains'
      ? (value) => value.includes(text)
      : test === 'starts with'
        ? (value) => value.startsWith(text)
        : (value) => value.endsWith(text);
  return (record) => {
    const value = read(record);
    return typeof value === 'string' && holds(value);
  };
}
