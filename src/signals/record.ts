import type { DurationMs, Instant } from '#kernel/instant.ts';
import type { Source } from '#plan/model.ts';

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
  /** Of a point of a counter or a delta: what was added since the series' last point. Events have none. */
  readonly increase?: number;
  /** Of a point of a series whose pace is known: for so long after its time it is the last one. Others are while the window reaches to them. */
  readonly lifeMs?: DurationMs;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

/** Records made of points have names that no text of a plan has, so that no event is taken for a point. */
export function sampleRecordName(series: string): string {
  return `\u0000samples ${series}`;
}

/** The name of the records that a source is made of. */
export function recordNameOf({ event, samples }: Pick<Source, 'event' | 'samples'>): string {
  return samples === true ? sampleRecordName(event) : event;
}
