import type { Instant } from '#kernel/instant.ts';

/**
 * What one check found. *Passed* and *failed* say something of the target; *unmeasured* says that we could not look (the address is not
 * permitted, our own resolver is away, we were too late), and counts neither for nor against it.
 */
export type Outcome = 'passed' | 'failed' | 'unmeasured';

/** One result of one probe at one due instant, measured from one location. */
export interface ProbeResult {
  readonly probe: string;
  /** Where it was measured from; `here` for the server itself. */
  readonly location: string;
  /** The instant of the grid; with probe and location it names the result, so that it can be told twice and counts once. */
  readonly dueAt: Instant;
  /** When the check ended. */
  readonly at: Instant;
  readonly outcome: Outcome;
  /** Why it did not pass, from a closed list of its kind, e.g. `timed-out`, `connection-failed`, `expectation-failed`, `address-refused`. */
  readonly reason?: string;
  /** The same for people, with what was expected and what was found; holds no secret. */
  readonly message?: string;
  /** ms from beginning to end. */
  readonly durationMs: number;
  /** What the kind measures, e.g. `status`, `days_left`, `rows`, `value`, `size`, `time.connect` in ms. */
  readonly fields: Readonly<Record<string, string | number | boolean>>;
  /** What shows the failure, cut: the beginning of a body, rows of a query. Absent when it passed. */
  readonly evidence?: string;
  /** States of parts of the target that the answer named, by service. */
  readonly parts?: Readonly<Record<string, boolean>>;
}
