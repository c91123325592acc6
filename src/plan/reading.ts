import type { DurationMs, Instant } from '#kernel/instant.ts';
import type { TestId } from './model.ts';

/** The values of the `by` fields in their order, as a JSON array; `[]` for an ungrouped figure. */
export type GroupKey = string;

export const UNGROUPED: GroupKey = '[]';

/**
 * A signal's value at an instant for one group, or the reason why there is none. `knownMs` is the time of which an availability says its share:
 * its sample size is that in whole minutes.
 */
export type Reading =
  | {
      readonly state: 'value';
      readonly value: number;
      readonly sampleSize: number;
      readonly at: Instant;
      /** Set while its window reaches back to before anything was received: the value is one so far, and the window is full then. */
      readonly fullAt?: Instant;
      /** Beside `fullAt`: the value can only become more until then. */
      readonly grows?: true;
      readonly knownMs?: DurationMs;
    }
  | { readonly state: 'no data'; readonly reason: NoDataReason; readonly sampleSize: number; readonly at: Instant }
  | {
      readonly state: 'too few';
      /** What the figure would be; shown, never judged. */
      readonly value: number;
      readonly sampleSize: number;
      readonly needed: number;
      readonly at: Instant;
      readonly knownMs?: DurationMs;
    };

export type NoDataReason =
  | 'nothing-received'
  | 'no-events'
  | 'zero-denominator'
  | 'missing-partner'
  | 'not-a-number'
  | 'not-measured'
  | 'no-target'
  | 'too-few-places'
  | 'nothing-heard'
  | 'refilling'
  | 'too-many-keys';

/** Kleene's three values; unknown carries its reason in the reading. */
export type Truth = 'true' | 'false' | 'unknown';

/** What an executor says of one test and group, from `at` on until it says something else. */
export interface Verdict {
  readonly test: TestId;
  readonly group: GroupKey;
  readonly truth: Truth;
  /** Since when this truth holds, or since when what was found is of another kind; evaluation time, not event time. */
  readonly at: Instant;
  /**
   * The reading that decided; for a silence and a late heartbeat the value is the milliseconds since the last event, for a probe the
   * failures in a row, for a failed heartbeat the failed runs in a row or the milliseconds of one that goes on.
   */
  readonly reading: Reading;
  /** What it was compared with, in base units (for `between`, low and high). */
  readonly against: readonly number[];
  /** What was found, for tests of probes, heartbeats and keys. */
  readonly found?: Found;
  /** Set when the group is gone, e.g. all its events left the window: the truth is then of an empty group. */
  readonly gone?: true;
}

/** What the last result of a probe, the last check-in of a heartbeat or the keys behind a figure say to people. */
export interface Found {
  /** What the target or the job said: `status 503, expected status = 200`. */
  readonly message?: string;
  /** Since when it fails: the first failure after the last success. */
  readonly since?: Instant;
  /** Failures in a row. */
  readonly streak?: number;
  /** When a probe last passed. */
  readonly passedAt?: Instant;
  /** When a heartbeat last came. */
  readonly cameAt?: Instant;
  /** By when it was expected, grace included. */
  readonly expectedBy?: Instant;
  /** Of `duplicates` and `missing`: the values that count, at most `limits.keysShown`. */
  readonly keys?: readonly string[];
  /** How many there are beside these, when there are. */
  readonly moreKeys?: number;
}
