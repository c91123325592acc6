import { type DurationMs, formatDuration, SECOND_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type * as ast from '../expression/ast.ts';
import type { Measure, MeasureFunction } from '../model.ts';
import { figureFields } from '../probe-fields.ts';
import { suggest } from '../text/nearest-name.ts';
import type { Span } from '../text/source-file.ts';
import { functionName, unitOfAggregate } from './aggregates.ts';
import { type Checks, sourceOfProbe, staleAfterMs } from './checks.ts';
import type { CompiledFormula } from './compiled-formula.ts';
import type { Context } from './context.ts';
import { measureId } from './meaning.ts';
import type { Sources } from './sources.ts';

/** What figures of probes are compiled with, and where their measures go. */
export interface FigureParts {
  readonly context: Context;
  readonly checks: Checks;
  readonly sources: Sources;
  readonly measures: Map<string, Measure>;
}

/**
 * The window in which fresh results lie: whole seconds, and above an hour as many whole steps as a window has, so that one of any length moves
 * in steps of a 600th of it. A result then holds up to that much longer.
 */
function windowOf(staleMs: DurationMs): DurationMs {
  if (staleMs <= limits.liveWindowMs) return Math.ceil(staleMs / SECOND_MS) * SECOND_MS;
  const step = Math.ceil(staleMs / limits.windowSteps / limits.windowStepMs) * limits.windowStepMs;
  return step * limits.windowSteps;
}

const FUNCTIONS: ReadonlySet<string> = new Set(['last', 'min', 'max', 'avg', 'sum', 'percentile']);

/** `min(checks.api-tls.days_left)`: of the results that are still fresh. Undefined with what is wrong or not executed said. */
export function compileFigureOfProbe(
  node: ast.Aggregate,
  place: Span,
  { context, checks, sources, measures }: FigureParts,
): CompiledFormula | undefined {
  const [, name = '', ...fields] = node.path.names;
  const probe = checks.probe(name);
  if (probe === undefined) return undefined;
  const field = fields.join('.');
  const known = Object.keys(figureFields(probe.check.kind));
  if (!known.includes(field)) {
    const message = `The results of \`${name}\` hold no figure \`${field}\`.`;
    context.report.add('E171', place, message, suggest(field, known) ?? `They hold ${known.join(', ')}.`);
    return undefined;
  }
  if (!FUNCTIONS.has(node.function) || node.where !== undefined || node.by !== undefined) {
    const message = `\`${functionName(node)}\` is no figure of the fields of a probe.`;
    const hint = `Write \`last(checks.${name}.${field})\`, \`min(…)\`, \`max(…)\` or \`avg(…)\`.`;
    context.report.add('E154', place, message, hint);
    return undefined;
  }
  const windowMs = windowOf(staleAfterMs(probe));
  const source = sourceOfProbe(probe);
  sources.define(source);
  // An event has the whole duration in a field of its own.
  const inSource = field === 'time' ? 'duration' : field;
  const meaning = {
    function: node.function as MeasureFunction,
    ...(node.quantile === undefined ? {} : { quantile: node.quantile }),
    source: source.name,
    field: inSource,
    by: [],
    window: { kind: 'sliding', ms: windowMs } as const,
  };
  const id = measureId(meaning, source);
  const text = `${functionName(node)}(${node.path.names.join('.')}) over ${formatDuration(windowMs)}`;
  if (!measures.has(id)) measures.set(id, { id, text, ...meaning });
  return {
    formula: { kind: 'measure', measure: id },
    unit: unitOfAggregate(meaning.function, inSource, source.units),
    by: [],
    atLeast: 0,
    signals: [],
    roots: [],
    windowMs: 0,
    sources: [source.name],
  };
}
