import type { Duration, Field, Formula, Name, Node, Operator, Period, Predicate, Quantity } from './ast.ts';

export type Condition =
  | ForCondition
  /** At least two parts. */
  | (Node & { readonly kind: 'and' | 'or'; readonly of: readonly Condition[] })
  | (Node & { readonly kind: 'not'; readonly of: Condition })
  | Test;

/** True once `of` has been true for so long without a break. */
export interface ForCondition extends Node {
  readonly kind: 'for';
  readonly of: Condition;
  readonly duration: Duration;
}

export type Test =
  | ComparisonTest
  | LikelyTest
  | BetweenTest
  | BandStateTest
  | ChangeTest
  | GrowthTest
  | ForecastTest
  | SteadyTest
  | UnusualTest
  | StateTest
  | FailsTest
  | SilenceTest
  | NoDataTest
  | AnyTest
  | NewTest;

/** `error_rate > 5%`, `errors_seen > 10 in 1 minute`. */
export interface ComparisonTest extends Node {
  readonly kind: 'comparison';
  readonly left: Formula;
  readonly operator: Operator;
  readonly right: Formula;
  /** The window of a stream. */
  readonly in?: Duration;
}

/** `error_rate likely > 5%`: a sequential test. */
export interface LikelyTest extends Node {
  readonly kind: 'likely';
  readonly left: Formula;
  readonly operator: Operator;
  readonly right: Formula;
}

/** Both ends included. */
export interface BetweenTest extends Node {
  readonly kind: 'between';
  readonly of: Formula;
  readonly low: Quantity;
  readonly high: Quantity;
  /** The window of a stream. */
  readonly in?: Duration;
}

export interface BandStateTest extends Node {
  readonly kind: 'band state';
  readonly of: Formula;
  readonly state: 'on target' | 'off target' | 'in warning' | 'in critical' | 'no data';
}

/** `dau drops at least 30% vs previous day`. A bare % is relative for figures that are no shares; the checker decides. */
export interface ChangeTest extends Node {
  readonly kind: 'change';
  readonly of: Formula;
  readonly direction: 'rises' | 'drops';
  readonly strength: 'more than' | 'at least';
  readonly amount: Quantity;
  /** The word `relative` was written. */
  readonly relative: boolean;
  readonly past: Past;
}

/** `memory grows more than 2 points/h over 4h`; `amount` has a `per`. */
export interface GrowthTest extends Node {
  readonly kind: 'growth';
  readonly of: Formula;
  readonly direction: 'grows' | 'shrinks';
  readonly strength: 'more than' | 'at least';
  readonly amount: Quantity;
  readonly over: Duration;
}

/** `disk_free will reach 0% within 6h`. */
export interface ForecastTest extends Node {
  readonly kind: 'forecast';
  readonly of: Formula;
  readonly level: Quantity;
  readonly within: Duration;
}

/** `p95_response steady within 10% over 1h`. */
export interface SteadyTest extends Node {
  readonly kind: 'steady';
  readonly of: Formula;
  readonly within: Quantity;
  readonly over: Duration;
}

export interface UnusualTest extends Node {
  readonly kind: 'unusual';
  readonly of: Formula;
  readonly direction: 'either' | 'high' | 'low';
  readonly sigma?: number;
  readonly past: Past;
}

/**
 * Of a probe or a part of one (`failing`, `passing`), heartbeat (`late`, `failed`, `passing`), review (`wrong`), comparison (`differs`) or rule
 * (`firing`, `exercised`).
 */
export interface StateTest extends Node {
  readonly kind: 'state';
  readonly subject: Name;
  /** `health.database failing`. */
  readonly part?: Name;
  readonly state: 'failing' | 'passing' | 'late' | 'failed' | 'wrong' | 'differs' | 'firing' | 'exercised';
}

/** `shop fails 2 times in a row`. */
export interface FailsTest extends Node {
  readonly kind: 'fails';
  readonly subject: Name;
  readonly part?: Name;
  readonly times: number;
}

/** `no payments in 2h`. */
export interface SilenceTest extends Node {
  readonly kind: 'silence';
  readonly source: Name;
  readonly where?: Predicate;
  readonly in: Duration;
}

/** `no data from payments`. */
export interface NoDataTest extends Node {
  readonly kind: 'no data';
  readonly source: Name;
}

/** `any errors where type = "X"`. */
export interface AnyTest extends Node {
  readonly kind: 'any';
  readonly source: Name;
  readonly where?: Predicate;
  readonly in?: Duration;
}

/** `new errors by fingerprint`. */
export interface NewTest extends Node {
  readonly kind: 'new';
  readonly source: Name;
  readonly by: Field;
  readonly in?: Duration;
}

export type Past =
  | (Node & { readonly kind: 'previous'; readonly period: Period })
  | (Node & { readonly kind: 'earlier'; readonly duration: Duration })
  | (Node & { readonly kind: 'baseline'; readonly baseline: Name })
  | (Node & { readonly kind: 'same hour'; readonly count: number; readonly of: 'days' | 'weeks' });

/** A gate's criterion: `every day sign_ups_per_day >= 50`. */
export interface Criterion extends Node {
  readonly kind: 'criterion';
  /** How a `per` signal folds over the gate's span. */
  readonly fold?: 'every day' | 'worst' | 'total';
  readonly condition: Condition;
}
