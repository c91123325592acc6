import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Measure, Source } from '#plan/model.ts';
import { compileField } from '../predicate.ts';
import type { Arrival } from '../watch/reference-watch.ts';
import { boundaryAfter, boundaryFrom, boundaryOf, type KeyTimes, keyTimes } from './key-times.ts';

interface Occurrence {
  readonly key: string;
  readonly time: Instant;
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
    this.events = occurrences(events, measure.field ?? '', source);
    this.partners = occurrences(partners, measure.partner?.field ?? '', partnerSource ?? source);
  }

  /** How many keys the window holds at an instant, and those that count, in the order in which they are shown. */
  at(now: Instant): { readonly covered: number; readonly offending: readonly string[] } {
    const boundary = boundaryOf(this.times, now);
    const starts = boundary - this.times.windowMs;
    const covered = new Set(this.events.filter(({ time }) => time >= starts).map(({ key }) => key));
    const offending = [...covered].flatMap((key) => {
      const rank = this.measure.function === 'duplicates' ? this.twice(key, starts) : this.alone(key, starts, boundary);
      return rank === undefined ? [] : [{ key, rank }];
    });
    offending.sort((left, right) => left.rank - right.rank || (left.key < right.key ? -1 : 1));
    return { covered: covered.size, offending: offending.map(({ key }) => key) };
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
  private twice(key: string, starts: Instant): number | undefined {
    const times = this.events.filter((event) => event.key === key && event.time >= starts).map(({ time }) => time);
    return times.length < 2 ? undefined : -Math.max(...times);
  }

  /** Since when the key is there without a partner, when that is long enough. */
  private alone(key: string, starts: Instant, boundary: Instant): number | undefined {
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
function occurrences(arrivals: readonly Arrival[], field: string, { units }: Source): readonly Occurrence[] {
  const read = compileField(field, units);
  return arrivals.flatMap(({ record, receivedAt }) => {
    const value = read(record);
    const isInTime = record.time <= receivedAt + limits.futureMs && record.time >= receivedAt - limits.lateMs;
    return value === undefined || !isInTime ? [] : [{ key: String(value), time: Math.min(record.time, receivedAt) }];
  });
}
