import { Budget, UnreadableOtlp } from './budget.ts';
import type { Nanos } from './protobuf.ts';
import { NO_ATTRIBUTES, type OtlpAttributes, type OtlpValue, type OtlpVisitor } from './shape.ts';

/**
 * The parts of OTLP's JSON encoding that all three signals share: names in lowerCamelCase, ids in hexadecimal digits, enumerations as numbers
 * or names, whole numbers of 64 bits as text or numbers. What is no object or list where one has to be makes the request unreadable; a
 * single value of another type is taken as not set.
 */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

/** `resource*` with their `scope*`, each a list of items. */
export function readGroups<Item>(
  root: Json,
  names: { readonly resources: string; readonly scopes: string; readonly items: string },
  readItem: (source: JsonObject, budget: Budget) => Item,
  visit: OtlpVisitor<Item>,
): void {
  const budget = new Budget();
  for (const one of objectsOf(objectOf(root, 'the body'), names.resources, budget)) {
    const resource = readAttributes(memberOf(one, 'resource'), 'attributes', budget);
    for (const scope of objectsOf(one, names.scopes, budget)) {
      const name = textOf(memberOf(scope, 'scope'), 'name');
      for (const item of objectsOf(scope, names.items, budget)) visit(readItem(item, budget), resource, name);
    }
  }
}

/** A value that may be there; a name that every object inherits is not. */
export function at(source: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(source, name) ? source[name] : undefined;
}

/** The objects of a list that may be absent. */
export function objectsOf(source: JsonObject, name: string, budget: Budget): readonly JsonObject[] {
  const list = at(source, name);
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) throw new UnreadableOtlp('malformed-body', `${name}: a list is needed.`);
  budget.value(list.length);
  return list.map((one) => objectOf(one as Json, name));
}

/** An object that may be absent, and then is empty. */
export function memberOf(source: JsonObject, name: string): JsonObject {
  const member = at(source, name);
  return member === undefined || member === null ? {} : objectOf(member, name);
}

export function objectOf(value: Json, name: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new UnreadableOtlp('malformed-body', `${name}: an object is needed.`);
}

export function textOf(source: JsonObject, name: string): string {
  const value = at(source, name);
  return typeof value === 'string' ? value : '';
}

/** A number of any width, written as number or text; `NaN` and `Infinity` are texts. */
export function numberOf(source: JsonObject, name: string): number | undefined {
  return asNumber(at(source, name));
}

export function numbersOf(source: JsonObject, name: string, budget: Budget): readonly number[] {
  const list = at(source, name);
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) throw new UnreadableOtlp('malformed-body', `${name}: a list is needed.`);
  budget.value(list.length);
  return list.map((one) => asNumber(one as Json) ?? 0);
}

function asNumber(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isNaN(number) && value !== 'NaN' ? undefined : number;
}

/** A value of an enumeration by number or by name: `SPAN_KIND_SERVER` with the prefix `SPAN_KIND_` and the name `server`. */
export function enumOf(
  source: JsonObject,
  name: string,
  prefix: string,
  values: Readonly<Record<string, number>>,
): number {
  const value = at(source, name);
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return 0;
  const short = value.startsWith(prefix) ? value.slice(prefix.length).toLowerCase() : '';
  return Object.hasOwn(values, short) ? (values[short] ?? 0) : (asNumber(value) ?? 0);
}

/** Nanoseconds since 1970 in digits; a number of JavaScript has lost the last ones already. */
export function nanosOf(source: JsonObject, name: string): Nanos | undefined {
  const value = at(source, name);
  const digits =
    typeof value === 'number' && value > 0 && value < 2 ** 64 ? BigInt(Math.floor(value)).toString() : value;
  if (typeof digits !== 'string' || !/^\d{1,20}$/.test(digits)) return undefined;
  const ms = Number(digits.slice(0, -6));
  const ns = Number(digits.slice(-6));
  return ms === 0 && ns === 0 ? undefined : { ms, ns };
}

/** An id of so many bytes; undefined when it is none or all zero. */
export function idOf(source: JsonObject, name: string, bytes: number): string | undefined {
  const value = at(source, name);
  if (typeof value !== 'string' || value.length !== bytes * 2 || !/^[\da-f]+$/i.test(value)) return undefined;
  return /^0+$/.test(value) ? undefined : value.toLowerCase();
}

/** A list of `{key, value}`. A key that comes twice has its last value. */
export function readAttributes(source: JsonObject, name: string, budget: Budget, depth = 0): OtlpAttributes {
  const list = objectsOf(source, name, budget);
  if (list.length === 0) return NO_ATTRIBUTES;
  const attributes = new Map<string, OtlpValue>();
  for (const one of list) {
    const value = readValue(at(one, 'value'), budget, depth);
    if (value !== undefined) attributes.set(textOf(one, 'key'), value);
  }
  return attributes;
}

/** `{stringValue}`, `{boolValue}`, `{intValue}`, `{doubleValue}`, `{arrayValue}`, `{kvlistValue}` or `{bytesValue}`. */
export function readValue(value: Json | undefined, budget: Budget, depth = 0): OtlpValue | undefined {
  budget.depth(depth);
  budget.value();
  if (value === undefined || value === null) return undefined;
  const source = objectOf(value, 'value');
  const text = at(source, 'stringValue') ?? at(source, 'bytesValue');
  if (typeof text === 'string') return text;
  const truth = at(source, 'boolValue');
  if (typeof truth === 'boolean') return truth;
  if (at(source, 'intValue') !== undefined) return wholeNumber(at(source, 'intValue'));
  if (at(source, 'doubleValue') !== undefined) return numberOf(source, 'doubleValue');
  if (at(source, 'arrayValue') !== undefined) {
    const values = at(memberOf(source, 'arrayValue'), 'values') ?? [];
    if (!Array.isArray(values)) throw new UnreadableOtlp('malformed-body', 'values: a list is needed.');
    return values
      .map((one) => readValue(one as Json, budget, depth + 1))
      .filter((one): one is OtlpValue => one !== undefined);
  }
  if (at(source, 'kvlistValue') !== undefined) {
    return readAttributes(memberOf(source, 'kvlistValue'), 'values', budget, depth + 1);
  }
  return undefined;
}

const LEAST = -(2n ** 63n);
const MOST = 2n ** 63n - 1n;

function wholeNumber(value: Json | undefined): number | bigint | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? value : undefined;
  if (typeof value !== 'string' || !/^-?\d{1,20}$/.test(value)) return undefined;
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  const exact = BigInt(value);
  return exact >= LEAST && exact <= MOST ? exact : undefined;
}
