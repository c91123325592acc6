import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Measure, Source } from '#plan/model.ts';
import type { GroupKey } from '#plan/reading.ts';
import { groupOf } from '../groups.ts';
import { compileField } from '../predicate.ts';
import type { Arrival } from '../watch/reference-watch.ts';
import { boundaryAfter, boundaryFrom, boundaryOf, type KeyTimes, keyTimes } from './key-times.ts';

interface Occurrence {
  readonly key: string;
  readonly time: Instant;
  /** The group that its event puts the key in. */
  readonly group: GroupKey;
  readonly receivedAt: Instant;
}

/** What a group has in the window: how many keys, and those that count, in the order in which they are shown. */
export interface ReferenceGroup {
  readonly covered: number;
  readonly offending: readonly string[];
}

/** The definition of `duplicates` and `missing`, by every event that ever came. */
export class ReferenceKeys {
  private readonly measure: Measure;
  private readonly times: KeyTimes;
  /** In order of arrival. */
  private readonly events: readonly Occurrence[];
  private readonly partners: readonly Occurrence[];

  constructor(
    measure: Measure,
    events: readonly Arrival[],
    partners: readonly Arrival[],
    source: Source,
    partnerSource: Source | undefined,
  ) {
    this.measure = measure;
    this.times = keyTimes(measure);
    this.events = occurrences(events, measure.field ?? '', measure.by, source);
    this.partners = occurrences(partners, measure.partner?.field ?? '', [], partnerSource ?? source);
  }

  /** What each group has in the window at an instant. */
  at(now: Instant): ReadonlyMap<GroupKey, ReferenceGroup> {
    const boundary = boundaryOf(this.times, now);
    const starts = boundary - this.times.windowMs;
    const keys = this.coveredKeys(starts);
    const groups = Map.groupBy(keys, ({ group }) => group);
    return new Map(
      [...groups].map(([group, own]) => [group, { covered: own.length, offending: this.count(own, starts, boundary) }]),
    );
  }

  private count(keys: readonly Occurrence[], starts: Instant, boundary: Instant): readonly string[] {
    const ranked = keys.flatMap((one) => {
      const rank = this.isMissing ? this.alone(one, starts, boundary) : this.twice(one, starts);
      return rank === undefined ? [] : [{ key: one.key, rank }];
    });
    ranked.sort((left, right) => left.rank - right.rank || (left.key < right.key ? -1 : 1));
    return ranked.map(({ key }) => key);
  }

  private get isMissing(): boolean {
    return this.measure.function === 'missing';
  }

  /** Of `duplicates` each group has keys of its own; a key that may be missing is one, in the group of its latest event. */
  private isSame(left: Occurrence, right: Occurrence): boolean {
    return left.key === right.key && (this.isMissing || left.group === right.group);
  }

  /** Of each key that the window holds, the event that came last of those that the window reached when they came. */
  private coveredKeys(starts: Instant): readonly Occurrence[] {
    const reached = this.events.filter(
      ({ time, receivedAt }) => time >= boundaryOf(this.times, receivedAt) - this.times.windowMs,
    );
    return reached.filter(
      (event, index) =>
        !reached.slice(index + 1).some((later) => this.isSame(event, later)) &&
        reached.some((other) => other.time >= starts && this.isSame(event, other)),
    );
  }

  /** Every instant at which one event may change what time alone says. */
  instantsOf({ record, receivedAt }: Arrival): readonly Instant[] {
    const { times } = this;
    const time = Math.min(record.time, receivedAt);
    return [
      boundaryAfter(times, time + times.windowMs),
      boundaryAfter(times, time + times.windowMs + limits.partnerBeforeMs),
      boundaryFrom(times, time + times.graceMs),
    ];
  }

  /** How far back the latest of two events in the window is. */
  private twice(key: Occurrence, starts: Instant): number | undefined {
    const times = this.events
      .filter((event) => this.isSame(event, key) && event.time >= starts)
      .map(({ time }) => time);
    return times.length < 2 ? undefined : -Math.max(...times);
  }

  /** Since when the key is there without a partner, when that is long enough. */
  private alone({ key }: Occurrence, starts: Instant, boundary: Instant): number | undefined {
    const { windowMs, graceMs } = this.times;
    if (this.partners.some((partner) => partner.key === key && partner.time >= starts - limits.partnerBeforeMs))
      return undefined;
    let since = Number.NEGATIVE_INFINITY;
    let last = Number.NEGATIVE_INFINITY;
    for (const { time } of this.events.filter((event) => event.key === key)) {
      since = time > last + windowMs ? time : Math.min(since, time);
      last = Math.max(last, time);
    }
    return since + graceMs <= boundary ? since : undefined;
  }
}

/** What came in time and has the field. */
function occurrences(
  arrivals: readonly Arrival[],
  field: string,
  by: readonly string[],
  { units }: Source,
): readonly Occurrence[] {
  const read = compileField(field, units);
  const groups = by.map((name) => compileField(name, units));
  return arrivals.flatMap(({ record, receivedAt }) => {
    const value = read(record);
    const isInTime = record.time <= receivedAt + limits.futureMs && record.time >= receivedAt - limits.lateMs;
    if (value === undefined || !isInTime) return [];
    return [
      { key: String(value), time: Math.min(record.time, receivedAt), receivedAt, group: groupOf(record, groups) },
    ];
  });
}
