import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { RecordBuilder } from '../record-builder.ts';

/** What a body of a webhook may be. */
export type Json = null | boolean | number | string | readonly Json[] | JsonMap;
export interface JsonMap {
  readonly [key: string]: Json;
}

/** One request of a provider whose signature was found good. */
export interface Delivery {
  readonly body: JsonMap;
  /** Of several that came in one request. */
  readonly place?: number;
  /** A header by its name in lower case. */
  readonly header: (name: string) => string | undefined;
  readonly receivedAt: Instant;
}

/** The value at a path, each step the key of a map or the place in a list; undefined when there is none. */
export function valueAt(value: Json | undefined, path: readonly string[]): Json | undefined {
  let found = value;
  for (const step of path) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = Object.hasOwn(found, step) ? (found as Readonly<Record<string, Json>>)[step] : undefined;
  }
  return found;
}

/** A text that is there and not empty. */
export function textAt(value: Json | undefined, ...path: readonly string[]): string | undefined {
  const found = valueAt(value, path);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

export function mapAt(value: Json | undefined, ...path: readonly string[]): JsonMap | undefined {
  const found = valueAt(value, path);
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? (found as JsonMap) : undefined;
}

/** A number or text as an id; providers use both. */
export function idAt(value: Json | undefined, ...path: readonly string[]): string | undefined {
  const found = valueAt(value, path);
  return typeof found === 'number' && Number.isSafeInteger(found) ? String(found) : textAt(found);
}

/** From this on a bare number is milliseconds; as seconds it would be the year 5138. */
const MILLISECONDS_FROM = 100_000_000_000;

/** An instant from ISO 8601 with an offset, or from seconds or milliseconds since 1970. */
export function readTime(value: Json | undefined): Instant | undefined {
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) {
    return Math.floor(value < MILLISECONDS_FROM ? value * 1_000 : value);
  }
  if (typeof value !== 'string') return undefined;
  if (/^\d{1,15}(?:\.\d+)?$/.test(value)) return readTime(Number(value));
  try {
    return Temporal.Instant.from(value).epochMilliseconds;
  } catch {
    return undefined;
  }
}

/** A time that names when something happened as long as an event of that time is still taken; else undefined, for the time of receipt. */
export function recentTime(value: Json | undefined, receivedAt: Instant): Instant | undefined {
  const time = readTime(value);
  if (time === undefined || time > receivedAt + limits.futureMs || time < receivedAt - limits.oldestMs)
    return undefined;
  return time;
}

export interface FlattenOptions {
  /** Keys that are left out wherever they stand, with all below them. */
  readonly without?: ReadonlySet<string>;
  /** Whether what lists hold comes too, under its place in them. */
  readonly lists?: boolean;
}

/** Sets each value below a map under its path with points between. Numbers of payment cards are never set, whatever they are called. */
export function flatten(builder: RecordBuilder, map: JsonMap, options: FlattenOptions = {}, prefix = ''): void {
  for (const [key, value] of Object.entries(map)) {
    if (options.without?.has(key) === true) continue;
    setDeep(builder, `${prefix}${key}`, value, options);
  }
}

function setDeep(builder: RecordBuilder, name: string, value: Json, options: FlattenOptions): void {
  if (value === null) return;
  if (typeof value !== 'object') {
    setValue(builder, name, value);
    return;
  }
  if (!Array.isArray(value)) flatten(builder, value as JsonMap, options, `${name}.`);
  else if (options.lists === true) {
    for (const [index, item] of value.entries()) setDeep(builder, `${name}.${index}`, item as Json, options);
  }
}

/** Sets an attribute unless it is the number of a payment card. */
export function setValue(builder: RecordBuilder, name: string, value: Json | undefined): void {
  if (value === undefined || value === null || typeof value === 'object') return;
  if (typeof value === 'string' && isCardNumber(value)) {
    builder.trim('field-invalid', `${name.slice(0, 80)}: it looks like the number of a payment card.`);
    return;
  }
  builder.set(name, value);
}

/** 14 to 19 digits of the ranges that cards have, with their check digit (ISO/IEC 7812-1, annex B). */
export function isCardNumber(text: string): boolean {
  if (text.length > 40 || !/^[2-6](?:[ -]?\d){13,18}$/.test(text)) return false;
  const digits = [...text].filter((character) => character >= '0' && character <= '9').map(Number);
  let sum = 0;
  for (const [index, digit] of digits.toReversed().entries()) {
    const doubled = index % 2 === 0 ? digit : digit * 2;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
