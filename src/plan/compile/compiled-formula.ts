import type { CalendarWindow } from '../availability-figure.ts';
import type * as ast from '../expression/ast.ts';
import type { Formula, Unit } from '../model.ts';
import type { Sentence } from '../text/sentence.ts';
import type { Span } from '../text/source-file.ts';
import { COUNT, unitOf } from './units.ts';

/** A formula with all that is known of its value. */
export interface CompiledFormula {
  readonly formula: Formula;
  readonly unit: Unit;
  readonly by: readonly string[];
  readonly atLeast: number;
  /** Names of the signals it reads, as they are compiled. */
  readonly signals: readonly string[];
  /** The signals' own names, without window and split. */
  readonly roots: readonly string[];
  /** Signals whose error budget it tells of: availabilities, and those whose burn it is. */
  readonly budgets?: readonly string[];
  /** Set for a literal: it takes the unit of what it is held against. */
  readonly literal?: ast.Quantity;
  /** The longest window in it. */
  readonly windowMs: number;
  readonly sources: readonly string[];
}

/** Where a formula stands, and what its parts inherit. */
export interface Scope {
  /** The line, for what is not executed: `rules.errors`. */
  readonly where: string;
  readonly sentence: Sentence;
  readonly windowMs?: number;
  /** Where that window is written, when it is not with the formula. */
  readonly windowPlace?: Span;
  /** A window of the calendar instead, which only availabilities have. */
  readonly calendar?: CalendarWindow;
  readonly by?: string;
}

/** What a signal is, for others that read it in another window. */
export interface SignalDefinition {
  readonly formula: ast.Formula;
  readonly sentence: Sentence;
  /** The samples that it asks for; 0 where it asks for none. */
  readonly atLeast: number;
}

/** How the formula compiler asks for a signal by name. */
export interface SignalLookup {
  /** Reports an unknown name; undefined when it is broken or not executed, which is said by the lookup itself. */
  reference(reference: ast.Reference, scope: Scope): CompiledFormula | undefined;
  /** Whether a name is a signal. */
  has(name: string): boolean;
  /** The formula of a signal with the sentence that it stands in; undefined when there is none, or its own line has a mistake. */
  definition(name: string): SignalDefinition | undefined;
}

export function literal(quantity: ast.Quantity): CompiledFormula {
  return {
    formula: { kind: 'constant', value: quantity.value },
    unit: quantity.unit.base === 'times' ? COUNT : unitOf(quantity.unit),
    by: [],
    atLeast: 0,
    signals: [],
    roots: [],
    literal: quantity,
    windowMs: 0,
    sources: [],
  };
}

export function merged(
  left: CompiledFormula,
  right: CompiledFormula,
): Omit<CompiledFormula, 'formula' | 'unit' | 'by' | 'literal'> {
  return {
    atLeast: Math.max(left.atLeast, right.atLeast),
    signals: [...new Set([...left.signals, ...right.signals])],
    roots: [...new Set([...left.roots, ...right.roots])],
    windowMs: Math.max(left.windowMs, right.windowMs),
    sources: [...new Set([...left.sources, ...right.sources])],
    ...budgetsOf(left, right),
  };
}

/** Those of all sides, where there are any. */
export function budgetsOf(...sides: readonly CompiledFormula[]): { readonly budgets?: readonly string[] } {
  const budgets = [...new Set(sides.flatMap((side) => side.budgets ?? []))];
  return budgets.length === 0 ? {} : { budgets };
}
