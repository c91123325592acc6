import { assert } from '#kernel/assert.ts';
import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { isArithmetic } from '#plan/arithmetic.ts';
import { compare } from '#plan/compare.ts';
import type { CompiledPlan, Formula, HeartbeatTest, Measure, ProbeTest, Source, Test } from '#plan/model.ts';
import { phaseAt, valueAt } from '#plan/phases.ts';
import { type GroupKey, type NoDataReason, type Truth, UNGROUPED } from '#plan/reading.ts';
import { BOUND_FIELD } from '#plan/sample-fields.ts';
import { isOfKeys } from '#plan/window-step.ts';
import { ReferenceAvailability } from './availability/reference-availability.ts';
import { formulasOf } from './comparison-judge.ts';
import { groupOf, otherGroup } from './groups.ts';
import { type ReferenceGroup, ReferenceKeys } from './keys/reference-keys.ts';
import { compileField, compilePredicate } from './predicate.ts';
import { type EventRecord, recordNameOf } from './record.ts';
import { isTotal, isZeroWhenEmpty, onlyGrows } from './totals.ts';
import { type Arrival, ReferenceWatch } from './watch/reference-watch.ts';
import { isWatched } from './watch/watch.ts';
import { aggregate } from './window/reference-aggregate.ts';
import { referenceBuckets } from './window/reference-buckets.ts';
import { windowShape } from './window/step.ts';

/** A figure as the definition gives it: a value, or the reason for none. */
export interface ReferenceFigure {
  readonly reason?: NoDataReason;
  readonly value?: number;
  readonly sampleSize: number;
  /** When the windows of a value so far are full. */
  readonly fullAt?: Instant;
}

interface Placed {
  readonly record: EventRecord;
  readonly bucket: number;
  readonly group: GroupKey;
  readonly value: string | number | boolean;
}

/**
 * The definition of signals and tests, written to be read and not to be fast: it keeps every event and works everything out
 * anew for each instant. Other executors are tested against it.
 */
export class ReferenceExecutor {
  private readonly plan: CompiledPlan;
  private readonly startedAt: Instant;
  private readonly arrivals: Arrival[] = [];

  constructor(plan: CompiledPlan, startedAt: Instant) {
    this.plan = plan;
    this.startedAt = startedAt;
  }

  ingest(records: readonly EventRecord[], receivedAt: Instant): void {
    for (const record of records) this.arrivals.push({ record, receivedAt });
  }

  /** Every instant at which a reading or truth may change by itself. */
  instants(): ReadonlySet<Instant> {
    const instants = new Set<Instant>([this.startedAt]);
    for (const { record, receivedAt } of this.arrivals) {
      instants.add(receivedAt).add(receivedAt + limits.receivedWithinMs);
      if (record.lifeMs !== undefined) instants.add(record.time + record.lifeMs);
      for (const measure of Object.values(this.plan.measures)) {
        if (isOfKeys(measure)) {
          for (const at of this.keys(measure, receivedAt + 1).instantsOf({ record, receivedAt })) instants.add(at);
          continue;
        }
        const { stepMs, steps } = windowShape(measure);
        const bucket = Math.floor(record.time / stepMs);
        instants
          .add(bucket * stepMs)
          .add((bucket + steps + 1) * stepMs)
          .add(receivedAt + measure.window.ms);
      }
    }
    for (const test of Object.values(this.plan.tests)) {
      if (isWatched(test)) for (const at of this.watch(test).instants()) instants.add(at);
      if (test.kind !== 'silence') continue;
      for (const from of [this.startedAt, this.plan.launch ?? 0]) instants.add(from + test.forMs);
      for (const { record, receivedAt } of this.arrivals) instants.add(Math.min(record.time, receivedAt) + test.forMs);
    }
    return instants;
  }

  /** The figures of a formula by group, from what had arrived before `before` (by default: at or before `at`). */
  figures(formula: Formula, at: Instant, before: Instant = at + 1): ReadonlyMap<GroupKey, ReferenceFigure> {
    const groups = groupsOf(formula, (measure) => this.groups(measure, at, before), this.plan) ?? new Set([UNGROUPED]);
    return new Map([...groups].map((group) => [group, this.figure(formula, group, at, before, false)]));
  }

  /** The truth of a test in each group that has events. */
  truths(test: Test, at: Instant, before: Instant = at + 1): ReadonlyMap<GroupKey, Truth> {
    if (test.kind === 'silence') return new Map([[UNGROUPED, this.silence(test, at, before)]]);
    if (isWatched(test)) return new Map([[UNGROUPED, this.watch(test).truth(at, before)]]);
    const formulas = formulasOf(test);
    const groups = formulas.map((formula) => groupsOf(formula, (id) => this.groups(id, at, before), this.plan));
    const grouped = groups.filter((set) => set !== undefined);
    const all = grouped.length === 0 ? new Set([UNGROUPED]) : new Set(grouped.flatMap((set) => [...set]));
    return new Map([...all].map((group) => [group, this.truth(test, group, at, before, false)]));
  }

  /** The last truth of a group that has no events any more. */
  truthOfGone(test: Test, group: GroupKey, at: Instant, before: Instant = at + 1): Truth {
    assert(test.kind === 'comparison', 'only comparisons have groups');
    return this.truth(test, group, at, before, true);
  }

  /** Of a figure of the plan. */
  availability(figure: string): ReferenceAvailability {
    const found = this.plan.availabilities?.[figure];
    assert(found !== undefined, `the plan has no availability ${figure}`);
    return new ReferenceAvailability(found, this.arrivals, this.plan, this.startedAt);
  }

  private watch(test: ProbeTest | HeartbeatTest): ReferenceWatch {
    return new ReferenceWatch(test, this.arrivals, this.startedAt);
  }

  private truth(
    test: Test & { kind: 'comparison' },
    group: GroupKey,
    at: Instant,
    before: Instant,
    gone: boolean,
  ): Truth {
    const figures = formulasOf(test).map((formula) => this.figure(formula, group, at, before, gone));
    const [left, low, high] = figures.map((figure) => figure.value);
    if (figures.some((figure) => figure.reason !== undefined) || left === undefined || low === undefined)
      return 'unknown';
    if (Math.min(...figures.map((figure) => figure.sampleSize)) < test.atLeast) return 'unknown';
    const operator = test.comparison.operator;
    if (figures.some(({ fullAt }) => fullAt !== undefined)) return this.truthSoFar(test, figures);
    const holds = operator === 'between' ? left >= low && left <= (high ?? low) : compare(left, operator, low);
    return holds ? 'true' : 'false';
  }

  /** Of a total that can only grow, compared with something that will not change any more: true or false when growing cannot change it. */
  private truthSoFar(test: Test & { kind: 'comparison' }, figures: readonly ReferenceFigure[]): Truth {
    const [left, limit] = figures;
    const measure = test.left.kind === 'measure' ? this.measure(test.left.measure) : undefined;
    const { operator } = test.comparison;
    if (left?.value === undefined || limit?.value === undefined || limit.fullAt !== undefined) return 'unknown';
    if (measure === undefined || !onlyGrows(measure) || operator === 'between') return 'unknown';
    const now = compare(left.value, operator, limit.value);
    const later = compare(Math.max(left.value, limit.value) + 1, operator, limit.value);
    const equal = left.value > limit.value || compare(limit.value, operator, limit.value) === now;
    return now === later && equal ? (now ? 'true' : 'false') : 'unknown';
  }

  private silence(test: Test & { kind: 'silence' }, at: Instant, before: Instant): Truth {
    const seen = this.admitted(test.source, test.where, before).map(({ record, receivedAt }) =>
      Math.min(record.time, receivedAt),
    );
    const launch = this.plan.launch ?? Number.POSITIVE_INFINITY;
    if (at >= Math.max(this.startedAt, launch, ...seen) + test.forMs) return 'true';
    return seen.length === 0 ? 'unknown' : 'false';
  }

  private figure(formula: Formula, group: GroupKey, at: Instant, before: Instant, gone: boolean): ReferenceFigure {
    if (formula.kind === 'constant') return { value: formula.value, sampleSize: Number.POSITIVE_INFINITY };
    if (formula.kind === 'availability') return this.availability(formula.figure).read(at, before);
    if (formula.kind === 'by-phase') {
      const value = valueAt(formula.values, phaseAt(this.plan, this.plan.launch, at));
      const sampleSize = Number.POSITIVE_INFINITY;
      return typeof value === 'number' ? { value, sampleSize } : { reason: 'no-target', sampleSize };
    }
    if (formula.kind === 'measure') return this.measureFigure(this.measure(formula.measure), group, at, before, gone);
    const left = this.figure(formula.left, group, at, before, gone);
    const right = this.figure(formula.right, group, at, before, gone);
    const sampleSize = formula.kind === 'ratio' ? right.sampleSize : Math.min(left.sampleSize, right.sampleSize);
    const reason = left.reason ?? right.reason;
    if (reason !== undefined || left.value === undefined || right.value === undefined) {
      return { reason: reason ?? 'not-a-number', sampleSize };
    }
    const isShare = formula.kind === 'divide' || formula.kind === 'ratio';
    const fullAt = Math.max(left.fullAt ?? 0, right.fullAt ?? 0);
    // Two totals of one time are to each other in half a window what they are in a whole one.
    const soFar = fullAt > 0 && !(isShare && left.fullAt === right.fullAt) ? { fullAt } : {};
    if (formula.kind === 'add') return { value: left.value + right.value, sampleSize, ...soFar };
    if (formula.kind === 'subtract') return { value: left.value - right.value, sampleSize, ...soFar };
    if (formula.kind === 'multiply') return { value: left.value * right.value, sampleSize, ...soFar };
    return right.value === 0
      ? { reason: 'zero-denominator', sampleSize }
      : { value: left.value / right.value, sampleSize, ...soFar };
  }

  private measureFigure(
    measure: Measure,
    group: GroupKey,
    at: Instant,
    before: Instant,
    gone: boolean,
  ): ReferenceFigure {
    if (isOfKeys(measure)) {
      const { covered, offending } = this.keysOf(measure, group, at, before);
      if (covered > 0) return { value: offending.length, sampleSize: covered };
      if (measure.by.length > 0 && !gone) return { reason: 'missing-partner', sampleSize: 0 };
      return this.emptyFigure(at, before);
    }
    const own = measure.by.length === 0 ? UNGROUPED : group;
    const events = this.covered(measure, at, before).filter((event) => event.group === own);
    if (measure.function === 'bucket-percentile') return this.bucketFigure(measure, events, gone);
    const values = events.sort((left, right) => left.record.time - right.record.time).map((event) => event.value);
    const sampleSize = values.length;
    const soFar = this.fillingUntil(measure, at, before);
    if (sampleSize > 0) return { value: aggregate(measure, values), sampleSize, ...soFar };
    if (measure.by.length > 0 && !gone) return { reason: 'missing-partner', sampleSize };
    if (!isZeroWhenEmpty(measure)) return { reason: 'no-events', sampleSize };
    const empty = this.emptyFigure(at, before);
    return empty.value === undefined ? empty : { ...empty, ...soFar };
  }

  /** While the window of a total reaches back to before the first receipt of the plan. */
  private fillingUntil(measure: Measure, at: Instant, before: Instant): { readonly fullAt?: Instant } {
    const received = this.arrivals.filter(({ receivedAt }) => receivedAt < before).map(({ receivedAt }) => receivedAt);
    const fullAt = Math.min(...received) + measure.window.ms;
    return isTotal(measure) && at < fullAt ? { fullAt } : {};
  }

  /** The observations of a histogram by the bounds that they are up to; what is below a bound is below the next as well. */
  private bucketFigure(measure: Measure, points: readonly Placed[], gone: boolean): ReferenceFigure {
    const none = { reason: measure.by.length > 0 && !gone ? 'missing-partner' : 'no-events', sampleSize: 0 } as const;
    const boundOf = compileField(BOUND_FIELD, this.source(measure.source).units);
    const counted = points.flatMap(({ record, value }) => {
      const bound = boundOf(record);
      return typeof bound === 'number' ? [{ bound, count: Number(value) }] : [];
    });
    const { sampleSize, value } = referenceBuckets(counted, measure.quantile ?? 0.5);
    if (sampleSize === 0) return none;
    return value === undefined ? { reason: 'not-a-number', sampleSize } : { value, sampleSize };
  }

  /** Zero as long as the plan receives anything. */
  private emptyFigure(at: Instant, before: Instant): ReferenceFigure {
    const received = this.arrivals.some(
      ({ receivedAt }) => receivedAt < before && receivedAt <= at && receivedAt + limits.receivedWithinMs > at,
    );
    return received ? { value: 0, sampleSize: 0 } : { reason: 'nothing-received', sampleSize: 0 };
  }

  /** The keys that a measure counts in a group at an instant, as they are shown. */
  offendingKeys(measure: Measure, group: GroupKey, at: Instant, before: Instant = at + 1): readonly string[] {
    return this.keysOf(measure, group, at, before).offending;
  }

  private keysOf(measure: Measure, group: GroupKey, at: Instant, before: Instant): ReferenceGroup {
    const own = measure.by.length === 0 ? UNGROUPED : group;
    return this.keys(measure, before).at(at).get(own) ?? { covered: 0, offending: [] };
  }

  private keys(measure: Measure, before: Instant): ReferenceKeys {
    const { source, where, partner } = measure;
    const events = this.admitted(source, where, before);
    const partners = partner === undefined ? [] : this.admitted(partner.source, undefined, before);
    return new ReferenceKeys(measure, events, partners, this.source(source), partner && this.source(partner.source));
  }

  private groups(id: string, at: Instant, before: Instant): ReadonlySet<GroupKey> {
    const measure = this.measure(id);
    if (isOfKeys(measure)) return new Set(this.keys(measure, before).at(at).keys());
    const byGroup = Map.groupBy(this.covered(measure, at, before), (event) => event.group);
    if (measure.function !== 'bucket-percentile') return new Set(byGroup.keys());
    const counted = [...byGroup].filter(([, events]) => this.bucketFigure(measure, events, false).sampleSize > 0);
    return new Set(counted.map(([group]) => group));
  }

  /** The events in the buckets ⌊at/g⌋ − W/g … ⌊at/g⌋, in order of arrival. */
  private covered(measure: Measure, at: Instant, before: Instant): readonly Placed[] {
    const { stepMs, steps } = windowShape(measure);
    const last = Math.floor(at / stepMs);
    const covered = this.placed(measure, before).filter(({ bucket }) => bucket >= last - steps && bucket <= last);
    if (measure.function !== 'last') return covered;
    const newest = new Map<GroupKey, EventRecord>();
    for (const { group, record } of covered) {
      if (record.time >= (newest.get(group)?.time ?? 0)) newest.set(group, record);
    }
    return covered.filter(({ group }) => isAlive(newest.get(group), at));
  }

  /** All events that the measure ever took in, with the group that each got when it arrived. */
  private placed(measure: Measure, before: Instant): readonly Placed[] {
    const { stepMs, steps } = windowShape(measure);
    const source = this.source(measure.source);
    const by = measure.by.map((field) => compileField(field, source.units));
    const other = otherGroup(measure.by);
    const placed: Placed[] = [];
    const where = measure.function === 'share' ? undefined : measure.where;
    for (const { record, receivedAt } of this.admitted(measure.source, where, before)) {
      const bucket = Math.floor(record.time / stepMs);
      const oldest = Math.floor(receivedAt / stepMs) - steps;
      const value = contributionOf(measure, source, record);
      if (value === undefined || bucket < oldest) continue;
      if (record.time > receivedAt + limits.futureMs || record.time < receivedAt - limits.lateMs) continue;
      const wanted = measure.by.length === 0 ? UNGROUPED : groupOf(record, by);
      const alive = new Set(placed.filter((event) => event.bucket >= oldest).map((event) => event.group));
      alive.delete(other);
      const group = alive.has(wanted) || alive.size < limits.groupsPerSignal ? wanted : other;
      placed.push({ record, bucket, group, value });
    }
    return placed;
  }

  /** The events of a source, without the repeats that `once per` drops, narrowed. */
  private admitted(name: string, where: Measure['where'], before: Instant): readonly Arrival[] {
    const source = this.source(name);
    const isOfSource = source.where === undefined ? () => true : compilePredicate(source.where, source.units);
    const matches = where === undefined ? () => true : compilePredicate(where, source.units);
    const identity = source.oncePer === undefined ? () => undefined : compileField(source.oncePer);
    const firstAt = new Map<string, Instant>();
    return this.arrivals.filter(({ record, receivedAt }) => {
      if (receivedAt >= before || record.name !== recordNameOf(source) || !isOfSource(record)) return false;
      const value = identity(record);
      if (value !== undefined) {
        const first = firstAt.get(String(value));
        if (first !== undefined && receivedAt - first < limits.oncePerMs) return false;
        firstAt.set(String(value), receivedAt);
      }
      return matches(record);
    });
  }

  private measure(id: string): Measure {
    const measure = this.plan.measures[id];
    assert(measure !== undefined, `the plan has no measure ${id}`);
    return measure;
  }

  private source(name: string): Source {
    const source = this.plan.sources[name];
    assert(source !== undefined, `the plan has no source ${name}`);
    return source;
  }
}

/** Whether a point still counts as the last of its group. */
function isAlive(record: EventRecord | undefined, at: Instant): boolean {
  return record !== undefined && at < record.time + (record.lifeMs ?? Number.POSITIVE_INFINITY);
}

/** Undefined when the formula is not grouped. */
function groupsOf(
  formula: Formula,
  groupsOfMeasure: (id: string) => ReadonlySet<GroupKey>,
  plan: CompiledPlan,
): ReadonlySet<GroupKey> | undefined {
  if (formula.kind === 'measure') {
    return plan.measures[formula.measure]?.by.length === 0 ? undefined : groupsOfMeasure(formula.measure);
  }
  if (!isArithmetic(formula)) return undefined;
  const left = groupsOf(formula.left, groupsOfMeasure, plan);
  const right = groupsOf(formula.right, groupsOfMeasure, plan);
  if (left === undefined || right === undefined) return left ?? right;
  return left.union(right);
}

function contributionOf(measure: Measure, source: Source, record: EventRecord): string | number | boolean | undefined {
  if (measure.function === 'count' || (measure.function === 'rate' && measure.field === undefined)) return 1;
  if (measure.function === 'share') {
    return measure.where === undefined || compilePredicate(measure.where, source.units)(record);
  }
  const value = compileField(measure.field ?? '', source.units)(record);
  return measure.function === 'unique' || typeof value === 'number' ? value : undefined;
}
