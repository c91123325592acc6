import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { availabilityOf, combinedCourse, type Run, type Segment, type Times, timesOf } from '#plan/availability.ts';
import type { AvailabilityFigure, AvailabilityTarget } from '#plan/availability-figure.ts';
import { type Stretch, stretchesOf, withoutStretches } from '#plan/maintenance.ts';
import type { NoDataReason } from '#plan/reading.ts';
import type { EventRecord } from '../record.ts';
import type { NumberReader, NumberWriter } from '../snapshot-format.ts';
import { CHECK_EVENT, textAttribute } from '../watch/watch.ts';
import { LocationResults } from './results.ts';
import { type AvailabilityShape, availabilityShape } from './shape.ts';

/** What a store knows of the time before an executor began to listen. */
export interface TargetHistory {
  /** Of each location, in the order of time. */
  readonly locations: readonly { readonly location: string; readonly runs: readonly Run[] }[];
}

/** What is asked of a store: results of the targets from `from` on; what came at or after `to` was heard. */
export interface HistoryWanted {
  readonly figure: AvailabilityFigure;
  readonly from: Instant;
  readonly to: Instant;
}

/** Days around an instant for which maintenance is worked out at once. */
const AROUND_MS = DAY_MS;

interface Target {
  readonly of: AvailabilityTarget;
  readonly locations: Map<string, LocationResults>;
  /** The maintenance of a time that was worked out. */
  known: { readonly range: Stretch; readonly stretches: readonly Stretch[] } | undefined;
}

/**
 * One availability: results of its targets as long as others may still come before them, and times by steps of all that was before. A
 * result that comes later than `limits.lateMs` is not taken in. What it says changes at results and at steps only.
 */
export class AvailabilityWindow {
  readonly figure: AvailabilityFigure;
  /** Its number within the executor. */
  readonly id: number;
  queued = false;
  private readonly shape: AvailabilityShape;
  private readonly targets: readonly Target[];
  /** From then on it listens. */
  private startedAt: Instant;
  /** What is before stands in the steps. */
  private settledTo: Instant;
  /** `wanted`: a store is asked for what was before; until it answers nothing is said. */
  private history: 'own' | 'wanted' | 'filled' = 'own';
  private readonly buckets: Float64Array;
  private readonly upMs: Float64Array;
  private readonly downMs: Float64Array;
  private times: Pick<Times, 'upMs' | 'downMs'> = { upMs: 0, downMs: 0 };
  private asOf: Instant;

  constructor(figure: AvailabilityFigure, id: number, launch: Instant | undefined, now: Instant) {
    this.figure = figure;
    this.id = id;
    this.shape = availabilityShape(figure, launch);
    this.targets = figure.targets.map((of) => ({ of, locations: new Map(), known: undefined }));
    this.startedAt = now;
    this.settledTo = now - limits.lateMs;
    this.asOf = now;
    this.buckets = new Float64Array(this.shape.capacity).fill(-1);
    this.upMs = new Float64Array(this.shape.capacity);
    this.downMs = new Float64Array(this.shape.capacity);
  }

  /** The share of the known time that was up; undefined with a reason when nothing is known. */
  get value(): number | undefined {
    const known = this.times.upMs + this.times.downMs;
    return this.history === 'wanted' || known === 0 ? undefined : this.times.upMs / known;
  }

  get reason(): NoDataReason {
    return this.history === 'wanted' ? 'refilling' : 'not-measured';
  }

  /** Whole minutes of known time. */
  get knownMinutes(): number {
    return Math.floor((this.times.upMs + this.times.downMs) / MINUTE_MS);
  }

  /** The next step at which it may change; Infinity while nothing is known and nothing held when it was last worked out. */
  nextAfter(now: Instant): Instant {
    const isIdle =
      this.times.upMs + this.times.downMs === 0 &&
      this.targets.every(({ of, locations }) =>
        [...locations.values()].every(({ latestAt }) => latestAt + of.staleMs <= this.asOf),
      );
    if (isIdle) return Number.POSITIVE_INFINITY;
    return (Math.floor(now / this.shape.stepMs) + 1) * this.shape.stepMs;
  }

  /** Whether a record is a result of one of the targets, in time. */
  hear(record: EventRecord, now: Instant): boolean {
    if (record.name !== CHECK_EVENT) return false;
    const { probe, part, outcome } = record.attributes;
    const at = Math.min(record.time, now);
    if (at < now - limits.lateMs) return false;
    let isHeard = false;
    for (const target of this.targets) {
      if (target.of.probe !== probe || target.of.part !== part) continue;
      const name = textAttribute(record, 'location') ?? '';
      let location = locationOf(target, name);
      if (location === undefined) {
        // Some may mean nothing any more.
        this.settle(now, this.shape.begin(now));
        location = locationOf(target, name);
      }
      if (location === undefined) continue;
      location.add(at, outcome === 'passed' ? 'up' : outcome === 'failed' ? 'down' : 'unknown');
      isHeard = true;
    }
    return isHeard;
  }

  /** Works out what it says as of an instant. */
  judge(now: Instant): void {
    this.asOf = now;
    const begin = this.shape.begin(now);
    this.settle(now, begin);
    let upMs = 0;
    let downMs = 0;
    if (begin <= now) {
      const first = this.shape.bucketOf(begin);
      for (const [slot, bucket] of this.buckets.entries()) {
        if (bucket < first) continue;
        upMs += this.upMs[slot] as number;
        downMs += this.downMs[slot] as number;
      }
      const tail = { from: Math.max(begin, this.settledTo), to: now };
      if (tail.from < tail.to) {
        const recent = timesOf(this.course(this.runsOf(), tail), tail.from, tail.to);
        upMs += recent.upMs;
        downMs += recent.downMs;
      }
    }
    this.times = { upMs, downMs };
  }

  /** A store may know what was before; until `fill` nothing is said. */
  awaitHistory(): void {
    if (this.history === 'own') this.history = 'wanted';
  }

  /** What a store is to be asked for; undefined when nothing. */
  historyWanted(now: Instant): HistoryWanted | undefined {
    if (this.history !== 'wanted') return undefined;
    const begin = this.shape.begin(now);
    const longest = Math.max(...this.figure.targets.map(({ staleMs }) => staleMs));
    const from = Math.max(begin, now - limits.availabilityWindowMs) - longest;
    return { figure: this.figure, from: Number.isFinite(from) ? from : this.startedAt, to: this.startedAt };
  }

  /** Takes over what a store knows, by target; only what was before it listened. */
  fill(histories: readonly TargetHistory[], now: Instant): void {
    if (this.history !== 'wanted') return;
    this.history = 'filled';
    const begin = this.shape.begin(now);
    const until = this.startedAt - limits.lateMs;
    if (begin < until) {
      const courses = this.targets.map((_, place) =>
        (histories[place]?.locations ?? []).map(({ runs }) => runs.flatMap((run) => cut(run, until))),
      );
      this.keep(this.course(courses, { from: begin, to: until }), begin);
    }
    for (const [place, target] of this.targets.entries()) {
      for (const { location, runs } of histories[place]?.locations ?? []) this.recall(target, location, runs);
    }
    this.judge(now);
  }

  write(out: NumberWriter): void {
    for (const value of [this.startedAt, this.settledTo, this.asOf]) out.number(value);
    out.text(this.history);
    const slots = [...this.buckets.keys()].filter((slot) => (this.buckets[slot] as number) >= 0);
    out.number(slots.length);
    for (const slot of slots) {
      for (const value of [this.buckets, this.upMs, this.downMs]) out.number(value[slot] as number);
    }
    for (const { locations } of this.targets) {
      out.number(locations.size);
      for (const [name, results] of locations) {
        out.text(name);
        results.write(out);
      }
    }
  }

  /** Restores what `write` wrote of a figure of the same meaning. */
  restore(from: NumberReader): void {
    this.startedAt = from.number();
    this.settledTo = from.number();
    const asOf = from.number();
    this.history = from.text() as 'own' | 'wanted' | 'filled';
    for (let left = from.number(); left > 0; left--) {
      const bucket = from.number();
      const slot = bucket % this.shape.capacity;
      this.buckets[slot] = bucket;
      this.upMs[slot] = from.number();
      this.downMs[slot] = from.number();
    }
    for (const { locations } of this.targets) {
      for (let left = from.number(); left > 0; left--) {
        const results = new LocationResults();
        locations.set(from.text(), results);
        results.restore(from);
      }
    }
    this.judge(asOf);
  }

  /** Puts what no later result can change into the steps, now and then. */
  private settle(now: Instant, begin: Instant): void {
    const until = now - limits.lateMs;
    if (until - this.settledTo < limits.lateMs) return;
    // What a store will tell of comes before all of this; one that is away for long is not waited for.
    if (this.history === 'wanted' && now - this.startedAt < HOUR_MS) return;
    const range = { from: Math.max(this.settledTo, Math.min(begin, until)), to: until };
    if (range.from < range.to) this.keep(this.course(this.runsOf(), range), range.from);
    this.settledTo = until;
    for (const { of, locations } of this.targets) {
      for (const [name, results] of locations) {
        results.forget(until);
        // What it said last holds no longer in any time that is still looked at.
        if (results.latestAt + of.staleMs <= until) locations.delete(name);
      }
    }
  }

  /** Adds a course to the steps; `begin` is where the window begins or later. */
  private keep(course: readonly Segment[], begin: Instant): void {
    for (const { from, to, state } of course) {
      if (state === 'unknown') continue;
      for (let at = Math.max(from, begin); at < to; ) {
        const bucket = this.shape.bucketOf(at);
        const end = Math.min(to, this.shape.endOf(bucket));
        const slot = bucket % this.shape.capacity;
        if (this.buckets[slot] !== bucket) {
          this.buckets[slot] = bucket;
          this.upMs[slot] = 0;
          this.downMs[slot] = 0;
        }
        const held = state === 'up' ? this.upMs : this.downMs;
        held[slot] = (held[slot] as number) + (end - at);
        at = end;
      }
    }
  }

  private runsOf(): readonly (readonly (readonly Run[])[])[] {
    return this.targets.map(({ of, locations }) => [...locations.values()].map((results) => results.runs(of.staleMs)));
  }

  /** The course of all targets together. */
  private course(runs: readonly (readonly (readonly Run[])[])[], range: Stretch): readonly Segment[] {
    const courses = this.targets.map((target, place) => {
      const { staleMs, agree } = target.of;
      const own = availabilityOf(runs[place] ?? [], { ...range, staleMs, agree });
      return withoutStretches(own, this.maintenance(target, range));
    });
    return combinedCourse(courses, range);
  }

  /** Worked out for more than is asked, since the next question is of the next second. */
  private maintenance(target: Target, { from, to }: Stretch): readonly Stretch[] {
    const { excluded = [] } = target.of;
    if (excluded.length === 0) return [];
    const { known } = target;
    if (known !== undefined && known.range.from <= from && known.range.to >= to) return known.stretches;
    const range = { from: from - AROUND_MS, to: to + AROUND_MS };
    const stretches = stretchesOf(excluded, this.figure.timezone ?? 'UTC', range);
    target.known = { range, stretches };
    return stretches;
  }

  /** Puts the runs that a store knows from before it listened among the results. */
  private recall(target: Target, name: string, runs: readonly Run[]): void {
    const { staleMs } = target.of;
    const from = this.settledTo;
    const until = Math.min(this.startedAt, target.locations.get(name)?.earliestAt ?? this.startedAt);
    const earlier = runs.flatMap((run) => cut(run, until));
    const latest = earlier.at(-1);
    if (latest === undefined || latest.last + staleMs <= from) return;
    const known = locationOf(target, name);
    if (known === undefined) return;
    // Backwards, since each stands before the others. Results of one run follow one another while fresh.
    for (const run of earlier.toReversed()) {
      let at = run.last;
      known.begin(at, run.state);
      while (at >= from && at > run.from) {
        at = Math.max(run.from, at - staleMs);
        known.begin(at, run.state);
      }
      if (at < from) break;
    }
  }
}

/** The results of a location, which is made when it is new; undefined when as many others are known as may be. */
function locationOf({ locations }: Target, name: string): LocationResults | undefined {
  const known = locations.get(name);
  if (known !== undefined || locations.size > limits.probeLocations) return known;
  const results = new LocationResults();
  locations.set(name, results);
  return results;
}

/** What of a run was before an instant. */
function cut(run: Run, until: Instant): readonly Run[] {
  return run.from >= until ? [] : [{ ...run, last: Math.min(run.last, until - 1) }];
}
