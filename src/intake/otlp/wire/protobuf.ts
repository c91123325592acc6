import { Reader } from 'protobufjs/minimal.js';
import { Budget, UnreadableOtlp } from './budget.ts';
import { readName } from './names.ts';
import { NO_ATTRIBUTES, type OtlpAttributes, type OtlpValue, type OtlpVisitor } from './shape.ts';

/**
 * The parts of OTLP's protobuf encoding that all three signals share. Each function reads one message; the cases are tags as they stand on
 * the wire, `field * 8 + wire type`, so that a field of another wire type is passed over like one that is not known.
 */
export interface Wire {
  readonly reader: Reader;
  readonly budget: Budget;
}

export function openWire(bytes: Uint8Array): Wire {
  return { reader: Reader.create(bytes), budget: new Budget() };
}

/** Reads the length of the message that begins here and lets nothing read beyond it. Gives the end of the message around it. */
export function enter({ reader, budget }: Wire): number {
  budget.value();
  const size = reader.uint32();
  const outer = reader.len;
  const end = reader.pos + size;
  if (end > outer) throw new RangeError('A message is longer than the one around it.');
  reader.len = end;
  return outer;
}

export function leave({ reader }: Wire, outer: number): void {
  reader.len = outer;
}

/** Passes over a field that is not read. Groups are no part of proto3; nested without end they would exhaust the stack. */
export function skip({ reader }: Wire, tag: number): void {
  const wireType = tag & 7;
  if (wireType === 3 || wireType === 4 || tag >>> 3 === 0) throw new RangeError('A tag that OTLP does not have.');
  reader.skipType(wireType);
}

/** `Resource*` with its `Scope*` list: tags 0x0a resource, 0x12 scopes; in each 0x0a scope, 0x12 items. */
export function readGroups<Item>(wire: Wire, readItem: (wire: Wire) => Item, visit: OtlpVisitor<Item>): void {
  const { reader } = wire;
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (tag === 0x0a) readResourceGroup(wire, readItem, visit);
    else skip(wire, tag);
  }
}

function readResourceGroup<Item>(wire: Wire, readItem: (wire: Wire) => Item, visit: OtlpVisitor<Item>): void {
  const { reader } = wire;
  const outer = enter(wire);
  const start = reader.pos;
  const resource = readFirst(wire, readResource) ?? NO_ATTRIBUTES;
  reader.pos = start;
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (tag === 0x12) readScopeGroup(wire, resource, readItem, visit);
    else skip(wire, tag);
  }
  leave(wire, outer);
}

function readScopeGroup<Item>(
  wire: Wire,
  resource: OtlpAttributes,
  readItem: (wire: Wire) => Item,
  visit: OtlpVisitor<Item>,
): void {
  const { reader } = wire;
  const outer = enter(wire);
  const start = reader.pos;
  const scope = readFirst(wire, readScopeName) ?? '';
  reader.pos = start;
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (tag === 0x12) visit(readItem(wire), resource, scope);
    else skip(wire, tag);
  }
  leave(wire, outer);
}

/** What is in the field 0x0a, wherever in the message that stands: fields may come in any order. */
function readFirst<Value>(wire: Wire, read: (wire: Wire) => Value): Value | undefined {
  const { reader } = wire;
  let value: Value | undefined;
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (tag === 0x0a) value = read(wire);
    else skip(wire, tag);
  }
  return value;
}

function readResource(wire: Wire): OtlpAttributes {
  const { reader } = wire;
  const outer = enter(wire);
  const attributes = new Map<string, OtlpValue>();
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (tag === 0x0a) readAttribute(wire, attributes);
    else skip(wire, tag);
  }
  leave(wire, outer);
  return attributes;
}

function readScopeName(wire: Wire): string {
  const { reader } = wire;
  const outer = enter(wire);
  let name = '';
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (tag === 0x0a) name = reader.string();
    else skip(wire, tag);
  }
  leave(wire, outer);
  return name;
}

/** `KeyValue`: 0x0a key, 0x12 value. A key that comes twice has its last value. */
export function readAttribute(wire: Wire, attributes: Map<string, OtlpValue>, depth = 0): void {
  const { reader } = wire;
  const outer = enter(wire);
  let key = '';
  let value: OtlpValue | undefined;
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (tag === 0x0a) key = readName(reader);
    else if (tag === 0x12) value = readValue(wire, depth);
    else skip(wire, tag);
  }
  leave(wire, outer);
  if (value !== undefined) attributes.set(key, value);
}

/** `AnyValue`: one of text 0x0a, boolean 0x10, whole number 0x18, number 0x21, list 0x2a, map 0x32, bytes 0x3a. */
export function readValue(wire: Wire, depth = 0): OtlpValue | undefined {
  const { reader, budget } = wire;
  budget.depth(depth);
  const outer = enter(wire);
  let value: OtlpValue | undefined;
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    switch (tag) {
      case 0x0a:
        value = reader.string();
        break;
      case 0x10:
        value = reader.bool();
        break;
      case 0x18:
        value = readInt64(wire);
        break;
      case 0x21:
        value = reader.double();
        break;
      case 0x2a:
        value = readList(wire, depth + 1);
        break;
      case 0x32:
        value = readMap(wire, depth + 1);
        break;
      case 0x3a:
        value = base64(reader.bytes());
        break;
      default:
        skip(wire, tag);
    }
  }
  leave(wire, outer);
  return value;
}

function readList(wire: Wire, depth: number): readonly OtlpValue[] {
  const { reader } = wire;
  const outer = enter(wire);
  const values: OtlpValue[] = [];
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (tag === 0x0a) {
      const value = readValue(wire, depth);
      if (value !== undefined) values.push(value);
    } else skip(wire, tag);
  }
  leave(wire, outer);
  return values;
}

function readMap(wire: Wire, depth: number): ReadonlyMap<string, OtlpValue> {
  const { reader } = wire;
  const outer = enter(wire);
  const values = new Map<string, OtlpValue>();
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (tag === 0x0a) readAttribute(wire, values, depth);
    else skip(wire, tag);
  }
  leave(wire, outer);
  return values;
}

const TWO_32 = 4_294_967_296;

/** A varint of 64 bits with sign: a number when that holds it exactly. */
function readInt64({ reader }: Wire): number | bigint {
  const { low, high } = reader.int64();
  const number = high * TWO_32 + (low >>> 0);
  return Number.isSafeInteger(number) ? number : BigInt(high) * BigInt(TWO_32) + BigInt(low >>> 0);
}

/** A varint of 64 bits without sign as the nearest number. */
export function readCount({ reader }: Wire): number {
  const { low, high } = reader.uint64();
  return (high >>> 0) * TWO_32 + (low >>> 0);
}

/** 64 bits of fixed width, without sign or with it, as the nearest number. */
export function readFixed64({ reader }: Wire, hasSign = false): number {
  const low = reader.fixed32();
  const high = reader.fixed32();
  return (hasSign ? high | 0 : high) * TWO_32 + low;
}

/** Nanoseconds since 1970 as whole ms and the rest in ns, both exact; undefined for 0, which stands for "not set". */
export function readNanos({ reader }: Wire): Nanos | undefined {
  const low = reader.fixed32();
  const high = reader.fixed32();
  if (low === 0 && high === 0) return undefined;
  // 2^32 ns are 4,294 ms and 967,296 ns; no product here reaches 2^53.
  const ns = high * 967_296 + low;
  const rest = ns % 1_000_000;
  return { ms: high * 4_294 + (ns - rest) / 1_000_000, ns: rest };
}

/** An instant to the nanosecond. */
export interface Nanos {
  readonly ms: number;
  /** 0 to 999,999. */
  readonly ns: number;
}

/** The time between in ms with their fraction; one that ends before it began took none. */
export function durationMs(start: Nanos | undefined, end: Nanos | undefined): number | undefined {
  if (start === undefined || end === undefined) return undefined;
  return Math.max(0, ((end.ms - start.ms) * 1_000_000 + (end.ns - start.ns)) / 1_000_000);
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** An id of so many bytes in hexadecimal digits; undefined when it is another length or all zero. */
export function readId({ reader }: Wire, length: number): string | undefined {
  const size = reader.uint32();
  const end = reader.pos + size;
  if (end > reader.len) throw new RangeError('An id is longer than the message around it.');
  let text = '';
  let any = 0;
  for (let index = size === length ? reader.pos : end; index < end; index += 1) {
    const byte = reader.buf[index] as number;
    any |= byte;
    text += HEX[byte];
  }
  reader.pos = end;
  return any === 0 ? undefined : text;
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let index = 0; index < bytes.length; index += 3) {
    const left = bytes.length - index;
    const bits = ((bytes[index] ?? 0) << 16) | ((bytes[index + 1] ?? 0) << 8) | (bytes[index + 2] ?? 0);
    text += `${BASE64[bits >>> 18]}${BASE64[(bits >>> 12) & 63]}`;
    text += `${left > 1 ? BASE64[(bits >>> 6) & 63] : '='}${left > 2 ? BASE64[bits & 63] : '='}`;
  }
  return text;
}

/** Why bytes could not be read, for their sender; the reader's own words name offsets that nobody can use. */
export function unreadable(problem: unknown): UnreadableOtlp {
  if (problem instanceof UnreadableOtlp) return problem;
  // A mistake of ours is not the sender's.
  if (problem instanceof TypeError || problem instanceof ReferenceError) throw problem;
  return new UnreadableOtlp('malformed-body', 'The body is no request of OTLP.');
}
