import type { DurationMs, Instant } from '#kernel/instant.ts';

/** Whether something could be used. Of unknown time nothing was heard, or we could not look: it counts neither for nor against it. */
export type Availability = 'up' | 'down' | 'unknown';

/** Results of one location that followed one another, each before the one before it was stale, and said the same. */
export interface Run {
  /** Of the first result. */
  readonly from: Instant;
  /** Of the last. */
  readonly last: Instant;
  readonly state: Availability;
  /** Of failures: nobody could read what should have been looked at, so that nothing was found in it. */
  readonly unread?: true;
}

/** A stretch of time, half open, in one state. */
export interface Segment {
  readonly from: Instant;
  readonly to: Instant;
  readonly state: Availability;
}

/** How long of a time something was in each state. */
export interface Times {
  readonly upMs: DurationMs;
  readonly downMs: DurationMs;
  readonly unknownMs: DurationMs;
}

/** What of a probe's course is asked for, and how its results are read. */
export interface CourseRange {
  readonly from: Instant;
  readonly to: Instant;
  /** How long a result says something. */
  readonly staleMs: DurationMs;
  /** So many locations have to fail; at least half without it. */
  readonly agree?: number | undefined;
}

/**
 * The course of a probe over a range, from the runs of each of its locations in the order of time. A result holds until the next one of its
 * location, and no longer than `staleMs`. Where several locations hold a result that says something, it is down when at least half of
 * them say so, or `agree` of them; where none does, that is unknown, and so it is where those that do are fewer than `agree` and all say
 * down. The segments follow one another, differ from their neighbours and make up the whole range.
 */
export function availabilityOf(
  locations: readonly (readonly Run[])[],
  { from, to, staleMs, agree }: CourseRange,
): readonly Segment[] {
  const course = new Course(from);
  const [only] = locations;
  if (only !== undefined && locations.length === 1) {
    const said = { up: agreedState(1, 0, agree), down: agreedState(0, 1, agree), unknown: 'unknown' } as const;
    // It is worked out at each result, and most probes look from one place: its runs follow one another already.
    for (const span of holding(only, staleMs)) {
      if (span.to <= from || span.from >= to) continue;
      course.extend(span.from, 'unknown');
      course.extend(Math.min(span.to, to), said[span.state]);
    }
    course.extend(to, 'unknown');
    return course.segments;
  }
  const changes = locations
    .flatMap((runs) => holding(runs, staleMs))
    .filter((span) => span.state !== 'unknown' && span.to > from && span.from < to)
    .flatMap(({ from: begin, to: end, state }) => {
      const weight = { up: state === 'up' ? 1 : 0, down: state === 'down' ? 1 : 0 };
      return [
        { at: Math.max(begin, from), ...weight },
        { at: Math.min(end, to), up: -weight.up, down: -weight.down },
      ];
    })
    .toSorted((left, right) => left.at - right.at);
  let up = 0;
  let down = 0;
  for (const change of changes) {
    course.extend(change.at, agreedState(up, down, agree));
    up += change.up;
    down += change.down;
  }
  course.extend(to, 'unknown');
  return course.segments;
}

/** A course as it is put together; neighbours of one state are one segment. */
class Course {
  readonly segments: { from: Instant; to: Instant; state: Availability }[] = [];
  private end: Instant;

  constructor(from: Instant) {
    this.end = from;
  }

  /** From where it ends so far until an instant; one that is not after its end adds nothing. */
  extend(until: Instant, state: Availability): void {
    if (until <= this.end) return;
    const last = this.segments.at(-1);
    if (last?.state === state) last.to = until;
    else this.segments.push({ from: this.end, to: until, state });
    this.end = until;
  }
}

/**
 * The course of what needs all of several: down while one of them is, up while one of them is and none is down, else unknown. Each course makes
 * up the whole range, as the result does.
 */
export function combinedCourse(
  courses: readonly (readonly Segment[])[],
  { from, to }: { readonly from: Instant; readonly to: Instant },
): readonly Segment[] {
  const [only] = courses;
  if (only !== undefined && courses.length === 1) return only;
  const edges = [...new Set([from, ...courses.flatMap((course) => course.map((segment) => segment.to)), to])]
    .filter((edge) => edge >= from && edge <= to)
    .toSorted((left, right) => left - right);
  const places = courses.map(() => 0);
  const combined: { from: Instant; to: Instant; state: Availability }[] = [];
  for (const [index, edge] of edges.slice(0, -1).entries()) {
    let state: Availability = 'unknown';
    for (const [which, course] of courses.entries()) {
      let place = places[which] ?? 0;
      while ((course[place]?.to ?? Number.POSITIVE_INFINITY) <= edge) place++;
      places[which] = place;
      const own = course[place]?.state ?? 'unknown';
      if (own === 'down' || state === 'unknown') state = own;
    }
    const last = combined.at(-1);
    const end = edges[index + 1] ?? to;
    if (last?.state === state) last.to = end;
    else combined.push({ from: edge, to: end, state });
  }
  return combined;
}

/** How long the segments were in each state between two instants; what they do not cover is unknown. */
export function timesOf(segments: readonly Segment[], from: Instant, to: Instant): Times {
  let upMs = 0;
  let downMs = 0;
  for (const segment of segments) {
    const length = Math.min(segment.to, to) - Math.max(segment.from, from);
    if (length <= 0) continue;
    if (segment.state === 'up') upMs += length;
    else if (segment.state === 'down') downMs += length;
  }
  return { upMs, downMs, unknownMs: to - from - upMs - downMs };
}

/** The share of the known time in which it was up; undefined when nothing is known. */
export function uptimeOf({ upMs, downMs }: Times): number | undefined {
  const known = upMs + downMs;
  return known === 0 ? undefined : upMs / known;
}

/** The same of equal parts of a range, in their order. */
export function partsOf(segments: readonly Segment[], from: Instant, to: Instant, parts: number): readonly Times[] {
  const edge = (index: number): Instant => from + Math.round(((to - from) * index) / parts);
  return Array.from({ length: parts }, (_, index) => timesOf(segments, edge(index), edge(index + 1)));
}

/**
 * What so many locations say together, each by a result that still holds: down when at least half of them say so, or `agree` of them. Where
 * none says anything that is unknown, and so it is where those that do are fewer than `agree` and all say down.
 */
export function agreedState(up: number, down: number, agree: number | undefined): Availability {
  if (up + down === 0) return 'unknown';
  if (agree === undefined) return down * 2 >= up + down ? 'down' : 'up';
  if (down >= agree) return 'down';
  return up === 0 ? 'unknown' : 'up';
}

/** How long each run holds: until the next begins, at most until its last result is stale. */
function holding(runs: readonly Run[], staleMs: DurationMs): readonly Segment[] {
  return runs.map(({ from, last, state }, index) => {
    const next = runs[index + 1]?.from ?? Number.POSITIVE_INFINITY;
    return { from, to: Math.min(last + staleMs, next), state };
  });
}
