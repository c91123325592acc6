import type { z } from 'zod';
import { sectionSchemas } from './sections.ts';

/** A key that the schema of a section names. */
export interface SchemaKey {
  readonly key: string;
  readonly description?: string;
  readonly required: boolean;
}

/** The keys of the strict map at a path below a section, read from the schema itself. */
export function knownKeys(section: string, path: readonly PropertyKey[]): readonly string[] {
  return keysAt([section, ...path.map(String)]).map(({ key }) => key);
}

/** The keys that may stand below a path of section, names and keys; the sections themselves below the empty path. */
export function keysAt(path: readonly string[]): readonly SchemaKey[] {
  if (path.length === 0) {
    return Object.entries(sectionSchemas).map(([key, schema]) => describe(key, schema, key === 'plan'));
  }
  const keys = new Map<string, SchemaKey>();
  for (const schema of schemasAt(path).flatMap(alternatives)) {
    for (const [key, value] of Object.entries(definitionOf(schema).shape ?? {})) {
      if (!keys.has(key)) keys.set(key, describe(key, value, definitionOf(value).type !== 'optional'));
    }
  }
  return [...keys.values()];
}

/** What the schema says of the key at the end of a path. */
export function describeKey(path: readonly string[]): string | undefined {
  const key = path.at(-1);
  return keysAt(path.slice(0, -1)).find((each) => each.key === key)?.description;
}

/** The words that a value may be, where the schema lists them. */
export function choicesAt(path: readonly string[]): readonly string[] {
  const shapes = schemasAt(path).flatMap(alternatives);
  // Where any text may stand, `true` is just one of them.
  if (shapes.some((schema) => definitionOf(schema).type === 'string')) return [];
  return [...new Set(shapes.flatMap(choicesOf))];
}

/** Whether text, a list or a map may stand at a path. */
export function kindsAt(path: readonly string[]): ReadonlySet<'text' | 'list' | 'map'> {
  const kinds = schemasAt(path)
    .flatMap(alternatives)
    .map((schema) => {
      const { type } = definitionOf(schema);
      if (type === 'object' || type === 'record') return 'map';
      return type === 'array' ? 'list' : 'text';
    });
  return new Set(kinds);
}

type Schema = z.core.$ZodType;

interface Definition {
  readonly type: string;
  readonly options?: readonly Schema[];
  readonly innerType?: Schema;
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly valueType?: Schema;
  readonly element?: Schema;
  readonly entries?: Readonly<Record<string, string>>;
}

function definitionOf(schema: Schema): Definition {
  return schema._zod.def as unknown as Definition;
}

function schemasAt(path: readonly string[]): readonly Schema[] {
  const [section = '', ...rest] = path;
  const schema = Object.hasOwn(sectionSchemas, section) ? sectionSchemas[section] : undefined;
  let schemas: readonly Schema[] = schema === undefined ? [] : [schema];
  for (const step of rest) schemas = schemas.flatMap((each) => stepInto(each, step));
  return schemas;
}

/** Places in lists are no steps of an editor's path, so what a list holds counts as its alternatives there. */
function alternatives(schema: Schema): readonly Schema[] {
  const { type, options, innerType } = definitionOf(schema);
  if (type === 'union') return (options ?? []).flatMap(alternatives);
  return innerType === undefined ? [schema] : alternatives(innerType);
}

function stepInto(schema: Schema, step: string): readonly Schema[] {
  return alternatives(schema).flatMap((option) => {
    const { shape, valueType, element } = definitionOf(option);
    const own = shape !== undefined && Object.hasOwn(shape, step) ? shape[step] : undefined;
    const next = own ?? valueType ?? element;
    return next === undefined ? [] : [next];
  });
}

function choicesOf(schema: Schema): readonly string[] {
  const { type, entries, element } = definitionOf(schema);
  if (type === 'boolean') return ['true', 'false'];
  if (type === 'enum') return Object.values(entries ?? {});
  return element === undefined ? [] : alternatives(element).flatMap(choicesOf);
}

function describe(key: string, schema: Schema, required: boolean): SchemaKey {
  const description = descriptionOf(schema);
  return { key, required, ...(description === undefined ? {} : { description }) };
}

function descriptionOf(schema: Schema): string | undefined {
  const own = (schema as { description?: string }).description;
  const { innerType } = definitionOf(schema);
  return own ?? (innerType === undefined ? undefined : descriptionOf(innerType));
}
