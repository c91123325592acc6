import type { DurationMs, Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { CompiledPlan } from '#plan/model.ts';
import { type EventRecord, sampleRecordName } from './record.ts';

/**
 * What a series' points mean. A `counter` only grows until it starts again from nothing; a `gauge` is a level; `delta` points are increases
 * of their own.
 */
export type SeriesKind = 'gauge' | 'counter' | 'delta';

/** A name with its labels: everything that tells one line of points from another. */
export interface PointSeries {
  readonly name: string;
  readonly kind: SeriesKind;
  /** Sorted by name; a label without a value is absent. */
  readonly labels: readonly (readonly [name: string, value: string])[];
  /** When a counter last began at nothing, where its sender says so. */
  readonly startedAt?: Instant;
  /** Where its pace is known, as that of a scrape is: how long a point is the last one. */
  readonly lifeMs?: DurationMs;
}

/** What is remembered of a series: its latest point, and how far that was from the one before. */
export interface LastPoint {
  readonly time: Instant;
  readonly value: number;
  readonly intervalMs: DurationMs;
}

/** A series whose points come seldom is silent only after so many of its own intervals. */
export const INTERVALS = 3;

/** The names of series that a plan reads. */
export function wantedSeries(plan: CompiledPlan): ReadonlySet<string> {
  return new Set(Object.values(plan.sources).flatMap(({ samples, event }) => (samples === true ? [event] : [])));
}

/**
 * Points of one series as records that executors take in. A counter's increase is the difference from its last point, or all of its value when
 * it has started again: when the value is lower than before, or the sender says that it began since. A point without a last one, after a
 * long silence, or older than the last one has no increase; the next newer one has it. The same point again is no record.
 */
export class PointReader {
  readonly #name: string;
  readonly #attributes: Readonly<Record<string, string>>;
  #last: LastPoint | undefined;

  constructor({ name, labels }: PointSeries, last?: LastPoint) {
    this.#name = sampleRecordName(name);
    this.#attributes = Object.freeze(attributesOf(labels));
    this.#last = last;
  }

  /** For the snapshot: what the next point is compared with. */
  get last(): LastPoint | undefined {
    return this.#last;
  }

  read({ kind, startedAt, lifeMs }: PointSeries, time: Instant, value: number): EventRecord | undefined {
    const last = this.#last;
    if (last?.time === time) return undefined;
    const increase = kind === 'gauge' ? undefined : kind === 'delta' ? value : increaseOf(last, startedAt, time, value);
    if (last === undefined || time > last.time) {
      this.#last = { time, value, intervalMs: last === undefined ? 0 : time - last.time };
    }
    const record = {
      ...{ name: this.#name, time, id: '', value, attributes: this.#attributes },
      ...(lifeMs !== undefined && Number.isFinite(lifeMs) && { lifeMs }),
    };
    return increase === undefined ? record : { ...record, increase };
  }
}

function increaseOf(
  last: LastPoint | undefined,
  startedAt: Instant | undefined,
  time: Instant,
  value: number,
): number | undefined {
  if (last === undefined) {
    // A series that has just begun has nothing behind it that was not seen.
    return startedAt !== undefined && startedAt <= time && time - startedAt <= limits.sampleLifeMs ? value : undefined;
  }
  if (time < last.time || time - last.time > Math.max(limits.sampleLifeMs, INTERVALS * last.intervalMs))
    return undefined;
  const hasRestarted = value < last.value || (startedAt !== undefined && startedAt > last.time && startedAt <= time);
  return hasRestarted ? value : value - last.value;
}

const Bare = function Bare() {} as unknown as new () => Record<string, string>;
Bare.prototype = Object.create(null);

/** Inherits nothing, as the attributes of events do not. */
function attributesOf(labels: PointSeries['labels']): Record<string, string> {
  const attributes = new Bare();
  for (const [name, value] of labels) attributes[name] = value;
  return attributes;
}
