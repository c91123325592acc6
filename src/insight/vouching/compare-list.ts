import type { Instant } from '#kernel/instant.ts';
import type { FieldValue } from '#plan/model.ts';
import type { Comparison } from '#plan/vouching.ts';
import { compileField } from '#signals/predicate.ts';
import type { EventRecord } from '#signals/record.ts';
import type { ListRow, ReadList } from './read-list.ts';

/** An event as it is compared with a list. */
export interface SystemRow {
  readonly key: string;
  /** Id of the event. */
  readonly event: string;
  readonly at: Instant;
  /** In the order of the fields; undefined where the event has none. */
  readonly values: readonly (FieldValue | undefined)[];
}

export interface DifferingValue {
  readonly field: string;
  readonly list?: string;
  readonly system?: FieldValue;
}

/** What one key has on either side that is not the same. */
export interface Difference {
  /** `repeated`: one side or both have it more than once. */
  readonly kind: 'different' | 'only-in-list' | 'only-in-system' | 'repeated';
  readonly key: string;
  /** Lines of the list that have the key, the first ones. */
  readonly lines: readonly number[];
  /** Events that have it, the first ones, with the time of the first. */
  readonly events: readonly string[];
  readonly at?: Instant;
  /** How often either side has it. */
  readonly inList: number;
  readonly inSystem: number;
  /** Of the first line and the first event those that differ; of what stands on one side only, all. */
  readonly values: readonly DifferingValue[];
}

export interface Compared {
  /** One a key: those of the list in its order, then those of the system only, in order of time. */
  readonly differences: readonly Difference[];
  /** Keys that are on both sides once, with the same values. */
  readonly equal: number;
}

/** Events as a comparison sees them; those without its key are left out. */
export function systemRows(events: readonly EventRecord[], { key, fields }: Comparison): readonly SystemRow[] {
  const readKey = compileField(key);
  const readers = fields.map((field) => compileField(field));
  return events.flatMap((event) => {
    const named = readKey(event);
    const text = named === undefined ? '' : String(named).trim();
    if (text === '') return [];
    return [{ key: text, event: event.id, at: event.time, values: readers.map((read) => read(event)) }];
  });
}

/** What differs, in the words of alerts and messages. */
export function whatDiffers({ kind, values, inList, inSystem }: Difference, source: string): string {
  if (kind === 'only-in-list') return 'only in the list';
  if (kind === 'only-in-system') return `only in ${source}`;
  const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);
  const differ = values.map(({ field, list, system }) => {
    const [left, right] = [list ?? '', String(system ?? '')].map((value) => (value === '' ? 'nothing' : value));
    return `${field} ${left} by hand, ${right} in ${source}`;
  });
  if (kind === 'different') return differ.join('; ');
  return `${times(inList)} in the list, ${times(inSystem)} in ${source}`;
}

/** Lines and events of a key are named up to so many. */
const NAMED = 10;

/** Holds a list against events, field by field. Keys are compared as text; both sides may have one more than once, which is a difference. */
export function compareList(list: ReadList, system: readonly SystemRow[], fields: readonly string[]): Compared {
  const lines = Map.groupBy(list.rows, ({ key }) => key);
  const events = Map.groupBy(system, ({ key }) => key);
  const differences: Difference[] = [];
  let equal = 0;
  for (const [key, rows] of lines) {
    const found = compareKey(key, rows, events.get(key) ?? [], fields, list.commaDecimals);
    if (found === undefined) equal += 1;
    else differences.push(found);
  }
  for (const [key, rows] of events) {
    const found = lines.has(key) ? undefined : compareKey(key, [], rows, fields, list.commaDecimals);
    if (found !== undefined) differences.push(found);
  }
  return { differences, equal };
}

/** Undefined when both sides have the same, once. */
function compareKey(
  key: string,
  rows: readonly ListRow[],
  events: readonly SystemRow[],
  fields: readonly string[],
  commaDecimals: readonly boolean[],
): Difference | undefined {
  const [row] = rows;
  const [event] = events;
  const both = row !== undefined && event !== undefined;
  const all = fields.map((field, place) => bothSides(field, row?.values[place], event?.values[place]));
  const differs = ({ list, system }: DifferingValue, place: number): boolean =>
    !isSame(list ?? '', system, commaDecimals[place] === true);
  const values = both ? all.filter(differs) : all;
  if (rows.length === 1 && events.length === 1 && values.length === 0) return undefined;
  const one = event === undefined ? 'only-in-list' : row === undefined ? 'only-in-system' : 'different';
  return {
    kind: rows.length > 1 || events.length > 1 ? 'repeated' : one,
    key,
    lines: rows.slice(0, NAMED).map(({ line }) => line),
    events: events.slice(0, NAMED).map((found) => found.event),
    ...(event === undefined ? {} : { at: event.at }),
    inList: rows.length,
    inSystem: events.length,
    values,
  };
}

function bothSides(field: string, list: string | undefined, system: FieldValue | undefined): DifferingValue {
  return { field, ...(list === undefined ? {} : { list }), ...(system === undefined ? {} : { system }) };
}

/** Every decimal number of so many digits has a double of its own. */
const EXACT_DIGITS = 15;

/** Numbers as numbers, all else as text without the space around it. */
function isSame(list: string, system: FieldValue | undefined, commaDecimals: boolean): boolean {
  const text = system === undefined ? '' : String(system).trim();
  if (list === text) return true;
  if (typeof system === 'boolean') return list.toLowerCase() === text;
  const left = numberOf(commaDecimals ? list.replace(/^([+-]?\d*),(\d+)$/, '$1.$2') : list);
  const right = typeof system === 'number' ? system : numberOf(text);
  return left !== undefined && right !== undefined && isSameNumber(left, right);
}

/** What is no whole number is as exact as computers add it up: 0.1 and 0.2 are 0.3. */
function isSameNumber(left: number, right: number): boolean {
  if (left === right) return true;
  const isWhole = Number.isInteger(left) && Number.isInteger(right);
  return !isWhole && left.toPrecision(EXACT_DIGITS) === right.toPrecision(EXACT_DIGITS);
}

/** A text that is nothing but a number; what begins with a nought is the number of something, such as `007`. */
function numberOf(text: string): number | undefined {
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) || /^[+-]?0\d/.test(text)) return undefined;
  const value = Number(text);
  // Above, different texts are one number.
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? value : undefined;
}
