import type { Instant } from '#kernel/instant.ts';
import type { Found, GroupKey, Reading, Verdict } from '#plan/reading.ts';

/**
 * What intake and core say to each other: one JSON object a line over a socket in the data folder that only their user can
 * open. Intake connects, the core listens; either may be killed at any time, and nothing here is the only copy of anything.
 *
 * After `hello` the core sends `configure`. Intake then sends `verdicts` with `complete` for every plan, and from there on
 * changes as they happen and a watermark every `watermarkEveryMs`. Verdicts later than the core's committed watermark are
 * kept until the core has acknowledged them, in order, so that a condition that held only while the core was away is
 * still judged.
 */
export type FromIntake =
  | { readonly type: 'hello'; readonly instance: string }
  | {
      readonly type: 'verdicts';
      readonly plan: string;
      readonly planVersion: number;
      /** Number of this message within the connection; the core answers with `committed`. */
      readonly sequence: number;
      readonly watermark: Instant;
      readonly verdicts: readonly Verdict[];
      readonly complete?: true;
      /** Nobody listened in this time: intake was down. Passed on to the core, where it counts towards no duration. */
      readonly unheard?: Unheard;
    }
  | {
      readonly type: 'readings';
      readonly request: number;
      readonly plan: string;
      readonly readings: readonly SignalReading[];
    }
  | { readonly type: 'status'; readonly request: number; readonly status: IntakeStatus }
  | { readonly type: 'data'; readonly request: number; readonly data: PlanData }
  | { readonly type: 'forgotten'; readonly request: number; readonly forgotten: ForgottenForms }
  /** Facts up to this sequence number are durable in the spool. */
  | { readonly type: 'facts-stored'; readonly plan: string; readonly upTo: number }
  | { readonly type: 'key-used'; readonly key: string; readonly at: Instant };

/** A time in which nobody listened, from its first instant to its last. */
export interface Unheard {
  readonly from: Instant;
  readonly until: Instant;
}

export type FromCore =
  | {
      readonly type: 'configure';
      readonly plans: readonly ConfiguredPlan[];
      readonly keys: readonly IngestKey[];
      /** Plans that are there but cannot be told of now, e.g. because they could not be loaded: what intake has of them stays in force. */
      readonly unavailable?: readonly string[];
    }
  /** Everything up to `sequence` is committed; `watermark` is the plan's committed one. */
  | { readonly type: 'committed'; readonly plan: string; readonly sequence: number; readonly watermark: Instant }
  | { readonly type: 'readings-wanted'; readonly request: number; readonly plan: string }
  | { readonly type: 'status-wanted'; readonly request: number }
  | { readonly type: 'data-wanted'; readonly request: number; readonly plan: string }
  /** Nothing of this user is to be loaded any more. */
  | { readonly type: 'forget'; readonly request: number; readonly plan: string; readonly user: string }
  /** Facts as events, in order; `last` is the sequence number of the last. */
  | {
      readonly type: 'facts';
      readonly plan: string;
      readonly last: number;
      readonly facts: readonly {
        readonly sequence: number;
        readonly at: Instant;
        readonly kind: string;
        readonly subject: string;
        readonly reason: string;
        readonly body: Readonly<Record<string, unknown>>;
      }[];
    };

export interface ConfiguredPlan {
  readonly name: string;
  readonly version: number;
  /** The plan's files as applied; intake compiles them itself with the same compiler. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** The core's committed watermark of this plan. */
  readonly watermark: Instant;
  /** T+0 when the plan was launched by command. */
  readonly launchedAt?: Instant;
}

/** What intake may know of a key: never the key. */
export interface IngestKey {
  /** The public part; see `ingestKeyId`. */
  readonly id: string;
  readonly plan: string;
  readonly scopes: readonly string[];
  /** SHA-256 of the whole key, hex. */
  readonly hash: string;
  readonly expiresAt?: Instant;
}

export interface SignalReading {
  readonly signal: string;
  readonly group: GroupKey;
  readonly reading: Reading;
  /** The keys that it counts, when it counts any. */
  readonly found?: Found;
}

/** Under which forms a user may stand in the stores. From now on nothing older comes there any more. */
export interface ForgottenForms {
  readonly forms: readonly string[];
}

/** What intake knows of the data that were sent to a plan, for people who look for what they have sent. */
export interface PlanData {
  /** Since when it counts. */
  readonly since: Instant;
  readonly accepted: number;
  /** One entry a code. */
  readonly rejections: readonly {
    readonly code: string;
    readonly count: number;
    readonly lastAt: Instant;
    /** What the last sender was told; cut. */
    readonly example: string;
  }[];
  /** Limits that its senders are hitting. */
  readonly floods?: readonly FloodStatus[];
  /** Senders, by the id of their key, whose clock is ahead of ours (or behind, when negative) by the same time in every request. */
  readonly wrongClocks?: readonly { readonly key: string; readonly aheadMs: number; readonly lastAt: Instant }[];
  /** Points that were taken, which `accepted` counts too, and the series that are alive. */
  readonly samples?: { readonly accepted: number; readonly series: number };
  /** What the scrub list took out of which fields of what was taken. */
  readonly scrubbed?: readonly { readonly field: string; readonly count: number; readonly lastAt: Instant }[];
  /** The type of each field, that of its first use. */
  readonly fieldTypes: readonly (readonly [name: string, type: 'string' | 'number' | 'boolean'])[];
  /** Those by which something came. */
  readonly webhooks?: readonly WebhookData[];
  /** Those that ever checked in. */
  readonly heartbeats?: readonly HeartbeatData[];
  /** Targets of the plan's `scrapes`, in its order. */
  readonly scrapes?: readonly ScrapeReport[];
}

/** Requests of one plan that are refused for one reason, again and again. */
export interface FloodStatus {
  readonly plan: string;
  readonly code: string;
  readonly since: Instant;
  /** Requests since then, and those of the last whole second. */
  readonly refused: number;
  readonly perSecond: number;
  /** What the last sender was told. */
  readonly example: string;
}

/** What a job of the plan's `heartbeats` said of itself last. */
export interface HeartbeatData {
  readonly name: string;
  readonly lastAt: Instant;
  readonly lastState: 'started' | 'succeeded' | 'failed';
  readonly startedAt?: Instant;
  /** When the oldest run began that has not ended. */
  readonly openSince?: Instant;
  readonly succeededAt?: Instant;
  readonly failedAt?: Instant;
  /** Of the last run that ended. */
  readonly endedAt?: Instant;
  readonly durationMs?: number;
  readonly exitCode?: number;
  /** The end of what it wrote. */
  readonly message?: string;
}

/** How a target of the plan's `scrapes` is. */
export interface ScrapeReport {
  readonly name: string;
  /** `waiting`: not asked yet. `resting`: the phase in force gives it no pace. */
  readonly state: 'waiting' | 'up' | 'down' | 'resting';
  /** Why it is not up: a word for programs, and a sentence for people. */
  readonly reason?: string;
  readonly message?: string;
  /** When it was asked last, how long that took, and how many samples it answered with. */
  readonly lastAt?: Instant;
  readonly durationMs?: number;
  readonly samples?: number;
  readonly nextAt?: Instant;
}

/** What came by one webhook since the start. */
export interface WebhookData {
  readonly name: string;
  /** Requests that were taken. */
  readonly requests: number;
  /** Events among them that had been taken before. */
  readonly duplicates: number;
  readonly lastAt?: Instant;
  /** One entry a code. */
  readonly refusals: readonly {
    readonly code: string;
    readonly count: number;
    readonly lastAt: Instant;
    readonly example: string;
  }[];
}

export interface IntakeStatus {
  readonly ready: boolean;
  /** Why it is not ready; when it is, what a person has to look at. */
  readonly reasons: readonly string[];
  readonly spoolBytes: number;
  /** Sealed segments that the telemetry store does not have yet, and the age of the oldest. */
  readonly segmentsWaiting: number;
  readonly oldestWaitingAt?: Instant;
  readonly accepted: number;
  /** By plan, then code. */
  readonly rejected: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Limits that are being hit: requests refused again and again until lately. */
  readonly floods?: readonly FloodStatus[];
  /** 99th percentile of the delay of its event loop over the last 10 seconds, once it is known. */
  readonly eventLoopDelayMs?: number;
  /** The loader's last failure, while it lasts. */
  readonly loaderProblem?: string;
}
