import { DAY_MS, type DurationMs, HOUR_MS, type Instant, MINUTE_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { availabilityOf, combinedCourse, type Run, type Segment, timesOf } from '#plan/availability.ts';
import type { AvailabilityFigure, AvailabilityTarget } from '#plan/availability-figure.ts';
import { type Stretch, stretchesOf, withoutStretches } from '#plan/maintenance.ts';
import type { NoDataReason } from '#plan/reading.ts';
import type { EventRecord } from '../record.ts';
import type { NumberReader, NumberWriter } from '../snapshot-format.ts';
import { CHECK_EVENT, textAttribute } from '../watch/watch.ts';
import { LateTime } from './late-time.ts';
import { LocationResults } from './results.ts';
import { type AvailabilityShape, availabilityShape, type PlanTime } from './shape.ts';
import { type KnownTimes, TimeSteps } from './time-steps.ts';

/** What a store knows of the time before an executor began to listen. */
export interface TargetHistory {
  /** Of each location, in the order of time. */
  readonly locations: readonly { readonly location: string; readonly runs: readonly Run[] }[];
}

/** What is asked of a store: results of the targets between two instants. */
export interface HistoryWanted {
  readonly figure: AvailabilityFigure;
  readonly from: Instant;
  readonly to: Instant;
  /** It has to hold all that was received before. */
  readonly heldAt: Instant;
  /** Nothing is said before it answers; else the time is one that late results have changed. */
  readonly isFirst: boolean;
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
 * One availability: results of its targets as long as others may still come before them, and times by steps of all that was before. Of a time
 * that stands in the steps already when a result comes to it, a store is asked again. What it says changes at results and at steps, and when a
 * store answers.
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
  private readonly steps: TimeSteps;
  /** A section of snapshots of its own. */
  readonly late: LateTime;
  private times: KnownTimes = { upMs: 0, downMs: 0 };
  private asOf: Instant;

  constructor(figure: AvailabilityFigure, id: number, time: PlanTime, now: Instant) {
    this.figure = figure;
    this.id = id;
    this.shape = availabilityShape(figure, time);
    this.targets = figure.targets.map((of) => ({ of, locations: new Map(), known: undefined }));
    this.startedAt = now;
    this.settledTo = now - limits.lateMs;
    this.asOf = now;
    this.steps = new TimeSteps(this.shape);
    this.late = new LateTime(this.shape, this.steps);
  }

  /** The share of the known time that was up; undefined with a reason when nothing is known. */
  get value(): number | undefined {
    return this.history === 'wanted' || this.knownMs === 0 ? undefined : this.times.upMs / this.knownMs;
  }

  get reason(): NoDataReason {
    return this.history === 'wanted' ? 'refilling' : 'not-measured';
  }

  get knownMs(): DurationMs {
    return this.times.upMs + this.times.downMs;
  }

  /** Whole minutes of known time. */
  get knownMinutes(): number {
    return Math.floor(this.knownMs / MINUTE_MS);
  }

  /** The next step at which it may change; Infinity while nothing is known and nothing held when it was last worked out. */
  nextAfter(now: Instant): Instant {
    const isIdle =
      this.knownMs === 0 &&
      this.targets.every(({ of, locations }) =>
        [...locations.values()].every(({ latestAt }) => latestAt + of.staleMs <= this.asOf),
      );
    if (isIdle) return Number.POSITIVE_INFINITY;
    return this.shape.nextAfter(now);
  }

  /** Whether a record is a result of one of the targets. */
  hear(record: EventRecord, now: Instant): boolean {
    if (record.name !== CHECK_EVENT) return false;
    const { probe, part, outcome } = record.attributes;
    const at = Math.min(record.time, now);
    let isHeard = false;
    for (const target of this.targets) {
      if (target.of.probe !== probe || target.of.part !== part) continue;
      isHeard = true;
      if (this.missed(target, at)) continue;
      const name = textAttribute(record, 'location') ?? '';
      let location = locationOf(target, name);
      if (location === undefined) {
        // Some may mean nothing any more.
        this.settle(now, this.shape.begin(now));
        location = locationOf(target, name);
      }
      if (location === undefined) continue;
      // Before all that is held it says nothing of what is not settled.
      if (location.earliestAt <= this.settledTo && at < location.earliestAt) continue;
      location.add(at, outcome === 'passed' ? 'up' : outcome === 'failed' ? 'down' : 'unknown');
    }
    return isHeard;
  }

  /** Notes what a store has to be asked for because of a result of this time, and whether that is all that it says. */
  private missed({ of: { staleMs } }: Target, at: Instant): boolean {
    const to = at + staleMs;
    if (at < this.settledTo) this.late.note(at, Math.min(to, this.settledTo));
    // What a store told of that time are runs, in which the single results do not stand.
    else if (this.history !== 'own' && at < this.startedAt) this.late.note(at, this.startedAt);
    return to <= this.settledTo;
  }

  /** Works out what it says as of an instant. */
  judge(now: Instant): void {
    this.asOf = now;
    const begin = this.shape.begin(now);
    this.settle(now, begin);
    let upMs = 0;
    let downMs = 0;
    if (begin <= now) {
      const settled = this.steps.since(this.shape.bucketOf(begin));
      upMs += settled.upMs;
      downMs += settled.downMs;
      const tail = { from: Math.max(begin, this.settledTo), to: now };
      if (tail.from < tail.to) {
        const recent = timesOf(this.course(this.runsOf(), tail), tail.from, tail.to);
        upMs += recent.upMs;
        downMs += recent.downMs;
      }
    }
    this.times = { upMs, downMs };
    if (this.history !== 'wanted') this.late.ask(now, begin, this.settledTo);
  }

  /** A store may know what was before; until `fill` nothing is said. */
  awaitHistory(): void {
    if (this.history === 'own') this.history = 'wanted';
  }

  /** What a store is to be asked for; undefined when nothing. */
  historyWanted(now: Instant): HistoryWanted | undefined {
    const { figure, startedAt } = this;
    const longest = Math.max(...figure.targets.map(({ staleMs }) => staleMs));
    const { asked } = this.late;
    if (this.history !== 'wanted') {
      return asked && { figure, from: asked.from - longest, to: asked.to, heldAt: asked.at + 1, isFirst: false };
    }
    // What was found last before it listened may hold longer, also where the window has not begun.
    const begin = Math.min(this.shape.begin(now), startedAt - limits.lateMs);
    const from = Math.max(begin, now - limits.availabilityWindowMs) - longest;
    return { figure, from, to: startedAt, heldAt: startedAt, isFirst: true };
  }

  /** Takes over what a store knows of what was wanted, by target. */
  fill({ from, to, isFirst }: Omit<HistoryWanted, 'figure'>, histories: readonly TargetHistory[], now: Instant): void {
    const wanted = this.historyWanted(now);
    // It was asked before the plan was changed, and for something else.
    if (wanted === undefined || wanted.isFirst !== isFirst || wanted.to !== to || wanted.from < from) return;
    if (isFirst) this.fillFirst(histories, now);
    else {
      const piece = this.late.answer(this.shape.begin(now));
      if (piece !== undefined) this.steps.add(this.told(histories, piece), piece.from);
    }
    this.judge(now);
  }

  /** The course that a store tells of. */
  private told(histories: readonly TargetHistory[], range: Stretch): readonly Segment[] {
    const runs = this.targets.map((_, place) =>
      (histories[place]?.locations ?? []).map((location) => location.runs.flatMap((run) => cut(run, range.to))),
    );
    return this.course(runs, range);
  }

  /** Only what was before it listened. */
  private fillFirst(histories: readonly TargetHistory[], now: Instant): void {
    this.history = 'filled';
    const begin = this.shape.begin(now);
    const until = this.startedAt - limits.lateMs;
    if (begin < until) this.steps.add(this.told(histories, { from: begin, to: until }), begin);
    for (const [place, target] of this.targets.entries()) {
      for (const { location, runs } of histories[place]?.locations ?? []) this.recall(target, location, runs);
    }
  }

  write(out: NumberWriter): void {
    for (const value of [this.startedAt, this.settledTo, this.asOf]) out.number(value);
    out.text(this.history);
    this.steps.write(out);
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
    this.steps.restore(from);
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
    if (range.from < range.to) this.steps.add(this.course(this.runsOf(), range), range.from);
    this.settledTo = until;
    for (const { of, locations } of this.targets) {
      for (const [name, results] of locations) {
        results.forget(until);
        // What it said last holds no longer in any time that is still looked at.
        if (results.latestAt + of.staleMs <= until) locations.delete(name);
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
    const earlier = runs.flatMap((run) => cut(run, this.startedAt));
    const latest = earlier.at(-1);
    if (latest === undefined || latest.last + staleMs <= from) return;
    const known = locationOf(target, name);
    if (known === undefined) return;
    // Results of one run follow one another while fresh.
    for (const run of earlier.toReversed()) {
      let at = run.last;
      known.add(at, run.state);
      while (at >= from && at > run.from) {
        at = Math.max(run.from, at - staleMs);
        known.add(at, run.state);
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
