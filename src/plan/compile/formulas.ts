import { formatDuration, SECOND_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Maintenance } from '../availability-figure.ts';
import type * as ast from '../expression/ast.ts';
import type { Formula, Measure, MeasureFunction, Unit } from '../model.ts';
import { fieldsOf } from '../predicate-fields.ts';
import {
  BOUND_FIELD,
  BOUND_LABEL,
  countsUpToBounds,
  INCREASE_FIELD,
  LEVEL_FIELD,
  OBSERVATIONS_FIELD,
} from '../sample-fields.ts';
import { suggest } from '../text/nearest-name.ts';
import type { Span } from '../text/source-file.ts';
import { functionName, unitOfAggregate } from './aggregates.ts';
import { Availabilities } from './availabilities.ts';
import type { Checks } from './checks.ts';
import { type CompiledFormula, literal, merged, type Scope, type SignalLookup } from './compiled-formula.ts';
import type { Context } from './context.ts';
import { compileDuplicates, compileMissing, groupsOf, type KeyParts } from './key-measures.ts';
import { measureId } from './meaning.ts';
import { compilePredicate } from './predicates.ts';
import { compileFigureOfProbe } from './probe-figures.ts';
import type { Sources } from './sources.ts';
import { FRACTION, misfit } from './units.ts';

const NOT_EXECUTED_FUNCTIONS: ReadonlySet<string> = new Set(['age', 'top_share']);
const FIELD_FUNCTIONS: ReadonlySet<string> = new Set(['unique', 'sum', 'avg', 'min', 'max', 'last', 'percentile']);

/** Compiles formulas to measures and arithmetic; the measures are collected by their meaning. */
export class FormulaCompiler {
  readonly measures: Map<string, Measure> = new Map();
  readonly availabilities: Availabilities;
  readonly #context: Context;
  readonly #sources: Sources;
  readonly #signals: SignalLookup;
  readonly #checks: Checks;

  constructor(
    context: Context,
    sources: Sources,
    signals: SignalLookup,
    checks: Checks,
    maintenance: readonly Maintenance[],
  ) {
    this.availabilities = new Availabilities(context, checks, maintenance);
    this.#context = context;
    this.#checks = checks;
    this.#sources = sources;
    this.#signals = signals;
  }

  /** Undefined when something is wrong or not executed; either was said. */
  compile(node: ast.Formula, scope: Scope): CompiledFormula | undefined {
    switch (node.kind) {
      case 'quantity':
        return literal(node);
      case 'reference':
        return this.#signals.reference(node, scope);
      case 'aggregate':
        return this.#aggregate(node, scope);
      case 'arithmetic':
        return this.#arithmetic(node, scope);
      case 'ratio':
        return this.#ratio(node, scope);
      case 'percent of': {
        const of = this.compile(node.of, scope);
        if (of === undefined) return undefined;
        const constant: Formula = { kind: 'constant', value: node.percent.value };
        return { ...of, formula: { kind: 'multiply', left: constant, right: of.formula } };
      }
      case 'missing':
        return compileMissing(node, scope, this.#keyParts());
    }
  }

  #keyParts(): KeyParts {
    return { context: this.#context, sources: this.#sources, measures: this.measures };
  }

  #place(node: ast.Node, scope: Scope) {
    return scope.sentence.place(node.span.start, node.span.end);
  }

  #arithmetic(node: ast.Arithmetic, scope: Scope): CompiledFormula | undefined {
    const left = this.compile(node.left, scope);
    const right = this.compile(node.right, scope);
    if (left === undefined || right === undefined) return undefined;
    const kinds = { '+': 'add', '-': 'subtract', '*': 'multiply', '/': 'divide' } as const;
    const unit = this.#arithmeticUnit(node, left, right, scope);
    const by = this.commonGroups(left.by, right.by, node, scope);
    if (unit === undefined || by === undefined) return undefined;
    return {
      ...merged(left, right),
      formula: { kind: kinds[node.operator], left: left.formula, right: right.formula },
      unit,
      by,
    };
  }

  #arithmeticUnit(node: ast.Arithmetic, left: CompiledFormula, right: CompiledFormula, scope: Scope): Unit | undefined {
    const isNumber = (side: CompiledFormula) => side.literal !== undefined && side.unit.base === 'count';
    if (node.operator === '+' || node.operator === '-') {
      for (const [one, other] of [
        [left, right],
        [right, left],
      ] as const) {
        if (one.literal === undefined) continue;
        const problem = misfit(one.literal, other.unit, 'the other side');
        if (problem === undefined) return other.unit;
        this.#context.report.add('E150', this.#place(one.literal, scope), problem.message, problem.hint);
        return undefined;
      }
      if (left.unit.base === right.unit.base) return left.unit;
      const message = `A figure in ${named(left.unit)} and one in ${named(right.unit)} cannot be added or subtracted.`;
      this.#context.report.add('E150', this.#place(node, scope), message, 'Use figures of one unit.');
      return undefined;
    }
    if (node.operator === '/') {
      if (isNumber(right)) return left.unit;
      if (left.unit.base === right.unit.base) return FRACTION;
      return left.unit;
    }
    const leftPlain = left.unit.base === 'count' || left.unit.base === 'fraction';
    return leftPlain && (right.unit.base !== 'count' || isNumber(left)) ? right.unit : left.unit;
  }

  #ratio(node: ast.Ratio, scope: Scope): CompiledFormula | undefined {
    const left = this.compile(node.left, scope);
    const right = this.compile(node.right, scope);
    if (left === undefined || right === undefined) return undefined;
    const by = this.commonGroups(left.by, right.by, node, scope);
    if (by === undefined) return undefined;
    const unit = left.unit.base === right.unit.base ? FRACTION : left.unit;
    return { ...merged(left, right), formula: { kind: 'ratio', left: left.formula, right: right.formula }, unit, by };
  }

  /** An ungrouped side applies to every group; grouped ones share one `by`. */
  commonGroups(
    left: readonly string[],
    right: readonly string[],
    node: ast.Node,
    scope: Scope,
  ): readonly string[] | undefined {
    if (left.length === 0) return right;
    if (right.length === 0 || left.join() === right.join()) return left;
    const message = `One side is split by ${left.join(' and ')}, the other by ${right.join(' and ')}.`;
    this.#context.report.add('E155', this.#place(node, scope), message);
    return undefined;
  }

  #aggregate(node: ast.Aggregate, scope: Scope): CompiledFormula | undefined {
    const [name = '', ...rest] = node.path.names;
    const place = this.#place(node, scope);
    const pathPlace = this.#place(node.path, scope);
    const label = functionName(node);
    if (node.function === 'availability') return this.availabilities.compile(node, scope);
    if (node.function === 'burn') {
      return this.availabilities.burn(node, scope, (signal, at) => this.#availabilityOf(signal, at, scope));
    }
    if (this.#signals.has(name) && !this.#sources.has(name)) {
      this.#context.skip(scope.where, 'an aggregate over the readings of a signal', place);
      return undefined;
    }
    if (isFigureOfProbe(node.path)) {
      this.#checkProbe(rest[0] ?? '', pathPlace);
      const parts = { context: this.#context, checks: this.#checks, sources: this.#sources, measures: this.measures };
      return compileFigureOfProbe(node, pathPlace, parts);
    }
    if (node.function === 'duplicates') return compileDuplicates(node, scope, this.#keyParts());
    const state = this.#sources.find(name, pathPlace);
    if (state.state === 'broken') return undefined;
    if (state.state === 'waiting') {
      this.#context.skip(scope.where, state.what, place);
      return undefined;
    }
    if (NOT_EXECUTED_FUNCTIONS.has(node.function) || node.having !== undefined) {
      this.#context.skip(scope.where, node.having === undefined ? `\`${label}(…)\`` : '`having`', place);
      return undefined;
    }
    const { source } = state;
    const written = rest.length === 0 ? undefined : rest.join('.');
    const isSound =
      source.samples === true
        ? this.#checkSampleArguments(node, written, label, name, scope)
        : this.#checkArguments(node, written, label, name, scope);
    if (!isSound) return undefined;
    const ofBuckets = source.samples === true && node.function === 'percentile' && countsUpToBounds(source.event);
    const measured: MeasureFunction = ofBuckets ? 'bucket-percentile' : (node.function as MeasureFunction);
    const field = source.samples === true ? sampleField(measured, written) : written;
    const where =
      node.where === undefined ? undefined : compilePredicate(node.where, scope.sentence, this.#context, source);
    if (node.where !== undefined && where === undefined) return undefined;
    const windowMs = scope.windowMs;
    if (windowMs === undefined) return undefined;
    const by = groupsOf(node.by, scope);
    if (ofBuckets && !this.#checkBuckets([...by, ...fieldsOf(where), ...fieldsOf(source.where)], label, place))
      return undefined;
    const meaning = {
      function: measured,
      ...(node.quantile === undefined ? {} : { quantile: node.quantile }),
      source: name,
      ...(where === undefined ? {} : { where }),
      ...(field === undefined ? {} : { field }),
      by,
      window: { kind: 'sliding', ms: windowMs } as const,
    };
    const id = measureId(meaning, source);
    // What stands for a figure by itself is nowhere written as one.
    const asWritten =
      scope.sentence.text.slice(node.span.start, node.span.end) || `${label}(${node.path.names.join('.')})`;
    const text = `${asWritten} over ${formatDuration(windowMs)}`;
    if (!this.measures.has(id)) this.measures.set(id, { id, text, ...meaning });
    return {
      formula: { kind: 'measure', measure: id },
      unit: unitOfAggregate(measured, ofBuckets ? BOUND_FIELD : field, source.units),
      by,
      atLeast: 0,
      signals: [],
      roots: [],
      windowMs,
      sources: [name],
    };
  }

  /** The availability that a signal is, in another window; `atLeast` is what the signal asks for. */
  #availabilityOf(signal: string, place: Span, scope: Scope): CompiledFormula | undefined {
    const definition = this.#signals.definition(signal);
    if (definition?.formula.kind === 'aggregate' && definition.formula.function === 'availability') {
      const compiled = this.availabilities.compile(definition.formula, { ...scope, sentence: definition.sentence });
      return compiled === undefined ? undefined : { ...compiled, atLeast: definition.atLeast };
    }
    if (definition !== undefined) {
      const message = `\`${signal}\` is no availability, and only these have an error budget.`;
      this.#context.report.add('E154', place, message, `Write \`${signal}: availability(NAME) over 30d\`.`);
    } else if (!this.#signals.has(signal)) {
      const hint = suggest(signal, this.#context.namesOf('signals'));
      this.#context.report.add('E130', place, `There is no signal \`${signal}\`.`, hint);
    }
    return undefined;
  }

  #checkProbe(probe: string, place: Span): void {
    if (this.#context.defines('probes', probe)) return;
    const hint = suggest(probe, this.#context.namesOf('probes'), 'Define it under `probes`.');
    this.#context.report.add('E140', place, `There is no probe \`${probe}\`.`, hint);
  }

  #checkArguments(
    node: ast.Aggregate,
    field: string | undefined,
    label: string,
    source: string,
    scope: Scope,
  ): boolean {
    const place = this.#place(node, scope);
    if (FIELD_FUNCTIONS.has(node.function) && field === undefined) {
      const message = `\`${label}(${source})\` does not say of which field.`;
      this.#context.report.add('E154', place, message, `Write \`${label}(${source}.duration)\` or another field.`);
      return false;
    }
    if (!FIELD_FUNCTIONS.has(node.function) && field !== undefined) {
      const message = `\`${label}\` takes a source, and \`${source}.${field}\` is a field.`;
      this.#context.report.add(
        'E154',
        place,
        message,
        `Write \`${label}(${source})\`, or \`unique(${source}.${field})\`.`,
      );
      return false;
    }
    return this.#checkShare(node, source, place);
  }

  #checkShare(node: ast.Aggregate, source: string, place: Span): boolean {
    if (node.function !== 'share' || node.where !== undefined) return true;
    const message = '`share` does not say of what: it needs a `where`.';
    this.#context.report.add('E154', place, message, `Write \`share(${source} where …)\`.`);
    return false;
  }

  /** Points have one value, so nothing has to be said of it; of labels there is only `unique`. */
  #checkSampleArguments(
    node: ast.Aggregate,
    field: string | undefined,
    label: string,
    source: string,
    scope: Scope,
  ): boolean {
    const place = this.#place(node, scope);
    if (node.function === 'unique' && field === undefined) {
      const message = `\`unique(${source})\` does not say of which label.`;
      this.#context.report.add('E154', place, message, `Write \`unique(${source}.instance)\` or another label.`);
      return false;
    }
    if (node.function !== 'unique' && field !== undefined) {
      const message = `\`${source}\` is made of samples: \`${field}\` is a label, and \`${label}\` takes their values.`;
      this.#context.report.add('E154', place, message, `Write \`${label}(${source})\`.`);
      return false;
    }
    return this.#checkShare(node, source, place);
  }

  /** A percentile needs all the buckets of its histogram. */
  #checkBuckets(fields: readonly string[], label: string, place: Span): boolean {
    const found = fields.find((field) => field === BOUND_LABEL || field === LEVEL_FIELD);
    if (found === undefined) return true;
    const message = `\`${label}\` of a histogram reads all of its buckets: \`${found}\` tells them apart.`;
    this.#context.report.add('E154', place, message, 'Choose or split by other labels.');
    return false;
  }

  /** The length of a sliding window, or undefined when it is too short, has no step that divides it, or is not executed. */
  slidingWindow(duration: ast.Duration, scope: Scope, longestMs: number = limits.liveWindowMs): number | undefined {
    const place = this.#place(duration, scope);
    if (duration.ms < SECOND_MS) {
      const message = `A window of ${formatDuration(duration.ms)} is too short.`;
      this.#context.report.add('E156', place, message, 'Use a window of at least a second: `1s`.');
      return undefined;
    }
    const grainMs = duration.ms <= limits.windowOfTenthsMs ? limits.windowStepMs : SECOND_MS;
    if (duration.ms % grainMs !== 0) {
      const written = scope.sentence.text.slice(duration.span.start, duration.span.end);
      const message = `A window of ${written} cannot be cut into equal steps.`;
      const nearest = `${(Math.round(duration.ms / grainMs) * grainMs) / SECOND_MS}s`;
      const grain =
        grainMs === SECOND_MS ? 'above a minute windows are whole seconds' : 'windows are whole tenths of a second';
      this.#context.report.add('E156', place, message, `Write \`${nearest}\`: ${grain}.`);
      return undefined;
    }
    if (duration.ms > longestMs && longestMs > limits.liveWindowMs) {
      const message = `A window of ${formatDuration(duration.ms)} is too long.`;
      this.#context.report.add('E156', place, message, `Write at most \`${formatDuration(longestMs)}\`.`);
      return undefined;
    }
    if (duration.ms > longestMs) {
      this.#context.skip(scope.where, 'a window over 1 h', place);
      return undefined;
    }
    return duration.ms;
  }
}

/** What of the points a measure is of: what they add for `sum` and `rate`, else their level. */
function sampleField(name: MeasureFunction, label: string | undefined): string | undefined {
  if (name === 'unique') return label;
  if (name === 'sum' || name === 'rate') return INCREASE_FIELD;
  if (name === 'bucket-percentile') return OBSERVATIONS_FIELD;
  return FIELD_FUNCTIONS.has(name) ? LEVEL_FIELD : undefined;
}

/** `checks.api-tls.days_left`: the last result of one probe, which needs no window. */
export function isFigureOfProbe(path: ast.Path): boolean {
  return path.names[0] === 'checks' && path.names.length > 2;
}

function named(unit: Unit): string {
  return unit.shown === '' ? 'plain numbers' : unit.shown;
}
