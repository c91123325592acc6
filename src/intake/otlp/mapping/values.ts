import type { RecordBuilder } from '../../record-builder.ts';
import type { OtlpAttributes, OtlpValue } from '../wire/shape.ts';

/** Sets a value under a name: a map becomes one attribute for each of its values, a list the text of its JSON. */
export function setValue(builder: RecordBuilder, name: string, value: OtlpValue): void {
  if (isMap(value)) {
    for (const [inner, one] of value) setValue(builder, `${name}.${inner}`, one);
  } else {
    builder.set(name, isList(value) ? textOfValue(value) : value);
  }
}

/** A value as text: text as it is, everything else as JSON. */
export function textOfValue(value: OtlpValue): string {
  return typeof value === 'string' ? value : JSON.stringify(plain(value));
}

function plain(value: OtlpValue): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (isMap(value)) return Object.fromEntries([...value].map(([name, one]) => [name, plain(one)]));
  if (isList(value)) return value.map(plain);
  return value;
}

/** The first of these names that has a plain value, as text. It is asked for again and again, so nothing is made for it. */
export function firstText(attributes: OtlpAttributes, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = attributes.get(name);
    if (value === undefined || value === '' || typeof value === 'object') continue;
    return typeof value === 'string' ? value : String(value);
  }
  return undefined;
}

/** The first of these names that is a number, or text that is one. */
export function firstNumber(attributes: OtlpAttributes, names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = attributes.get(name);
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number === 'number' && Number.isFinite(number)) return number;
  }
  return undefined;
}

export function isMap(value: OtlpValue): value is ReadonlyMap<string, OtlpValue> {
  return value instanceof Map;
}

function isList(value: OtlpValue): value is readonly OtlpValue[] {
  return Array.isArray(value);
}

/** Attributes of addresses, with what a person may have typed into them: a query or a name and password does not stay. */
export function isAddress(name: string): boolean {
  return name === 'url.full' || name === 'http.url' || name === 'http.target' || name === 'url.original';
}

/** An address without credentials, query and fragment. */
export function withoutQuery(address: string): string {
  if (!/[?#@]/.test(address)) return address;
  return address.split(/[?#]/, 1)[0]?.replace(/^([a-z][a-z\d+.-]*:\/\/)[^/@]*@/i, '$1') ?? '';
}

export interface AddressParts {
  readonly host: string | undefined;
  readonly path: string | undefined;
}

/** Host without its port and path of an absolute address; of a path alone just that. */
export function addressParts(address: string | undefined): AddressParts {
  if (address === undefined) return { host: undefined, path: undefined };
  const match = /^[a-z][a-z\d+.-]*:\/\/(\[[^\]]*\]|[^/:]*)(?::\d*)?(\/.*)?$/i.exec(withoutQuery(address));
  if (match !== null) return { host: match[1] || undefined, path: match[2] ?? '/' };
  return { host: undefined, path: address.startsWith('/') ? withoutQuery(address) : undefined };
}
