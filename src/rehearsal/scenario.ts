import type { SampleVerdict } from '#core/vouched.ts';
import type { DurationMs } from '#kernel/instant.ts';
import type { CompiledPlan, FieldValue, Operator } from '#plan/model.ts';
import type { AssessmentState } from '#signals/assessments/assess.ts';

/** A scenario as read: what happens when, and what is expected of the plan. Offsets are milliseconds from T+0. */
export interface Scenario {
  readonly name: string;
  /** Of the random numbers: the same seed gives the same events. */
  readonly seed: number;
  readonly startMs: DurationMs;
  readonly untilMs: DurationMs;
  readonly steps: readonly ScenarioStep[];
}

export interface ScenarioStep {
  readonly atMs: DurationMs;
  /** As written, for the timeline. */
  readonly text: string;
  /** `file:line:col`, for failures. */
  readonly place: string;
  readonly action: Action;
}

export type Action =
  /** Traffic that goes on until it is stopped or replaced by another of its name. */
  | {
      readonly kind: 'load';
      readonly name: string;
      readonly source: string;
      readonly everyMs: number;
      /** Gaps are exponential instead of equal. */
      readonly random: boolean;
      readonly fields: readonly FieldTraffic[];
    }
  | {
      readonly kind: 'send';
      readonly source: string;
      readonly count: number;
      /** Spread evenly over this time; 0 is all at once. */
      readonly overMs: DurationMs;
      readonly fields: readonly FieldTraffic[];
    }
  | { readonly kind: 'stop'; readonly name: string | 'all' }
  /** Intake is away: senders wait with what they have, and nothing is judged. */
  | { readonly kind: 'silence'; readonly ms: DurationMs }
  /** What a probe finds from its next look on; of a part, what the answer then tells of it. */
  | { readonly kind: 'probe'; readonly probe: string; readonly part?: string; readonly answer: ProbeAnswer }
  /** What a job does, and goes on doing when it is due. */
  | { readonly kind: 'heartbeat'; readonly heartbeat: string; readonly doing: HeartbeatDoing }
  /** A person takes care of what fires of a rule. */
  | { readonly kind: 'acknowledge'; readonly rule: string; readonly group?: readonly string[]; readonly by: string }
  /** A person has nobody told of a rule, or of any. */
  | {
      readonly kind: 'silence-rule';
      /** Every rule when absent. */
      readonly rule?: string;
      readonly group?: readonly string[];
      readonly ms: DurationMs;
      readonly because: string;
      readonly by: string;
    }
  /** A person ends what silences a rule; without one, what silences all. */
  | { readonly kind: 'unsilence'; readonly rule?: string; readonly by: string }
  /** A person says something of a sample, counted from 1 in the order in which they were sent. */
  | {
      readonly kind: 'judge';
      readonly review: string;
      readonly sample: number;
      readonly verdict: SampleVerdict;
      readonly note?: string;
      readonly by: string;
    }
  /** A person compares a list: CSV that is held against what was sent, or one of which only is known how much of it differs. */
  | {
      readonly kind: 'compare';
      readonly comparison: string;
      readonly list: string | { readonly rows: number; readonly differences: number };
      readonly by: string;
    }
  | {
      readonly kind: 'settle' | 'mark-not-available';
      readonly comparison: string;
      readonly note: string;
      readonly by: string;
    }
  | { readonly kind: 'apply'; readonly path: string; readonly plan: CompiledPlan }
  | { readonly kind: 'expect'; readonly expectation: Expectation };

export interface ProbeAnswer {
  /** *Not confirmed*: it is answered, and what was sent does not arrive. */
  readonly is: 'answers' | 'fails' | 'not measured' | 'not confirmed';
  /** Fields of the results. */
  readonly fields: readonly { readonly field: string; readonly value: FieldValue }[];
  /** Of a failure. */
  readonly message?: string;
}

/** `starts` says that a run begins, and nothing after it. */
export type HeartbeatDoing = 'comes' | 'fails' | 'starts' | 'stops';

/** How one field of the events is filled. */
export type FieldTraffic =
  /** Shares of 0 to 1; what they leave open has no such field. */
  | {
      readonly kind: 'choice';
      readonly field: string;
      readonly choices: readonly { readonly value: FieldValue; readonly share: number }[];
    }
  /** Uniform, both ends included. */
  | { readonly kind: 'between'; readonly field: string; readonly low: number; readonly high: number }
  /** Log-normal with this median and σ = 0.5: right-skewed, as durations are. */
  | { readonly kind: 'around'; readonly field: string; readonly median: number }
  /** One of `FIELD-1` to `FIELD-N`, each as likely. */
  | { readonly kind: 'from'; readonly field: string; readonly count: number }
  /** `PREFIX1`, `PREFIX2` …, by the number of the event in its load. */
  | { readonly kind: 'numbered'; readonly field: string; readonly prefix: string };

export type Expectation =
  | { readonly kind: 'alert'; readonly rule: string; readonly state: AlertState; readonly group?: readonly string[] }
  | {
      readonly kind: 'page' | 'all-clear' | 'no-page';
      readonly recipient?: string;
      readonly channel?: string;
      readonly rule?: string;
      /** From the step on; without it, what has come so far and no other expectation has claimed. */
      readonly withinMs?: DurationMs;
    }
  | { readonly kind: 'refusal'; readonly rule: string; readonly reason: string }
  /** A verdict over a phase, without one over that of its phases which began last. */
  | {
      readonly kind: 'assessment';
      readonly assessment: string;
      readonly state: AssessmentState;
      /** All checks that failed, where any is named. */
      readonly by: readonly string[];
      readonly phase?: string;
    }
  | { readonly kind: 'reading'; readonly signal: string; readonly group?: readonly string[]; readonly held: Held };

export type AlertState = 'pending' | 'firing' | 'resolving' | 'resolved' | 'none' | 'acknowledged' | 'silenced';

export type Held =
  | { readonly kind: 'compare'; readonly operator: Operator; readonly value: number }
  | { readonly kind: 'between'; readonly low: number; readonly high: number }
  | { readonly kind: 'state'; readonly state: 'no data' | 'too few' };
