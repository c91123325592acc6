import type { DurationMs } from '#kernel/instant.ts';
import type { Condition } from './condition-ast.ts';

/**
 * What a sentence of the plan means, before its names are resolved. Nodes are plain JSON. Every node carries the span of
 * text it came from, so that a diagnostic can point into a table's cell.
 */
export interface Node {
  readonly span: Span;
}

/** UTF-16 offsets within the sentence; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

// Words and numbers

/** A name, e.g. of a signal, probe, person or phase. A hyphen inside belongs to it. */
export interface Name extends Node {
  readonly kind: 'name';
  readonly text: string;
}

/** Names joined by dots, at least one: `requests.duration`, `checks.api-tls.days_left`. */
export interface Path extends Node {
  readonly kind: 'path';
  readonly names: readonly string[];
}

/** A field of an event; dots belong to its name, as in `http.route`. `age(json.at)`, of answers only, is the time since an instant that a field holds. */
export interface Field extends Node {
  readonly kind: 'field';
  readonly name: string;
}

export interface Duration extends Node {
  readonly kind: 'duration';
  readonly amount: number;
  /** As written; the words are the same units. */
  readonly unit: DurationUnit;
  readonly ms: DurationMs;
}

/** `d` is 24 hours exactly, never a calendar day. */
export type DurationUnit = 'ms' | 's' | 'm' | 'h' | 'd' | 'w';

export interface Quantity extends Node {
  readonly kind: 'quantity';
  /** As written: 5 in `5%`. */
  readonly amount: number;
  readonly unit: Unit;
  /** In the unit's base: 0.05 for `5%` and for `5 points`, 2000 for `2s`; with `per`, per second. */
  readonly value: number;
}

export interface Unit extends Node {
  readonly kind: 'unit';
  readonly base: UnitBase;
  /** The one spelling: `''` for a bare number, `%`, `points`, `ms`, `GB`, `Mbps`, `x`, `$`, or a word that the plan declares. */
  readonly text: string;
  readonly per?: RatePeriod;
}

/** `times` is the `x` of `2x`; `word` is a unit that the plan declares, e.g. `stars`. Sizes are decimal: 1 KB = 1,000 bytes. */
export type UnitBase =
  | 'count'
  | 'ms'
  | 'fraction'
  | 'points'
  | 'bytes'
  | 'bits-per-second'
  | 'times'
  | 'money'
  | 'word';

export type RatePeriod = 's' | 'min' | 'h' | 'd';

export type Operator = '<' | '<=' | '>' | '>=' | '=' | '!=';

/** Local periods of the plan's zone. */
export type Period = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year';

// Signals

/** `measure [window][, at least N][ in unit]`. */
export interface Signal extends Node {
  readonly kind: 'signal';
  readonly formula: Formula;
  /** Absent: a stream, which gets a window where it is used (unless the formula's parts have their own). */
  readonly window?: Window;
  readonly atLeast?: AtLeast;
  readonly unit?: Unit;
}

export interface AtLeast extends Node {
  readonly kind: 'at least';
  readonly count: number;
  /** What is counted, for readers only: `at least 20 orders`. */
  readonly word?: string;
}

export type Window =
  | (Node & { readonly kind: 'over'; readonly duration: Duration })
  | (Node & { readonly kind: 'per'; readonly period: Period })
  | (Node & { readonly kind: 'this'; readonly period: Period })
  | (Node & { readonly kind: 'today' })
  | (Node & { readonly kind: 'this phase' })
  | (Node & { readonly kind: 'since launch' });

export type Formula = Arithmetic | Aggregate | Ratio | Missing | PercentOf | Quantity | Reference;

export interface Arithmetic extends Node {
  readonly kind: 'arithmetic';
  readonly operator: '+' | '-' | '*' | '/';
  readonly left: Formula;
  readonly right: Formula;
}

/** A signal, source field or the like by name, perhaps re-windowed or split. */
export interface Reference extends Node {
  readonly kind: 'reference';
  readonly path: Path;
  readonly window?: Window;
  readonly by?: Field;
}

export interface Aggregate extends Node {
  readonly kind: 'aggregate';
  readonly function: AggregateFunction;
  /** 0 < quantile < 1, for `percentile` only; `median` is a function of its own in the text and 0.5 here. */
  readonly quantile?: number;
  readonly path: Path;
  readonly where?: Predicate;
  readonly having?: Having;
  readonly by?: Field;
}

/** p50 … p99.9 and `median` are `percentile`. */
export type AggregateFunction =
  | 'count'
  | 'rate'
  | 'share'
  | 'unique'
  | 'sum'
  | 'avg'
  | 'min'
  | 'max'
  | 'percentile'
  | 'last'
  | 'age'
  | 'availability'
  | 'burn'
  | 'top_share'
  | 'duplicates';

/** `having count >= 2`. */
export interface Having extends Node {
  readonly kind: 'having';
  readonly operator: Operator;
  readonly count: number;
}

/** Two populations; the sample size is that of the right one. */
export interface Ratio extends Node {
  readonly kind: 'ratio';
  readonly left: Formula;
  readonly right: Formula;
}

/** Keys of `left` that are not in `right`. */
export interface Missing extends Node {
  readonly kind: 'missing';
  readonly left: Path;
  readonly right: Path;
  /** How long a key may wait for its partner. */
  readonly within?: Duration;
  /** A field of `left`. */
  readonly by?: Field;
}

/** `75% of db_max`. */
export interface PercentOf extends Node {
  readonly kind: 'percent of';
  /** A quantity in %. */
  readonly percent: Quantity;
  readonly of: Reference;
}

// Predicates

export type Predicate =
  /** At least two parts. */
  | (Node & { readonly kind: 'and' | 'or'; readonly of: readonly Predicate[] })
  | (Node & { readonly kind: 'not'; readonly of: Predicate })
  | (Node & {
      readonly kind: 'compare';
      readonly field: Field;
      readonly operator: Operator;
      readonly value: FieldValue;
    })
  | (Node & { readonly kind: 'in'; readonly field: Field; readonly values: readonly FieldValue[] })
  | (Node & {
      readonly kind: 'text test';
      readonly field: Field;
      readonly test: 'contains' | 'starts with' | 'ends with';
      readonly text: string;
    })
  /** `pattern` stands between the slashes, with `\/` for a slash, as written. */
  | (Node & { readonly kind: 'matches'; readonly field: Field; readonly pattern: string })
  | (Node & { readonly kind: 'presence'; readonly field: Field; readonly is: 'missing' | 'present' });

export type FieldValue = Quantity | TextValue | BooleanValue;

export interface TextValue extends Node {
  readonly kind: 'text';
  readonly text: string;
}

export interface BooleanValue extends Node {
  readonly kind: 'boolean';
  readonly value: boolean;
}

// Bands

/** `target < 0.5%, warning > 1%, critical > 5%`: at least one, each level at most once. */
export interface Bands extends Node {
  readonly kind: 'bands';
  readonly bands: readonly Band[];
}

export interface Band extends Node {
  readonly kind: 'band';
  readonly level: 'target' | 'warning' | 'critical';
  readonly bound: Bound;
}

/** What stands in a cell: `< 0.5%`, `< 10% or > 90%`, `between 1% and 5%`, `unset`, `>= 95% of joined`. */
export type Bound =
  /** At least one; any of them suffices. */
  | (Node & { readonly kind: 'compared'; readonly choices: readonly Choice[]; readonly of?: StepReference })
  | (Node & { readonly kind: 'between'; readonly low: Quantity; readonly high: Quantity; readonly of?: StepReference })
  | (Node & { readonly kind: 'unset' });

export interface Choice extends Node {
  readonly kind: 'choice';
  readonly operator: Operator;
  readonly value: Quantity;
}

/** A step of a funnel by name, or the step before (`previous`, when `step` is absent). */
export interface StepReference extends Node {
  readonly kind: 'step reference';
  readonly step?: string;
}

/** A funnel step's targets, all of which hold: `>= 90% of joined, >= 90`. */
export interface StepTargets extends Node {
  readonly kind: 'step targets';
  readonly bounds: readonly Bound[];
}

// Sources

export interface Source extends Node {
  readonly kind: 'source';
  readonly origin: SourceOrigin;
  readonly where?: Predicate;
  readonly oncePer?: Field;
  readonly fieldUnits: readonly FieldUnit[];
  /** Unit of the samples or of the value. */
  readonly unit?: Unit;
}

export type SourceOrigin =
  | (Node & { readonly kind: 'events' | 'samples' | 'webhook' | 'list'; readonly name: string })
  | (Node & { readonly kind: 'query'; readonly probe: Name })
  /** A narrower view of another source. */
  | (Node & { readonly kind: 'source'; readonly source: Name });

/** `with amount in $`. */
export interface FieldUnit extends Node {
  readonly kind: 'field unit';
  readonly field: Field;
  readonly unit: Unit;
}

// People

export interface Recipient extends Node {
  readonly kind: 'recipient';
  readonly who: Name | Address;
  /** Channels after `by`; empty: the person's own order. */
  readonly by: readonly Name[];
  /** `business` in `in business hours`. */
  readonly hours?: Name;
}

/** `slack:#engineering`, `webhook:ops`. */
export interface Address extends Node {
  readonly kind: 'address';
  readonly channel: string;
  readonly target: string;
}

export interface Recipients extends Node {
  readonly kind: 'recipients';
  readonly recipients: readonly Recipient[];
}

/** With more than one recipient none has `by` or hours of its own. */
export type EscalationStep =
  | (Node & { readonly kind: 'page'; readonly recipients: readonly Recipient[] })
  | (Node & {
      readonly kind: 'after';
      readonly duration: Duration;
      readonly unless: 'answered' | 'resolved since opened' | 'resolved since last step';
      readonly recipients: readonly Recipient[];
    })
  | (Node & { readonly kind: 'repeat'; readonly times: number });

// Items of checklists and runbooks

export interface Item extends Node {
  readonly kind: 'item';
  readonly text: string;
  /** Absent: a person ticks it. */
  readonly filler?: Filler;
}

/** What stands after an item's colon. */
export type Filler =
  | (Node & { readonly kind: 'condition'; readonly condition: Condition })
  /** Not parsed further. */
  | (Node & { readonly kind: 'show'; readonly what: string })
  | (Node & { readonly kind: 'do'; readonly action: Name })
  | (Node & { readonly kind: 'number'; readonly name: Name; readonly unit?: Unit })
  | (Node & { readonly kind: 'note' | 'file' | 'link' })
  | (Node & { readonly kind: 'by'; readonly role: Name });
