import { SqlTextError } from './sql-text.ts';

/** ClickHouse's BAD_QUERY_PARAMETER and UNKNOWN_QUERY_PARAMETER. */
const BAD_PARAMETER = 457;
const UNKNOWN_PARAMETER = 456;

const INTEGER = /^U?Int(?:8|16|32|64|128|256)$/;
const INTEGER_VALUE = /^[+-]?\d{1,78}$/;
const FLOAT_VALUE = /^(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?inf|nan)$/;
const PLAIN_TYPES = new Set('String UUID IPv4 IPv6 Bool Date Date32 DateTime Float32 Float64'.split(' '));
const SIZED_TYPE =
  /^(?:FixedString\(\d{1,9}\)|Decimal\(\d{1,2}, ?\d{1,2}\)|DateTime64\(\d\)|DateTime(?:64\(\d, ?|\()'[A-Za-z0-9_+/-]{1,64}'\))$/;
const WRAPPED_TYPE = /^(Nullable|LowCardinality|Array)\((.*)\)$/;

/**
 * A typed parameter as an expression that holds nothing of the sender's text but hexadecimal digits. The engine's own parameters are
 * not used: they are kept process-wide, so two queries at once would see each other's.
 *
 * `value` is what came over HTTP: escaped as in tab-separated files at the top, as a literal within arrays and tuples.
 */
export function renderParameter(name: string, type: string, value: string | undefined): string {
  if (value === undefined) throw new SqlTextError(`Substitution \`${name}\` is not set.`, UNKNOWN_PARAMETER);
  if (type === 'Identifier') return quoteName(unescapeValue(value));
  checkType(name, type);
  const inner = bareType(type);
  if (value === '\\N') return `CAST(NULL, ${quoteText(type)})`;
  if (INTEGER.test(inner) && !INTEGER_VALUE.test(value)) throw bad(name, type);
  if (/^(?:Float|Decimal)/.test(inner) && !FLOAT_VALUE.test(value)) throw bad(name, type);
  // Composite values carry their escapes inside their quotes; unescaping them here would end a quoted string early.
  const text = /^(?:Array|Tuple)\(/.test(inner) ? value : unescapeValue(value);
  const literal = `unhex('${Buffer.from(text, 'utf8').toString('hex')}')`;
  return type === 'String' ? literal : `CAST(${literal}, ${quoteText(type)})`;
}

/** Throws unless the type is one that we know to the last character: it becomes part of the query. */
function checkType(name: string, type: string): void {
  if (PLAIN_TYPES.has(type) || INTEGER.test(type) || SIZED_TYPE.test(type)) return;
  const wrapped = WRAPPED_TYPE.exec(type)?.[2];
  if (wrapped !== undefined) {
    checkType(name, wrapped.trim());
    return;
  }
  const tuple = /^Tuple\((.*)\)$/.exec(type)?.[1];
  if (tuple !== undefined) {
    for (const part of splitTypes(tuple)) checkType(name, part.trim());
    return;
  }
  throw bad(name, type);
}

/** Parts of a list of types; commas within parentheses belong to a part. */
function splitTypes(text: string): readonly string[] {
  const parts: string[] = [''];
  let depth = 0;
  for (const character of text) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (character === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}

/** The type without `Nullable` and `LowCardinality`. */
function bareType(type: string): string {
  const inner = /^(?:Nullable|LowCardinality)\((.*)\)$/.exec(type)?.[1];
  return inner === undefined ? type : bareType(inner.trim());
}

function bad(name: string, type: string): SqlTextError {
  return new SqlTextError(`Value of parameter ${name} cannot be parsed as ${type.slice(0, 100)}`, BAD_PARAMETER);
}

const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  r: '\r',
  n: '\n',
  t: '\t',
  '0': '\0',
  a: '\x07',
  v: '\v',
};

/** Undoes the escapes of tab-separated text; an unknown escape is the character itself. */
function unescapeValue(value: string): string {
  return value.replaceAll(/\\([\s\S])/g, (_, character: string) => ESCAPES[character] ?? character);
}

/** A name in backquotes. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}

/** A text literal. */
export function quoteText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
