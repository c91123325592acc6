import type { Instant } from '#kernel/instant.ts';

/**
 * One event as intake accepted it: checked, typed, within all limits. The JSON form of this is what the spool holds.
 */
export interface EventRecord {
  readonly name: string;
  readonly time: Instant;
  /** As sent in `event_id`, else made by intake. Unique in the plan. */
  readonly id: string;
  readonly user?: string;
  readonly durationMs?: number;
  readonly value?: number;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}
