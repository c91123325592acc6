import type { ErrorCode } from '#kernel/error-codes.ts';
import type { Instant } from '#kernel/instant.ts';
import type { CompiledPlan, Operator, TestId } from '#plan/model.ts';
import type { Recipient } from '#plan/people.ts';
import type { Found, GroupKey, Reading, Truth, Verdict } from '#plan/reading.ts';
import type { NotificationIntent } from './notification.ts';
import type { Via } from './via.ts';
import type { ComparisonResult, Sample, Vouched, VouchingInput } from './vouched.ts';

/**
 * The core's shapes. `step(world, input, now)` is pure: it returns what changed, what is to be recorded and whom to tell;
 * the shell commits all of it in one transaction and only then applies the changes to the world that it holds.
 */

// State: one row each

/** A rule in one group as it is judged now. Rows exist only while there is something to remember. */
export interface Judgement {
  readonly kind: 'judgement';
  /** `rule` and group, e.g. `errors ["/orders"]`. */
  readonly key: string;
  readonly rule: string;
  readonly group: GroupKey;
  readonly conditionHash: string;
  readonly state: 'pending' | 'firing' | 'resolving';
  /** Since when it is in this state. */
  readonly since: Instant;
  /** For each `for` of the condition: since when its inner condition has been true without a break, and whether it was suspended since. */
  readonly trueSince: Readonly<Record<string, { readonly since: Instant; readonly suspendedAt?: Instant }>>;
  /** Id of the open alert while firing or resolving. */
  readonly alert?: string;
  /** Since when its condition cannot be judged, so that this is recorded once. */
  readonly unknownSince?: Instant;
  /** When the core has to look again, should no input come before. */
  readonly dueAt?: Instant;
}

/** One episode of a rule in a group, from firing to resolved. */
export interface Alert {
  readonly kind: 'alert';
  /** `A-1042`: counted per plan. Equal to `id` of notifications' episode. */
  readonly key: string;
  readonly rule: string;
  readonly group: GroupKey;
  readonly severity: string;
  readonly state: 'firing' | 'resolved';
  readonly openedAt: Instant;
  readonly resolvedAt?: Instant;
  readonly resolvedBecause?: ResolveReason;
  /** The plan version whose recipients this episode was opened with: the policy snapshot's id. */
  readonly planVersion: number;
  /** Snapshot of whom it tells. */
  readonly recipients: readonly Recipient[];
  /** The tests that decided, with the readings behind them. */
  readonly evidence: readonly Evidence[];
  /** Repeats sent so far; the cycle of the next notification. */
  readonly cycle: number;
  /** When it is told again. */
  readonly repeatAt?: Instant;
  /** Set from the third firing of its rule and group within 30 minutes; folded episodes are not told one by one. */
  readonly flapping: boolean;
  /** Set when somebody was told that it fires, so that the end is told to the same. */
  readonly told: boolean;
  /**
   * Grows with each change that a person sees as another state: fired (1), acknowledged, silenced, no longer silenced, resolved. A
   * repeat is no such change.
   */
  readonly version: number;
  /** Somebody takes care of it: while it is open nothing more is told of it, only its end. */
  readonly acknowledged?: Acknowledgement;
  readonly dueAt?: Instant;
}

export interface Acknowledgement {
  readonly by: string;
  readonly at: Instant;
  readonly via: Via;
}

/**
 * A time in which the alerts of a rule, or of all rules, are told to nobody. It covers what is judged from its commit on until it has
 * ended, by its time or by hand; `from` only says when somebody asked for it.
 */
export interface Silence {
  readonly kind: 'silence';
  /** `S-7`: counted per plan. */
  readonly key: string;
  /** Every rule when absent. */
  readonly rule?: string;
  /** Every group of the rule when absent. */
  readonly group?: GroupKey;
  readonly from: Instant;
  /** It is over at this instant. */
  readonly until: Instant;
  /** Why, in the words of who asked for it. */
  readonly reason: string;
  readonly by: string;
  /** 1, and 2 when it has ended. */
  readonly version: number;
  /** Of the command that began it, so that the same command given twice is one silence. */
  readonly request: string;
  readonly ended?: {
    readonly at: Instant;
    readonly because: 'silence-expired' | 'silence-ended-by-hand';
    /** Who ended it by hand. */
    readonly by?: string;
  };
  /** `until`, while it lasts. */
  readonly dueAt?: Instant;
}

/** What of the plan itself is remembered: counters and where the executors stand. One row, key `plan`. */
export interface PlanLine {
  readonly kind: 'plan';
  readonly key: 'plan';
  readonly version: number;
  readonly launchedAt?: Instant;
  /** Name of the phase in force, for the fact of its change. */
  readonly phase?: string;
  readonly nextAlert: number;
  readonly nextSilence: number;
  /** Verdicts up to here are committed; an executor that starts again does not tell them once more. */
  readonly watermark: Instant;
  /** Since when the executors have been silent for too long, so that this is recorded once. */
  readonly silentSince?: Instant;
  readonly dueAt?: Instant;
  /**
   * How far what only people decide has been judged, by the clock and not by the watermark: the last instant, the phase then in force and
   * when it may change. Absent until there is a rule of this kind.
   */
  readonly people?: { readonly until: Instant; readonly phase?: string; readonly dueAt?: Instant };
  /** When what only people decide has changed last, ahead of the watermark: alerts that are kept quiet are looked at again then. */
  readonly lookAgainAt?: Instant;
}

export type Aggregate = Judgement | Alert | Silence | PlanLine | Sample | ComparisonResult;
export type AggregateKind = Aggregate['kind'];

/**
 * The number in each stored row that says which shape its JSON has: a row of an older one is brought up by `upgradeAggregate`, a row of
 * a newer one is refused.
 */
export const AGGREGATE_SCHEMA = 3;

export interface Evidence {
  readonly test: TestId;
  readonly text: string;
  /** Names of the signals that the test reads; absent in what was stored before it was recorded. */
  readonly signals?: readonly string[];
  /** When the test holds its one signal against one limit: how. */
  readonly operator?: Operator;
  readonly truth: Truth;
  readonly reading: Reading;
  readonly against: readonly number[];
  /** What a test of a probe or heartbeat found. */
  readonly found?: Found;
  readonly unit: string;
  /** What people found, of a review or comparison: its reading then counts what is wrong of what was judged, or what differs of the rows. */
  readonly vouched?: Vouched;
  /** Since when the test has this truth. */
  readonly since?: Instant;
}

/** Everything that the core knows of one plan. The shell owns it and never shows a half-applied one. */
export interface World {
  readonly plan: CompiledPlan;
  readonly line: PlanLine;
  /** By key. */
  readonly judgements: ReadonlyMap<string, Judgement>;
  /** Open alerts, and those resolved within the flap window, by key. */
  readonly alerts: ReadonlyMap<string, Alert>;
  /** Those that last, and those that ended within the flap window, by key. */
  readonly silences: ReadonlyMap<string, Silence>;
  /** Samples that were judged, by key; `samplesOf` gives those of one review. */
  readonly samples: ReadonlyMap<string, Sample>;
  /** Comparisons that were made, by name. */
  readonly comparisons: ReadonlyMap<string, ComparisonResult>;
  /** What the executors said last; not stored, they say it again on connect. By test, then group. */
  readonly verdicts: ReadonlyMap<TestId, ReadonlyMap<GroupKey, Verdict>>;
  /** Per executor: up to when it has judged. Not stored beyond the plan line's. */
  readonly watermark: Instant;
  /** When this world was loaded: before it no executor could be heard, so it is no silence of theirs. Not stored. */
  readonly loadedAt: Instant;
}

// Inputs

export type CoreInput =
  | {
      readonly kind: 'verdicts';
      readonly planVersion: number;
      /** Everything up to here has been judged. */
      readonly watermark: Instant;
      /** Changes in order of time. */
      readonly verdicts: readonly Verdict[];
      /** All verdicts as they stand (on connect): what is not among them is unknown from here on. */
      readonly complete?: true;
      /**
       * Nobody listened in this time (intake itself was down): it counts towards no duration, and what an executor says of it holds
       * from its end on.
       */
      readonly unheard?: { readonly from: Instant; readonly until: Instant };
    }
  /** Some due instant may have been reached. */
  | { readonly kind: 'clock' }
  | { readonly kind: 'apply'; readonly plan: CompiledPlan; readonly version: number; readonly by: string }
  | { readonly kind: 'launch'; readonly by: string }
  | {
      readonly kind: 'acknowledge';
      readonly alert: string;
      readonly by: string;
      readonly via: Via;
      /** The version that its author saw; not checked when absent, as for a link in a message. */
      readonly expectedVersion?: number;
    }
  | {
      readonly kind: 'silence';
      /** Every rule when absent. */
      readonly rule?: string;
      /** Only with a rule. */
      readonly group?: GroupKey;
      /** After the command's instant. */
      readonly until: Instant;
      /** Not empty. */
      readonly reason: string;
      readonly by: string;
      readonly via: Via;
      /** Names this command: given again after an answer was lost, it is the same silence. */
      readonly request: string;
    }
  | {
      readonly kind: 'end-silence';
      readonly silence: string;
      readonly by: string;
      readonly via: Via;
      readonly expectedVersion?: number;
    }
  | VouchingInput;

/** What came of a command that names an alert, a silence, a sample or a comparison. */
export type CommandOutcome =
  /** Done, now or by an earlier try of the same command. */
  | { readonly state: 'done'; readonly subject: string }
  | {
      readonly state: 'refused';
      readonly subject: string;
      readonly reason: RefusalReason;
      readonly code: ErrorCode;
      /** For the person: who was faster, and when. */
      readonly message: string;
    };

export type RefusalReason =
  | 'alert-unknown'
  | 'already-acknowledged'
  | 'alert-already-resolved'
  | 'silence-unknown'
  | 'silence-over'
  | 'rule-unknown'
  | 'too-many-silences'
  | 'review-unknown'
  | 'comparison-unknown'
  | 'sample-not-wrong'
  | 'too-many-samples'
  | 'nothing-differs'
  | 'outdated-version';

// Results

export interface Step {
  /** Rows that are new or changed, whole. */
  readonly changes: readonly Aggregate[];
  /** Keys of rows that end. */
  readonly removals: readonly { readonly kind: AggregateKind; readonly key: string }[];
  readonly facts: readonly Fact[];
  readonly notifications: readonly NotificationIntent[];
  /** The world after it, to be put in place once the rows are committed. */
  readonly world: World;
  /** The earliest instant at which `clock` has something to do. */
  readonly dueAt?: Instant;
  /** Of a command that names an alert or a silence. */
  readonly outcome?: CommandOutcome;
}

/** Something that happened in the core. Its sequence number is given by the store when it is committed. */
export interface Fact {
  readonly at: Instant;
  readonly kind: FactKind;
  /** What it is about: an alert id, a rule, `plan`. */
  readonly subject: string;
  /** The named reason of the decision. */
  readonly reason: DecisionReason;
  /** Readings, thresholds, recipients: whatever a person needs to believe it. Ids of persons, never addresses. */
  readonly body: Readonly<Record<string, unknown>>;
}

export type FactKind =
  | 'plan-applied'
  | 'plan-launched'
  | 'phase-changed'
  | 'alert-pending'
  | 'alert-cancelled'
  | 'alert-fired'
  | 'alert-flapping'
  | 'alert-acknowledged'
  | 'alert-silenced'
  | 'alert-unsilenced'
  | 'alert-resolved'
  | 'silence-began'
  | 'silence-ended'
  /** Subject: the review's name, and that of the comparison for the next three. */
  | 'sample-judged'
  | 'comparison-made'
  | 'comparison-settled'
  | 'comparison-not-applicable'
  | 'command-refused'
  | 'notified'
  | 'not-notified'
  | 'not-evaluated'
  | 'evaluated-again'
  | 'delivery-accepted'
  | 'delivery-retried'
  | 'delivery-failed'
  | 'delivery-unknown'
  /** Somebody tried a channel out; nothing else happened. */
  | 'channel-tested';

export type ResolveReason = 'condition-false' | 'until-true' | 'rule-removed' | 'rule-disabled' | 'asleep-in-phase';

/** Every decision and refusal has one of these; `docs/reasons.md` says each in a sentence. */
export type DecisionReason =
  | 'condition-true'
  | 'waiting-for'
  | 'condition-false'
  | 'condition-unknown'
  | 'condition-known'
  | 'condition-changed'
  | 'until-true'
  | 'rule-removed'
  | 'rule-disabled'
  | 'asleep-in-phase'
  | 'first-notification'
  | 'upgraded-in-family'
  | 'repeat-interval-passed'
  | 'alert-resolved'
  | 'flapping-folded'
  | 'flapping-begun'
  | 'flapping-ended'
  | 'severity-none'
  | 'no-recipient'
  | 'recipient-has-no-channel'
  | 'already-told-by-family'
  | 'inhibited'
  | 'needs-down'
  | 'needs-unknown'
  | 'silenced'
  | 'acknowledged'
  | 'never-told-of-firing'
  | 'silence-expired'
  | 'silence-ended-by-hand'
  | 'silence-ended'
  | 'judged-right'
  | 'judged-wrong'
  | 'judged-settled'
  | 'lists-equal'
  | 'lists-differ'
  | 'difference-settled'
  | 'list-not-available'
  | RefusalReason
  | 'executor-silent'
  | 'executor-back'
  | 'applied'
  | 'launched'
  | 'phase-began'
  | 'provider-accepted'
  | 'provider-refused'
  | 'provider-unreachable'
  | 'attempts-exhausted'
  | 'channel-removed'
  | 'secret-missing'
  | 'egress-refused'
  | 'lease-expired';
