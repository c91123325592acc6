import { formatDuration, MINUTE_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { CalendarWindow, Maintenance } from '../availability-figure.ts';
import type * as ast from '../expression/ast.ts';
import { parseSignal } from '../expression/parse.ts';
import type { Signal, Unit } from '../model.ts';
import { suggest } from '../text/nearest-name.ts';
import { type Sentence, sentenceOf } from '../text/sentence.ts';
import type { Span } from '../text/source-file.ts';
import type { MapEntry } from '../text/tree.ts';
import type { Checks } from './checks.ts';
import type { CompiledFormula, Scope, SignalDefinition, SignalLookup } from './compiled-formula.ts';
import type { Context } from './context.ts';
import { FormulaCompiler, isFigureOfProbe } from './formulas.ts';
import { levelOf } from './level-signals.ts';
import type { Sources } from './sources.ts';
import { unitOf } from './units.ts';

/** A stream that nothing uses is still shown, over this window, or over the longest that one of keys has. */
const UNUSED_STREAM_WINDOW_MS = 5 * MINUTE_MS;

/** How far back a function looks that keeps less than all events. */
const LONG_WINDOWS_MS: Readonly<Record<string, number>> = {
  availability: limits.availabilityWindowMs,
  burn: limits.availabilityWindowMs,
  duplicates: limits.keyWindowMs,
};

/** A window as it is given: a length, or one of the calendar, which only availabilities have. */
type GivenWindow = number | CalendarWindow;

interface Definition {
  readonly entry: MapEntry;
  readonly sentence: Sentence;
  readonly node: ast.Signal;
}

/**
 * The signals of a plan. A signal is compiled once as written, and once more for each other window or split in which it is
 * used; each of these is a signal of the compiled plan with a name of its own: `payment_failures in 10s`,
 * `error_rate over 1h`, `p95_response by route`.
 */
export class Signals implements SignalLookup {
  readonly formulas: FormulaCompiler;
  readonly #context: Context;
  readonly #sources: Sources;
  readonly #definitions: Map<string, Definition> = new Map();
  /** Sources of samples that stand where a figure is asked for: the last of their values. */
  readonly #levels: Map<string, Definition> = new Map();
  readonly #compiled: Map<string, Signal> = new Map();
  readonly #results: Map<string, CompiledFormula | undefined> = new Map();
  readonly #open: string[] = [];

  constructor(context: Context, sources: Sources, checks: Checks, maintenance: readonly Maintenance[]) {
    this.#context = context;
    this.#sources = sources;
    this.formulas = new FormulaCompiler(context, sources, this, checks, maintenance);
    for (const entry of context.entries('signals')) {
      if (entry.value.kind !== 'text') continue;
      const sentence = sentenceOf(entry.value);
      const node = context.parsed(sentence, parseSignal(sentence.text));
      if (node !== undefined) this.#definitions.set(entry.key.text, { entry, sentence, node });
    }
  }

  has(name: string): boolean {
    return this.#context.defines('signals', name) || this.#sources.isSamples(name);
  }

  /** Whether a signal exists and its sentence was understood. */
  reads(name: string): boolean {
    return this.#definitionOf(name) !== undefined;
  }

  /** A signal as the plan defines it, or what a source of samples is by itself. */
  #definitionOf(name: string): Definition | undefined {
    const defined = this.#definitions.get(name) ?? this.#levels.get(name);
    if (defined !== undefined || this.#context.defines('signals', name)) return defined;
    const entry = this.#context.entry('sources', name);
    if (entry?.value.kind !== 'text' || !this.#sources.isSamples(name)) return undefined;
    const level = { entry, sentence: sentenceOf(entry.value), node: levelOf(name) };
    this.#levels.set(name, level);
    return level;
  }

  /** Compiles each signal as written; streams are compiled where they are used. */
  compileAll(): void {
    for (const [name, definition] of this.#definitions) {
      if (this.#sources.has(name)) {
        const message = `\`${name}\` is a source already.`;
        this.#context.report.add('E142', definition.entry.key.span, message, 'Give the signal another name.');
      }
      this.#hintAtSmallShares(definition);
      if (!this.isStream(name)) this.#signal(name, undefined, undefined);
    }
  }

  /** A share of two requests is 50% at the first failure. */
  #hintAtSmallShares({ node, sentence }: Definition): void {
    const { formula } = node;
    if (node.atLeast !== undefined || formula.kind !== 'aggregate') return;
    if (formula.function !== 'share' || formula.where === undefined) return;
    const place = sentence.place(formula.span.start, formula.span.end);
    this.#context.report.add('W107', place, 'This share is judged however few events there are.');
  }

  /** Gives each stream that was not used a window, so that it is shown and its mistakes are said. */
  compileUnusedStreams(): void {
    const used = new Set([...this.#results.keys()].map(rootOf));
    for (const name of this.#definitions.keys()) {
      if (!used.has(name)) this.#signal(name, this.#anyWindowOf(name), undefined, name);
    }
  }

  /** The unit in which a signal's value comes, whatever its window; undefined when it is broken or not executed. */
  unitOf(name: string): Unit | undefined {
    const window = this.isStream(name) ? this.#anyWindowOf(name) : undefined;
    return this.#signal(name, window, undefined, this.isStream(name) ? name : undefined)?.unit;
  }

  /** A window that the formula of a signal may have, where none is given. Keys wait for one another for minutes. */
  #anyWindowOf(name: string): number {
    const formula = this.#definitions.get(name)?.node.formula;
    return formula !== undefined && holdsKeys(formula)
      ? Math.min(this.longestWindowMs(formula), limits.keyWindowMs)
      : UNUSED_STREAM_WINDOW_MS;
  }

  /** Whether a signal was understood and waits for something that is not executed. */
  isWaiting(name: string): boolean {
    return this.#context.waits(`signals.${name}`);
  }

  compiled(): readonly Signal[] {
    const names = [...this.#definitions.keys(), ...this.#levels.keys()];
    const order = new Map(names.map((name, index) => [name, index]));
    const rank = (signal: Signal) => order.get(rootOf(signal.name)) ?? 0;
    return [...this.#compiled.values()].toSorted((left, right) => rank(left) - rank(right));
  }

  /** Whether a signal was written without a window, so that it needs one where it is used. */
  isStream(name: string, seen: readonly string[] = []): boolean {
    const definition = this.#definitions.get(name);
    if (definition === undefined || definition.node.window !== undefined || seen.includes(name)) return false;
    return this.#needsWindow(definition.node.formula, [...seen, name]);
  }

  /** Whether a formula holds an aggregate that gets its window from outside. */
  needsWindow(formula: ast.Formula): boolean {
    return this.#needsWindow(formula, []);
  }

  #needsWindow(formula: ast.Formula, seen: readonly string[]): boolean {
    switch (formula.kind) {
      case 'aggregate':
        return !isFigureOfProbe(formula.path);
      case 'arithmetic':
      case 'ratio':
        return this.#needsWindow(formula.left, seen) || this.#needsWindow(formula.right, seen);
      case 'percent of':
        return this.#needsWindow(formula.of, seen);
      case 'reference':
        return formula.window === undefined && this.isStream(formula.path.names[0] ?? '', seen);
      case 'quantity':
        return false;
      case 'missing':
        return true;
    }
  }

  definition(name: string): SignalDefinition | undefined {
    const found = this.#definitions.get(name);
    if (found === undefined) return undefined;
    const { formula, atLeast } = found.node;
    return { formula, sentence: found.sentence, atLeast: atLeast?.count ?? 0 };
  }

  /** The longest window that a formula may have: that of the shortest-sighted of its parts. */
  longestWindowMs(formula: ast.Formula, seen: readonly string[] = []): number {
    switch (formula.kind) {
      case 'aggregate':
        return LONG_WINDOWS_MS[formula.function] ?? limits.liveWindowMs;
      case 'arithmetic':
      case 'ratio':
        return Math.min(this.longestWindowMs(formula.left, seen), this.longestWindowMs(formula.right, seen));
      case 'percent of':
        return this.longestWindowMs(formula.of, seen);
      case 'reference': {
        const [name = ''] = formula.path.names;
        const definition = this.#definitions.get(name);
        if (definition === undefined || seen.includes(name)) return limits.liveWindowMs;
        return this.longestWindowMs(definition.node.formula, [...seen, name]);
      }
      case 'quantity':
        return limits.availabilityWindowMs;
      case 'missing':
        return limits.keyWindowMs;
    }
  }

  reference(reference: ast.Reference, scope: Scope): CompiledFormula | undefined {
    const place = scope.sentence.place(reference.path.span.start, reference.path.span.end);
    const [name = '', ...rest] = reference.path.names;
    if (isFigureOfProbe(reference.path)) {
      const { path, span } = reference;
      return this.formulas.compile({ kind: 'aggregate', function: 'last', path, span }, scope);
    }
    if (!this.has(name) || rest.length > 0) {
      this.#explainUnknown(name, rest, scope.where, place);
      return undefined;
    }
    const window = this.#windowOf(reference.window, scope, reference);
    if (window === 'refused') return undefined;
    const isLevel = !this.#definitions.has(name) && this.#definitionOf(name) !== undefined;
    const given = window ?? (this.isStream(name) || isLevel ? (scope.calendar ?? scope.windowMs) : undefined);
    if (this.isStream(name) && given === undefined) {
      const message = `\`${name}\` has no window, so it has no value by itself.`;
      this.#context.report.add(
        'E152',
        place,
        message,
        `Say in which time: \`${name} > 3 in 5 minutes\`, or \`${name} over 5m\`.`,
      );
      return undefined;
    }
    const { span } = reference.window ?? {};
    const windowPlace = span === undefined ? scope.windowPlace : scope.sentence.place(span.start, span.end);
    const result = this.#signal(name, given, reference.by?.name ?? scope.by, undefined, windowPlace);
    if (result === undefined && this.isWaiting(name)) {
      this.#context.skip(scope.where, `\`${name}\`, which is not executed`, place);
    }
    return result;
  }

  /** A window written at a reference; undefined without one. */
  #windowOf(window: ast.Window | undefined, scope: Scope, of: ast.Formula): GivenWindow | undefined | 'refused' {
    if (window === undefined) return undefined;
    const longestMs = this.longestWindowMs(of);
    const isKnownTime = longestMs === limits.availabilityWindowMs;
    if (isKnownTime && isCalendarWindow(window.kind)) return window.kind;
    if (window.kind !== 'over') {
      const text = scope.sentence.text.slice(window.span.start, window.span.end);
      this.#context.skip(scope.where, `\`${text}\``, scope.sentence.place(window.span.start, window.span.end));
      return 'refused';
    }
    return this.formulas.slidingWindow(window.duration, scope, longestMs) ?? 'refused';
  }

  #explainUnknown(name: string, rest: readonly string[], where: string, place: Span): void {
    const field = rest.join('.');
    const source = this.#sources.has(name) ? this.#sources.find(name, place) : undefined;
    if (source?.state === 'waiting') {
      this.#context.skip(where, source.what, place);
    } else if (this.#sources.has(name) && field !== '') {
      const message = `\`${name}.${field}\` does not say which of its values is meant.`;
      this.#context.report.add(
        'E151',
        place,
        message,
        `Write \`p95(${name}.${field})\`, \`avg(…)\` or another statistic.`,
      );
    } else if (this.#sources.has(name)) {
      const message = `\`${name}\` is a source, not a figure.`;
      this.#context.report.add('E151', place, message, `Write \`count(${name})\`, or define a signal of it.`);
    } else {
      const hint = suggest(name, this.#context.namesOf('signals'));
      this.#context.report.add('E130', place, `There is no signal \`${name}\`.`, hint);
    }
  }

  /** One signal in one window and split. */
  #signal(
    name: string,
    window: GivenWindow | undefined,
    by: string | undefined,
    shownName?: string,
    windowPlace?: Span,
  ): CompiledFormula | undefined {
    const definition = this.#definitionOf(name);
    if (definition === undefined) return undefined;
    const label = shownName ?? this.#label(name, window, by);
    if (this.#results.has(label)) return this.#results.get(label);
    if (this.#open.includes(name)) {
      const circle = [...this.#open.slice(this.#open.indexOf(name)), name].join(' → ');
      const message = `The signal \`${name}\` is defined by itself: ${circle}.`;
      this.#context.report.add('E141', definition.entry.key.span, message);
      return undefined;
    }
    this.#open.push(name);
    const result = this.#compile(name, definition, window, by, label, windowPlace);
    this.#open.pop();
    this.#results.set(label, result);
    return result;
  }

  #label(name: string, given: GivenWindow | undefined, by: string | undefined): string {
    const word = this.isStream(name) ? 'in' : 'over';
    const length = typeof given === 'number' ? `${word} ${formatDuration(given)}` : given;
    const window = length === undefined ? '' : ` ${length}`;
    return `${name}${window}${by === undefined ? '' : ` by ${by}`}`;
  }

  #compile(
    name: string,
    { node, sentence }: Definition,
    given: GivenWindow | undefined,
    by: string | undefined,
    label: string,
    windowPlace: Span | undefined,
  ): CompiledFormula | undefined {
    const scope: Scope = { where: `signals.${name}`, sentence };
    const own = given ?? this.#windowOf(node.window, scope, node.formula);
    if (own === 'refused') {
      // The formula is still read in a window that is executed, so that its mistakes are said.
      this.formulas.compile(node.formula, { ...scope, windowMs: this.#anyWindowOf(name) });
      return undefined;
    }
    const inner: Scope = {
      ...scope,
      ...(own === undefined ? {} : typeof own === 'number' ? { windowMs: own } : { calendar: own }),
      ...(given === undefined || windowPlace === undefined ? {} : { windowPlace }),
      ...(by === undefined ? {} : { by }),
    };
    const compiled = this.formulas.compile(node.formula, inner);
    if (compiled === undefined) return undefined;
    const unit = this.#unit(node, compiled.unit, sentence);
    if (unit === undefined) return undefined;
    const atLeast = Math.max(node.atLeast?.count ?? 0, compiled.atLeast);
    const { formula } = compiled;
    this.#compiled.set(label, {
      name: label,
      text: sentence.text,
      formula,
      by: compiled.by,
      atLeast,
      unit,
      stream: false,
    });
    const { literal: _literal, ...rest } = compiled;
    const budgets = formula.kind === 'availability' ? { budgets: [name] } : {};
    return { ...rest, ...budgets, unit, atLeast, signals: [label], roots: [name] };
  }

  /** `in unit` says how a figure is shown, and what its numbers are when nothing else says it. */
  #unit(node: ast.Signal, derived: Unit, sentence: Sentence): Unit | undefined {
    if (node.unit === undefined) return derived;
    const declared = unitOf(node.unit);
    if (declared.base === derived.base) return declared;
    // A plain number may be declared to be something that the plan has a word for.
    const isWord = node.unit.base === 'word' || node.unit.base === 'money';
    if (derived.base === 'count' && (isWord || declared.base === 'count')) return declared;
    const place = sentence.place(node.unit.span.start, node.unit.span.end);
    const message = `The figure is in ${derived.shown || 'plain numbers'}; it cannot be shown in ${declared.shown}.`;
    this.#context.report.add('E150', place, message, 'Leave `in` out, or declare the unit of the field in its source.');
    return undefined;
  }
}

/** A signal's own name, without the window and split in which it is used. */
export function rootOf(label: string): string {
  return label.split(' ', 1)[0] ?? label;
}

function isCalendarWindow(kind: ast.Window['kind']): kind is CalendarWindow {
  return kind === 'today' || kind === 'since launch' || kind === 'this phase';
}

/** Whether a formula itself holds a measure of keys. */
function holdsKeys(formula: ast.Formula): boolean {
  switch (formula.kind) {
    case 'missing':
      return true;
    case 'aggregate':
      return formula.function === 'duplicates';
    case 'arithmetic':
    case 'ratio':
      return holdsKeys(formula.left) || holdsKeys(formula.right);
    default:
      return false;
  }
}
