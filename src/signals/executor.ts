import type { Instant } from '#kernel/instant.ts';
import type { GroupKey, Reading, Verdict } from '#plan/reading.ts';
import type { EventRecord } from './record.ts';

/**
 * An executor of a plan's measures and tests as a deterministic machine: what it says depends only on the calls made to it,
 * in their order. Intake drives it with real time, a restart replays the spool through it, rehearsal drives it with
 * virtual time. Instants given to it never go backwards (the driver sees to that).
 */
export interface Executor {
  /**
   * Moves time forward, judging at every step boundary at which something could have changed, and returns the verdicts that
   * changed, in order of time.
   */
  advance(to: Instant): readonly Verdict[];
  /** Takes in records that became durable at `receivedAt` (≥ the last instant given), and judges what they touched. */
  ingest(records: readonly EventRecord[], receivedAt: Instant): readonly Verdict[];
  /** The driver was not running since the last instant: time in which nobody listened is not silence. */
  resume(at: Instant): void;
  /** Every verdict as it stands, for a new connection to the core. */
  verdicts(): readonly Verdict[];
  /** Every signal's reading in every group as of the last instant. */
  readings(): readonly { readonly signal: string; readonly group: GroupKey; readonly reading: Reading }[];
}
