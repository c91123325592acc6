import type { Instant } from '#kernel/instant.ts';
import type { Segment } from './availability.ts';
import type { Maintenance, MaintenanceSpan } from './availability-figure.ts';
import type { Probe } from './probe.ts';

/** A stretch of time, half open. */
export interface Stretch {
  readonly from: Instant;
  readonly to: Instant;
}

/** The spans that apply to a probe, or to a part of it: those of its service and its own. */
export function maintenanceOf(
  maintenance: readonly Maintenance[] | undefined,
  probe: Pick<Probe, 'name' | 'service'>,
  part?: string,
): readonly MaintenanceSpan[] {
  const about = new Set([probe.name, ...[part ?? probe.service].filter((service) => service !== undefined)]);
  return (maintenance ?? []).filter(({ of }) => of.some((name) => about.has(name))).map(({ span }) => span);
}

/** When maintenance is between two instants: in order, without overlaps, cut to the range. */
export function stretchesOf(
  spans: readonly MaintenanceSpan[],
  timezone: string,
  { from, to }: Stretch,
): readonly Stretch[] {
  const found = spans
    .flatMap((span) => (span.kind === 'instants' ? [span] : hoursWithin(span, timezone, from, to)))
    .map((one) => ({ from: Math.max(one.from, from), to: Math.min(one.to, to) }))
    .filter((one) => one.from < one.to);
  return mergeStretches(found);
}

/** The same time in order and without overlaps; those that touch are one. */
export function mergeStretches(stretches: readonly Stretch[]): readonly Stretch[] {
  const merged: { from: Instant; to: Instant }[] = [];
  for (const { from, to } of stretches.toSorted((left, right) => left.from - right.from)) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else merged.push({ from, to });
  }
  return merged;
}

/** The segments with the stretches unknown, in which nothing is held for or against anybody. */
export function withoutStretches(segments: readonly Segment[], stretches: readonly Stretch[]): readonly Segment[] {
  return markStretches(segments, stretches, 'unknown');
}

/** The segments with the stretches in a state of their own. Neighbours of one state are one. */
export function markStretches<State extends string>(
  segments: readonly Segment[],
  stretches: readonly Stretch[],
  as: State,
): readonly MarkedSegment<State>[] {
  if (stretches.length === 0) return segments;
  const pieces = segments.flatMap((segment) => {
    const parts: MarkedSegment<State>[] = [];
    let { from } = segment;
    for (const stretch of stretches) {
      if (stretch.to <= from || stretch.from >= segment.to) continue;
      const begin = Math.max(stretch.from, from);
      const end = Math.min(stretch.to, segment.to);
      if (begin > from) parts.push({ from, to: begin, state: segment.state });
      parts.push({ from: begin, to: end, state: as });
      from = end;
    }
    return from < segment.to ? [...parts, { from, to: segment.to, state: segment.state }] : parts;
  });
  const joined: MarkedSegment<State>[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (last?.state === piece.state) joined[joined.length - 1] = { ...last, to: piece.to };
    else joined.push(piece);
  }
  return joined;
}

/** A segment of a course in which some time has a state of its own. */
export interface MarkedSegment<State extends string> extends Stretch {
  readonly state: Segment['state'] | State;
}

function hoursWithin(
  { days, fromMinutes, toMinutes }: Extract<MaintenanceSpan, { readonly kind: 'hours' }>,
  timezone: string,
  from: Instant,
  to: Instant,
): readonly Stretch[] {
  const dateOf = (instant: Instant): Temporal.PlainDate =>
    Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timezone).toPlainDate();
  const last = dateOf(to);
  const found: Stretch[] = [];
  // What began the day before may reach into the range.
  for (
    let date = dateOf(from).subtract({ days: 1 });
    Temporal.PlainDate.compare(date, last) <= 0;
    date = date.add({ days: 1 })
  ) {
    if (days !== undefined && !days.includes(date.dayOfWeek)) continue;
    const until = toMinutes <= fromMinutes ? date.add({ days: 1 }) : date;
    found.push({ from: instantOf(date, fromMinutes, timezone), to: instantOf(until, toMinutes, timezone) });
  }
  return found;
}

/** A local time that the clocks skip is the one after the gap; one that comes twice is the first. */
function instantOf(date: Temporal.PlainDate, minutes: number, timezone: string): Instant {
  const day = minutes >= 1_440 ? date.add({ days: 1 }) : date;
  const time = Temporal.PlainTime.from({ hour: Math.floor(minutes / 60) % 24, minute: minutes % 60 });
  return day.toPlainDateTime(time).toZonedDateTime(timezone).epochMilliseconds;
}
