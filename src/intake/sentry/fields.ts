import { type Instant, parseInstant, SECOND_MS } from '#kernel/instant.ts';

/** Reads JSON of which nothing is sure: what has another form than expected is the same as absent. */

/** The own field of an object; undefined for everything else. */
export function fieldOf(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null && Object.hasOwn(of, name)
    ? (of as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

/** Text that is not empty. A number is the text of it: SDKs send ids as either. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A field of an object as text. */
export function textIn(of: unknown, name: string): string | undefined {
  return textOf(fieldOf(of, name));
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Names and values of an object, or of a list of pairs, which older SDKs send. */
export function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  if (Array.isArray(value)) {
    return value.flatMap((pair: unknown) => {
      const [name, one] = listOf(pair);
      return typeof name === 'string' ? [[name, one] as const] : [];
    });
  }
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

/** An instant with fractions of a millisecond: seconds since 1970, or ISO 8601, where no zone means UTC. */
export function millisecondsOf(value: unknown): number | undefined {
  const number = numberOf(value);
  if (number !== undefined) return number * SECOND_MS;
  if (typeof value !== 'string') return undefined;
  if (/^\d+(?:\.\d+)?$/.test(value)) return Number(value) * SECOND_MS;
  return parseInstant(value) ?? parseInstant(`${value}Z`);
}

/** The same in whole milliseconds. */
export function instantOf(value: unknown): Instant | undefined {
  const at = millisecondsOf(value);
  return at === undefined ? undefined : Math.floor(at);
}

const HEX_ID = /^[0-9a-f]{16,32}$/;

/** An id of 64 or 128 bits as small hexadecimal digits, however it is written; all zeros mean that there is none. */
export function hexIdOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const digits = value.replaceAll('-', '').toLowerCase();
  return HEX_ID.test(digits) && !/^0+$/.test(digits) ? digits : undefined;
}
