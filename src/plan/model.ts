import type { DurationMs, Instant } from '#kernel/instant.ts';
import type { Assessment } from './assessment.ts';
import type { AvailabilityFigure, Maintenance } from './availability-figure.ts';
import type { ChannelBinding, Person, Recipient, Severity } from './people.ts';
import type { Database, Heartbeat, Probe } from './probe.ts';
import type { Scrape } from './scrape.ts';
import type { ScrubRules, TrafficLimits } from './traffic.ts';
import type { Comparison, Review } from './vouching.ts';
import type { Webhook } from './webhook.ts';

/**
 * What a plan compiles to: the types that signals, core, engine and rehearsal share. Everything here is plain JSON, so a
 * compiled plan can be stored, sent between processes and compared.
 */
export interface CompiledPlan {
  readonly name: string;
  readonly title: string;
  /** IANA zone of the plan. */
  readonly timezone: string;
  /** T+0, or undefined for `launch: on command`. */
  readonly launch?: Instant;
  /** The main line, in order. */
  readonly phases: readonly CompiledPhase[];
  readonly people: readonly Person[];
  readonly roles: Readonly<Record<string, readonly string[]>>;
  readonly channels: readonly ChannelBinding[];
  /** Most severe first. */
  readonly severities: readonly Severity[];
  readonly services: readonly Service[];
  readonly sources: Readonly<Record<string, Source>>;
  /** Targets whose metrics are fetched; absent when there are none. */
  readonly scrapes?: readonly Scrape[];
  readonly measures: Readonly<Record<MeasureId, Measure>>;
  readonly signals: readonly Signal[];
  readonly objectives: readonly Objective[];
  readonly tests: Readonly<Record<TestId, Test>>;
  readonly rules: readonly Rule[];
  /** Absent when the plan has none. */
  readonly webhooks?: readonly Webhook[];
  /** Named searches in events, in the order of the text; absent when the plan has none. */
  readonly searches?: readonly Search[];
  /** What senders may send; what is not said has the installation's limit. */
  readonly limits?: TrafficLimits;
  /** What is taken out of the data before they are kept. */
  readonly scrub?: ScrubRules;
  /** Checks that we make; absent when the plan has none. */
  readonly probes?: readonly Probe[];
  /** What `query` probes read; absent when the plan has none. */
  readonly databases?: readonly Database[];
  /** Check-ins that we expect; absent when the plan has none. */
  readonly heartbeats?: readonly Heartbeat[];
  /** What the formulas of signals and tests name; absent when there is none. */
  readonly availabilities?: Readonly<Record<string, AvailabilityFigure>>;
  /** Absent when the plan has none. */
  readonly maintenance?: readonly Maintenance[];
  /** Verdicts over phases; absent when the plan has none. */
  readonly assessments?: readonly Assessment[];
  /** Samples that people judge; absent when the plan has none. */
  readonly reviews?: readonly Review[];
  /** Lists that people keep by hand; absent when the plan has none. */
  readonly comparisons?: readonly Comparison[];
}

// Phases

export interface CompiledPhase {
  readonly name: string;
  readonly span: PhaseSpan;
}

/** Half open. Offsets are absolute time from T+0; days are local dates in the plan's zone, day 1 being the date of T+0. */
export type PhaseSpan =
  | { readonly kind: 'offsets'; readonly fromMs: DurationMs; readonly toMs?: DurationMs }
  | { readonly kind: 'days'; readonly from: number; readonly to?: number }
  | { readonly kind: 'instants'; readonly from: Instant; readonly to: Instant };

/** A value that may vary by phase. With neither a phase's own value nor `otherwise`, the line sleeps. */
export interface ByPhase<Value> {
  readonly otherwise?: Value;
  readonly phases?: Readonly<Record<string, Value>>;
}

// People

export interface Service {
  readonly name: string;
  readonly importance?: 'critical' | 'important' | 'minor';
  readonly needs: readonly string[];
  /** Rules of which an open alert says that it is down; absent when there is none. */
  readonly down?: readonly string[];
}

// Telemetry

/** A named set of events: those of one event name that satisfy `where`. */
export interface Source {
  readonly name: string;
  /** The `name` field of the events; the name of the series for `samples`. */
  readonly event: string;
  /** Points of numeric series instead of events: `value` is a point's level, and labels are its attributes. */
  readonly samples?: true;
  /** Each event says how something stands until the next one: what is not known from before tells nothing more. */
  readonly standing?: true;
  readonly where?: Predicate;
  /** Only the first event with one value of this field counts, within 24 h of its arrival. */
  readonly oncePer?: string;
  /** Units of fields: what a bare number in this field means. */
  readonly units: Readonly<Record<string, string>>;
}

/** A named search: the events of one name that satisfy `where`. */
export interface Search {
  readonly name: string;
  /** As written, for people. */
  readonly text: string;
  /** The `name` field of the events. */
  readonly event: string;
  readonly where?: Predicate;
  /** As of a source. */
  readonly units: Readonly<Record<string, string>>;
}

/** Fields: `name time user duration value event_id` are the record's own, `id` is the attribute `id` or else the event id; others are attributes. */
export type Predicate =
  | { readonly kind: 'and' | 'or'; readonly of: readonly Predicate[] }
  | { readonly kind: 'not'; readonly of: Predicate }
  | {
      readonly kind: 'compare';
      readonly field: string;
      readonly operator: Operator;
      /** Quantities are in base units: ms for time, bytes for sizes, fractions for percent. */
      readonly value: FieldValue;
    }
  | { readonly kind: 'in'; readonly field: string; readonly values: readonly FieldValue[] }
  | {
      readonly kind: 'text';
      readonly field: string;
      readonly test: 'contains' | 'starts with' | 'ends with';
      readonly text: string;
    }
  /** RE2 syntax, linear time. */
  | { readonly kind: 'matches'; readonly field: string; readonly pattern: string }
  | { readonly kind: 'present' | 'missing'; readonly field: string };

export type Operator = '<' | '<=' | '>' | '>=' | '=' | '!=';
export type FieldValue = string | number | boolean;

export type MeasureId = string;

/** One aggregate over one source: the atom that windows are kept for. Its id is a hash of its meaning. */
export interface Measure {
  readonly id: MeasureId;
  /** As written, for people. */
  readonly text: string;
  readonly function: MeasureFunction;
  /** 0 < quantile < 1, for `percentile` and `bucket-percentile` only. */
  readonly quantile?: number;
  /** Names a source of the plan. */
  readonly source: string;
  /** Narrows the source; for `share` this is the numerator and the source the whole. */
  readonly where?: Predicate;
  /** What is summed, averaged, counted apart …; absent for `count`, `rate` and `share`. */
  readonly field?: string;
  /** Names of fields; one reading for each combination of their values. Sorted. */
  readonly by: readonly string[];
  readonly window: Window;
  /** Of `missing`: the field that should hold each value of `field`, and the source whose field it is. */
  readonly partner?: { readonly source: string; readonly field: string };
  /** Of `missing`: how long a value may wait for its partner before it counts. */
  readonly graceMs?: DurationMs;
}

/** `rate` is per second; a unit of the signal converts it. */
export type MeasureFunction =
  | 'count'
  | 'rate'
  | 'share'
  | 'sum'
  | 'avg'
  | 'min'
  | 'max'
  | 'last'
  | 'unique'
  | 'percentile'
  /** Of what a histogram has counted, by the bounds of its buckets. */
  | 'bucket-percentile'
  | 'duplicates'
  | 'missing';

/** Only sliding windows are executed so far, of at most `limits.liveWindowMs`, of keys `limits.keyWindowMs`; `check` names the others. */
export type Window = { readonly kind: 'sliding'; readonly ms: DurationMs };

/** Arithmetic over measures. `ratio` and `divide` by zero give no data. Sample size is the smallest of the parts; of a `ratio`, that of the denominator. */
export type Formula =
  | { readonly kind: 'measure'; readonly measure: MeasureId }
  | { readonly kind: 'constant'; readonly value: number }
  /** Of a phase with `none`, and of one without a value, there is no figure: `no-target`. */
  | { readonly kind: 'by-phase'; readonly values: ByPhase<number | 'none'> }
  /** Names an availability of the plan; its sample size is whole minutes of known time. */
  | { readonly kind: 'availability'; readonly figure: string }
  | {
      readonly kind: 'add' | 'subtract' | 'multiply' | 'divide' | 'ratio';
      readonly left: Formula;
      readonly right: Formula;
    };

/** Base units: `fraction` (shown as %), `ms`, `bytes`, `per-second`, `count` (no unit), or a word that the plan declared, such as `$`. */
export interface Unit {
  readonly base: string;
  /** What the author wrote or what the reader expects, e.g. `%`, `ms`, `/min`, `$`. */
  readonly shown: string;
}

export interface Signal {
  readonly name: string;
  /** As written, for people. */
  readonly text: string;
  readonly formula: Formula;
  /** Union of the `by` of its parts. Sorted. */
  readonly by: readonly string[];
  readonly atLeast: number;
  readonly unit: Unit;
  /** The signal's measures are `stream`s when it was written without a window: it has no reading of its own, only where used. */
  readonly stream: boolean;
}

// Objectives

export interface Objective {
  readonly signal: string;
  readonly owner?: string;
  readonly advice?: string;
  readonly bands: ByPhase<Bands>;
}

export interface Bands {
  /** `unset` says that the author knows of the hole. */
  readonly target?: BandTest | 'unset';
  readonly warning?: BandTest;
  readonly critical?: BandTest;
}

/** In base units. `between` includes both ends. */
export type BandTest =
  | { readonly operator: Operator; readonly value: number }
  | { readonly operator: 'between'; readonly low: number; readonly high: number };

// Tests and rules

export type TestId = string;

/** One atomic comparison. Its id is a hash of its meaning, so it survives a new plan version that keeps it. */
export type Test = ComparisonTest | SilenceTest | ProbeTest | HeartbeatTest;

export interface ComparisonTest {
  readonly kind: 'comparison';
  readonly id: TestId;
  /** As written, e.g. `error_rate > 5%`. */
  readonly text: string;
  /** Names of the signals it reads, for people and for `explain`. */
  readonly signals: readonly string[];
  /** Signals that an error budget may be of which this test tells; absent when there is none. */
  readonly budgets?: readonly string[];
  readonly left: Formula;
  /** The other side; a `between` has two constants. */
  readonly comparison:
    | { readonly operator: Operator; readonly right: Formula }
    | { readonly operator: 'between'; readonly low: Formula; readonly high: Formula };
  readonly by: readonly string[];
  /** Below this sample size the test is *too few*. */
  readonly atLeast: number;
  readonly unit: Unit;
}

/** `no X where … in D`: true once D has passed without such an event while somebody listened. */
export interface SilenceTest {
  readonly kind: 'silence';
  readonly id: TestId;
  readonly text: string;
  readonly source: string;
  readonly where?: Predicate;
  readonly forMs: DurationMs;
}

/**
 * `shop failing`, `shop passing`, `shop fails 2 times in a row`, `health.database failing`, from the events `check` of a probe. Failing:
 * at least half of the locations with a fresh result fail, or `agree` of them. Unknown while no location has one, and while those that
 * do are fewer than `agree` and all fail.
 */
export interface ProbeTest {
  readonly kind: 'probe';
  readonly id: TestId;
  readonly text: string;
  readonly probe: string;
  /** A service that the answer tells of, from the events of this part; without it the probe itself. */
  readonly part?: string;
  readonly is: 'failing' | 'passing';
  /** Only so many failures in a row are failing. */
  readonly streak?: number;
  readonly agree?: number;
  /** For so long after its end a result is fresh. */
  readonly staleMs: DurationMs;
}

/**
 * `backup late`, `backup failed`, `backup passing`, from the events `heartbeat` and from time. Late: nothing came at a due instant and for
 * `graceMs` after it. Failed: the last run failed, or one has gone on for longer than `longestMs`. Passing: neither.
 */
export interface HeartbeatTest {
  readonly kind: 'heartbeat';
  readonly id: TestId;
  readonly text: string;
  readonly heartbeat: string;
  readonly is: 'late' | 'failed' | 'passing';
  readonly schedule: Heartbeat['schedule'];
  /** Zone of a `cron` schedule. */
  readonly timezone: string;
  readonly graceMs: DurationMs;
  readonly longestMs?: DurationMs;
}

export type Condition =
  | { readonly kind: 'test'; readonly test: TestId }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  /** True once `of` has been true without a break for `ms`. `id` names its true-since within the rule. */
  | { readonly kind: 'for'; readonly id: string; readonly of: Condition; readonly ms: DurationMs }
  | { readonly kind: 'rule-firing'; readonly rule: string }
  /** At least one sample of the review is judged wrong and not settled; known at any time, since what nobody judged is not found wrong. */
  | { readonly kind: 'review-wrong'; readonly review: string }
  /** The latest comparison has differences that are not settled. */
  | { readonly kind: 'comparison-differs'; readonly comparison: string };

export interface Rule {
  readonly name: string;
  /** As written, for people; by phase where it varies. */
  readonly text: string;
  readonly when: ByPhase<Condition>;
  /** Hysteresis: once firing, the alert resolves when this becomes true. */
  readonly until?: ByPhase<Condition>;
  /** Inhibition: while this rule's alert fires, nothing is sent for ours. */
  readonly unless?: string;
  /** What its service needs, the nearest first: while one of `rules` has an open alert of which people know, nothing is sent for ours. */
  readonly needs?: readonly { readonly service: string; readonly rules: readonly string[] }[];
  /** Name of a severity, or `none`. */
  readonly severity: ByPhase<string>;
  /** Replaces the severity's `notify`. */
  readonly notify?: readonly Recipient[];
  readonly runbook?: string;
  readonly service?: string;
  readonly enabled: boolean;
  /** Union of the `by` of its tests. Sorted. */
  readonly by: readonly string[];
  /** False for this long before it resolves; 0 with `until` or for `any`. */
  readonly resolveAfterMs: DurationMs;
  /** Told again this often while it fires. */
  readonly repeatMs: DurationMs;
  /** Hash of conditions: same hash, same episode across plan versions. */
  readonly conditionHash: string;
  /** Rules on one signal in one direction: of a family only the most severe that fires notifies. */
  readonly family?: string;
}
