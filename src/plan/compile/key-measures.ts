import { formatDuration, SECOND_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type * as ast from '../expression/ast.ts';
import type { Measure, Source } from '../model.ts';
import type { CompiledFormula, Scope } from './compiled-formula.ts';
import type { Context } from './context.ts';
import { measureId } from './meaning.ts';
import { compilePredicate } from './predicates.ts';
import type { Sources } from './sources.ts';
import { COUNT } from './units.ts';

/** What measures of keys are compiled with, and where they go. */
export interface KeyParts {
  readonly context: Context;
  readonly sources: Sources;
  readonly measures: Map<string, Measure>;
}

interface Keys {
  readonly source: Source;
  readonly field: string;
}

/** `duplicates(sales.invoice)`. Undefined with what is wrong or not executed said. */
export function compileDuplicates(node: ast.Aggregate, scope: Scope, parts: KeyParts): CompiledFormula | undefined {
  const { context } = parts;
  const place = scope.sentence.place(node.span.start, node.span.end);
  const keys = keysOf(node.path, 'duplicates', scope, parts);
  if (keys === undefined) return undefined;
  if (node.having !== undefined) {
    context.skip(scope.where, '`having`', place);
    return undefined;
  }
  const { source, field } = keys;
  const where = node.where === undefined ? undefined : compilePredicate(node.where, scope.sentence, context, source);
  if ((node.where !== undefined && where === undefined) || scope.windowMs === undefined) return undefined;
  const meaning = {
    function: 'duplicates',
    source: source.name,
    ...(where === undefined ? {} : { where }),
    field,
    by: groupsOf(node.by, scope),
    window: { kind: 'sliding', ms: scope.windowMs },
  } as const satisfies Omit<Measure, 'id' | 'text'>;
  return measured(node, scope, meaning, measureId(meaning, source), parts);
}

/** `missing(sales.id, production_orders.sale_id within 30m)`. Undefined with what is wrong or not executed said. */
export function compileMissing(node: ast.Missing, scope: Scope, parts: KeyParts): CompiledFormula | undefined {
  const { context } = parts;
  const left = keysOf(node.left, 'missing', scope, parts);
  const right = keysOf(node.right, 'missing', scope, parts);
  if (left === undefined || right === undefined) return undefined;
  const graceMs = node.within?.ms ?? limits.lateMs;
  const { windowMs } = scope;
  if (windowMs === undefined || !isGraceSound(node, graceMs, windowMs, scope, context)) return undefined;
  const meaning = {
    function: 'missing',
    source: left.source.name,
    field: left.field,
    by: groupsOf(node.by, scope),
    window: { kind: 'sliding', ms: windowMs },
    partner: { source: right.source.name, field: right.field },
    graceMs,
  } as const satisfies Omit<Measure, 'id' | 'text'>;
  return measured(node, scope, meaning, measureId(meaning, left.source, right.source), parts);
}

/** A value that leaves the window before it counts would never count. */
function isGraceSound(node: ast.Missing, graceMs: number, windowMs: number, scope: Scope, context: Context): boolean {
  const at = node.within ?? node;
  const place = scope.sentence.place(at.span.start, at.span.end);
  if (graceMs < SECOND_MS) {
    context.report.add('E154', place, 'Nothing comes at the same instant.', 'Write at least `within 1s`.');
    return false;
  }
  if (windowMs > graceMs) return true;
  const message = `In a window of ${formatDuration(windowMs)} no value can count: each may wait for ${formatDuration(graceMs)} before.`;
  context.report.add(
    'E156',
    scope.windowPlace ?? place,
    message,
    `Look back over more than ${formatDuration(graceMs)}, such as \`over 24h\`.`,
  );
  return false;
}

/** The fields that a figure is split by, where it is written and where it is used. */
export function groupsOf(by: ast.Field | undefined, scope: Scope): readonly string[] {
  return [...new Set([by?.name, scope.by].filter((group) => group !== undefined))].toSorted();
}

/** The source and field of a path; undefined with what is wrong said. */
function keysOf(path: ast.Path, label: string, scope: Scope, { context, sources }: KeyParts): Keys | undefined {
  const [name = '', ...rest] = path.names;
  const place = scope.sentence.place(path.span.start, path.span.end);
  const state = sources.find(name, place);
  if (state.state === 'broken') return undefined;
  if (state.state === 'waiting') {
    context.skip(scope.where, state.what, place);
    return undefined;
  }
  if (state.source.samples === true) {
    const message = `\`${name}\` is made of samples, which come again and again.`;
    context.report.add('E154', place, message, `Use \`${label}\` with events.`);
    return undefined;
  }
  if (rest.length > 0) return { source: state.source, field: rest.join('.') };
  const message = `\`${label}\` does not say of which field of \`${name}\`.`;
  context.report.add('E154', place, message, `Write \`${name}.id\` or another field.`);
  return undefined;
}

function measured(
  node: ast.Node,
  scope: Scope,
  meaning: Omit<Measure, 'id' | 'text'>,
  id: string,
  { measures }: KeyParts,
): CompiledFormula {
  const written = scope.sentence.text.slice(node.span.start, node.span.end);
  const text = `${written} over ${formatDuration(meaning.window.ms)}`;
  if (!measures.has(id)) measures.set(id, { id, text, ...meaning });
  const { source, partner, by } = meaning;
  return {
    formula: { kind: 'measure', measure: id },
    unit: COUNT,
    by,
    atLeast: 0,
    signals: [],
    roots: [],
    // A key counts at once, however long the window is.
    windowMs: 0,
    sources: partner === undefined ? [source] : [source, partner.source],
  };
}
