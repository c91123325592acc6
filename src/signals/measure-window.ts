import { assert } from '#kernel/assert.ts';
import type { DurationMs, Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { FieldValue, Measure } from '#plan/model.ts';
import { type GroupKey, UNGROUPED } from '#plan/reading.ts';
import type { FieldColumn } from './batch/field-column.ts';
import type { MeasuredRows } from './batch/measured-rows.ts';
import type { FigureWindow, RowsTaker } from './figure-window.ts';
import { otherGroup } from './groups.ts';
import type { NumberReader, NumberWriter } from './snapshot-format.ts';
import { isTotal, isZeroWhenEmpty } from './totals.ts';
import type { Aggregate } from './window/aggregate.ts';
import { newAggregate } from './window/new-aggregate.ts';
import { type WindowShape, windowShape } from './window/step.ts';

/**
 * The window of one measure in all its groups. Buckets are covered from ⌊now/g⌋ − W/g to ⌊now/g⌋. Its owner calls `pass` at
 * each `due` instant, before it adds anything that arrives at or after it.
 */
export class MeasureWindow implements FigureWindow, RowsTaker {
  readonly measure: Measure;
  /** Its number within the executor. */
  readonly id: number;
  /** The executor has it on its list of windows that were touched. */
  queued = false;
  readonly shape: WindowShape;
  readonly zeroWhenEmpty: boolean;
  readonly grouped: boolean;
  /** Until then its past is incomplete; 0 when it is complete. */
  readonly keptMs: DurationMs;
  refillingUntil: Instant = 0;
  fullAt: Instant = 0;
  /** When the next bucket enters or leaves, or it is full or filled again; Infinity when nothing will change by itself. */
  due: Instant = Number.POSITIVE_INFINITY;
  /** Whether anything was touched since `clearTouched`. */
  touched = false;
  /** Whether every group has to be judged anew, not only those that hold something new. */
  allTouched = false;
  readonly touchedGroups: Aggregate[] = [];
  /** Events that went to the group `other` because there were too many groups. */
  overflowed = 0;

  readonly groups: Map<GroupKey, Aggregate> = new Map<GroupKey, Aggregate>();
  private readonly single: Aggregate | undefined;
  /** Its values may be over before their buckets leave. */
  private readonly expires: boolean;
  /** It takes more of a row than its value and time. */
  private readonly readsMore: boolean;
  /** The same groups by the value of the only `by` field, which spares making the key. */
  private readonly byValue = new Map<FieldValue | null, Aggregate>();
  /** Aggregates by the code of a value of the `by` column, as far as they were looked up for the batch of this stamp. */
  private readonly byCode: (Aggregate | undefined)[] = [];
  private byCodeStamp = -1;
  private readonly other: GroupKey;
  /** 1 for slots in which any group holds something. */
  private readonly occupied: Uint8Array;
  private oldest = Number.POSITIVE_INFINITY;
  private newest = Number.NEGATIVE_INFINITY;
  private current = 0;
  private currentSlot = 0;
  private currentEnds: Instant = 0;

  constructor(measure: Measure, id: number, now: Instant) {
    this.measure = measure;
    this.keptMs = measure.window.ms;
    this.id = id;
    this.shape = windowShape(measure);
    this.zeroWhenEmpty = isZeroWhenEmpty(measure);
    this.grouped = measure.by.length > 0;
    this.expires = measure.function === 'last';
    this.readsMore = this.expires || measure.function === 'bucket-percentile';
    this.other = otherGroup(measure.by);
    this.occupied = new Uint8Array(this.shape.capacity);
    this.single = this.grouped ? undefined : newAggregate(measure, UNGROUPED, this.shape);
    this.moveTo(now);
  }

  /** The aggregate of a group, if it covers any event now. */
  covered(key: GroupKey): Aggregate | undefined {
    const aggregate = this.single ?? this.groups.get(key);
    return aggregate === undefined || aggregate.isSilent ? undefined : aggregate;
  }

  /** Takes in events of the measure; `now` is when they arrived. Events that the window does not reach are ignored. */
  addAll(run: MeasuredRows, now: Instant): void {
    if (now >= this.currentEnds) this.moveTo(now);
    if (this.single === undefined) this.addGrouped(run);
    else this.addRuns(this.single, run);
    if (this.expires) for (const aggregate of this.touchedGroups) this.expire(aggregate, now);
  }

  /** Lets buckets enter and leave as of `now`, and finds the next due instant. */
  pass(now: Instant): void {
    if (this.refillingUntil > 0 && now >= this.refillingUntil) {
      this.refillingUntil = 0;
      this.touchAll();
    }
    if (this.fullAt > 0 && now >= this.fullAt) {
      this.fullAt = 0;
      this.touchAll();
    }
    const before = this.current;
    this.moveTo(now);
    const first = this.current - this.shape.steps;
    for (let bucket = this.oldest; bucket < first && bucket <= this.newest; bucket++) this.leave(bucket, before);
    const last = Math.min(this.newest, this.current);
    for (let bucket = Math.max(this.oldest, before + 1, first); bucket <= last; bucket++) this.enter(bucket);
    for (const aggregate of this.touchedGroups) {
      aggregate.settle(positiveModulo(first, this.shape.capacity), this.shape.steps + 1);
    }
    if (this.expires) for (const aggregate of this.aggregates()) this.expire(aggregate, now);
    this.findDue(Math.max(first, this.oldest));
    if (this.expires) for (const aggregate of this.aggregates()) this.awaitExpiry(aggregate);
    assert(this.due > now, 'a window that has passed a boundary waits for a later one');
  }

  /** Everything is judged anew at the next occasion. */
  touchAll(): void {
    this.touched = true;
    this.allTouched = true;
  }

  clearTouched(): void {
    for (const aggregate of this.touchedGroups) aggregate.touched = false;
    this.touchedGroups.length = 0;
    this.touched = false;
    this.allTouched = false;
  }

  beginFilling(from: Instant, now: Instant): void {
    const fullAt = from + this.measure.window.ms;
    if (!isTotal(this.measure) || fullAt <= now) return;
    this.fullAt = fullAt;
    this.due = Math.min(this.due, fullAt);
  }

  /** Its past is not known from before `now`, although the plan was receiving. */
  beginRefilling(now: Instant): void {
    const { stepMs } = this.shape;
    // The step that `now` is in was not heard from its beginning, so it is to have left.
    this.refillingUntil = Math.ceil(now / stepMs) * stepMs + this.measure.window.ms;
    this.due = Math.min(this.due, this.refillingUntil);
  }

  write(out: NumberWriter): void {
    out.number(this.current);
    out.number(this.refillingUntil);
    out.number(this.overflowed);
    const groups = [...this.aggregates()];
    out.number(groups.length);
    for (const aggregate of groups) {
      out.text(aggregate.key);
      const buckets: number[] = [];
      for (let bucket = this.oldest, slot = this.slotOf(this.oldest); bucket <= this.newest; bucket++) {
        if ((aggregate.counts[slot] as number) > 0) buckets.push(bucket);
        if (++slot === this.shape.capacity) slot = 0;
      }
      out.number(buckets.length);
      for (const bucket of buckets) {
        const slot = this.slotOf(bucket);
        out.number(bucket);
        out.number(aggregate.counts[slot] as number);
        aggregate.writeSlot(slot, out);
      }
      aggregate.writeTotal(out);
    }
  }

  /** Restores what `write` wrote of a measure of the same meaning; the window must be new. */
  read(from: NumberReader): void {
    this.moveTo(from.number() * this.shape.stepMs);
    this.refillingUntil = from.number();
    this.overflowed = from.number();
    for (let groups = from.number(); groups > 0; groups--) {
      const key = from.text();
      const aggregate = this.single ?? this.newGroup(key);
      for (let buckets = from.number(); buckets > 0; buckets--) {
        const bucket = from.number();
        const slot = this.slotOf(bucket);
        const covers = bucket <= this.current;
        const count = from.number();
        aggregate.counts[slot] = count;
        if (covers) aggregate.covered += count;
        else aggregate.ahead += count;
        aggregate.readSlot(slot, from, covers);
        if (this.occupied[slot] === 0) this.occupy(bucket, slot);
      }
      aggregate.readTotal(from);
    }
    this.findDue(this.oldest);
    if (this.expires) for (const aggregate of this.aggregates()) this.awaitExpiry(aggregate);
  }

  /** Neighbours in the same bucket are taken in together: nearly always all of them. */
  private addRuns(aggregate: Aggregate, run: MeasuredRows): void {
    const { rows, count, times } = run;
    const { stepMs, steps } = this.shape;
    for (let from = 0; from < count; ) {
      const bucket = Math.floor((times[rows[from] as number] as number) / stepMs);
      const starts = bucket * stepMs;
      const ends = starts + stepMs;
      let to = from + 1;
      if (run.columns.batch.within(starts, ends)) to = count;
      for (; to < count; to++) {
        const time = times[rows[to] as number] as number;
        if (time < starts || time >= ends) break;
      }
      if (bucket >= this.current - steps) {
        const covers = bucket <= this.current;
        const slot = this.slotOf(bucket);
        this.note(aggregate, bucket, slot, covers, to - from);
        aggregate.putRun(slot, covers, run, from, to);
      }
      from = to;
    }
  }

  private addGrouped(run: MeasuredRows): void {
    const { rows, count, times, values } = run;
    const { stepMs, steps } = this.shape;
    const by = this.measure.by.map((field) => run.columns.of(field));
    const [only] = by;
    const codes = by.length === 1 ? only?.codes() : undefined;
    const { stamp } = run.columns.batch;
    if (this.byCodeStamp !== stamp) {
      this.byCode.length = 0;
      this.byCodeStamp = stamp;
    }
    for (let index = 0; index < count; index++) {
      const row = rows[index] as number;
      const time = times[row] as number;
      const bucket = Math.floor(time / stepMs);
      if (bucket < this.current - steps) continue;
      const aggregate = codes === undefined ? this.groupOfRow(by, row) : this.groupOfCode(only, codes, row);
      const covers = bucket <= this.current;
      const slot = this.slotOf(bucket);
      this.note(aggregate, bucket, slot, covers, 1);
      if (this.readsMore) aggregate.putRun(slot, covers, run, index, index + 1);
      else aggregate.put(slot, covers, values[row] as number, time);
    }
  }

  /** Counts events of a bucket. */
  private note(aggregate: Aggregate, bucket: number, slot: number, covers: boolean, events: number): void {
    if ((aggregate.counts[slot] as number) === 0 && this.occupied[slot] === 0) this.occupy(bucket, slot);
    aggregate.counts[slot] = (aggregate.counts[slot] as number) + events;
    if (covers) {
      aggregate.covered += events;
      this.touch(aggregate);
    } else aggregate.ahead += events;
  }

  /** Of a bucket in the ring. Buckets are beyond 32 bits, where a remainder is slow; the distance is small. */
  private slotOf(bucket: number): number {
    const capacity = this.shape.capacity;
    const slot = this.currentSlot - ((this.current - bucket) | 0);
    if (slot < 0) return slot + capacity;
    return slot >= capacity ? slot - capacity : slot;
  }

  private moveTo(now: Instant): void {
    this.current = Math.floor(now / this.shape.stepMs);
    this.currentSlot = this.current % this.shape.capacity;
    this.currentEnds = (this.current + 1) * this.shape.stepMs;
  }

  private aggregates(): Iterable<Aggregate> {
    return this.single === undefined ? this.groups.values() : [this.single];
  }

  /** Whether its last value is over by now, and when it will be. */
  private expire(aggregate: Aggregate, now: Instant): void {
    const expired = aggregate.expiresAt <= now;
    if (expired !== aggregate.expired) this.touch(aggregate);
    aggregate.expired = expired;
    this.awaitExpiry(aggregate);
  }

  private awaitExpiry(aggregate: Aggregate): void {
    if (!aggregate.expired) this.due = Math.min(this.due, aggregate.expiresAt);
  }

  private touch(aggregate: Aggregate): void {
    if (aggregate.touched) return;
    aggregate.touched = true;
    this.touchedGroups.push(aggregate);
    this.touched = true;
  }

  private occupy(bucket: number, slot: number): void {
    this.occupied[slot] = 1;
    if (bucket < this.oldest) this.oldest = bucket;
    if (bucket > this.newest) this.newest = bucket;
    const due = bucket > this.current ? bucket : bucket + this.shape.steps + 1;
    this.due = Math.min(this.due, due * this.shape.stepMs);
  }

  private leave(bucket: number, before: number): void {
    const slot = bucket % this.shape.capacity;
    if (this.occupied[slot] === 0) return;
    this.occupied[slot] = 0;
    for (const aggregate of this.aggregates()) {
      const count = aggregate.counts[slot] as number;
      if (count === 0) continue;
      if (bucket > before) this.enterGroup(aggregate, slot, count);
      aggregate.counts[slot] = 0;
      aggregate.covered -= count;
      aggregate.leave(slot);
      this.touch(aggregate);
      if (this.grouped && aggregate.covered + aggregate.ahead === 0) this.dropGroup(aggregate);
    }
  }

  private enter(bucket: number): void {
    const slot = bucket % this.shape.capacity;
    if (this.occupied[slot] === 0) return;
    for (const aggregate of this.aggregates()) {
      const count = aggregate.counts[slot] as number;
      if (count > 0) this.enterGroup(aggregate, slot, count);
    }
  }

  private enterGroup(aggregate: Aggregate, slot: number, count: number): void {
    aggregate.ahead -= count;
    aggregate.covered += count;
    aggregate.enter(slot);
    this.touch(aggregate);
  }

  /** `from` is the oldest bucket that may still hold something. */
  private findDue(from: number): void {
    let oldest = from;
    while (oldest <= this.newest && this.occupied[oldest % this.shape.capacity] === 0) oldest++;
    this.due = Math.min(this.refillingUntil || Number.POSITIVE_INFINITY, this.fullAt || Number.POSITIVE_INFINITY);
    if (oldest > this.newest) {
      this.oldest = Number.POSITIVE_INFINITY;
      this.newest = Number.NEGATIVE_INFINITY;
      return;
    }
    this.oldest = oldest;
    const step = this.shape.stepMs;
    if (oldest <= this.current) this.due = Math.min(this.due, (oldest + this.shape.steps + 1) * step);
    for (let bucket = Math.max(oldest, this.current + 1); bucket <= this.newest; bucket++) {
      if (this.occupied[bucket % this.shape.capacity] === 0) continue;
      this.due = Math.min(this.due, bucket * step);
      return;
    }
  }

  private groupOfRow(by: readonly FieldColumn[], row: number): Aggregate {
    return this.groupByKey(JSON.stringify(by.map((column) => column.values()[row] ?? null)));
  }

  /** The group by the only `by` field, whose equal values have the same code. */
  private groupOfCode(column: FieldColumn | undefined, codes: Int32Array, row: number): Aggregate {
    // The first place is that of records without the field.
    const place = (codes[row] as number) + 1;
    const found = this.byCode[place];
    if (found !== undefined) return found;
    const value = column?.values()[row] ?? null;
    const aggregate = this.byValue.get(value) ?? this.groupByKey(JSON.stringify([value]));
    // What went to `other` is looked up again each time: it is counted, and a place may have become free.
    if (aggregate.key !== this.other) {
      this.byValue.set(value, aggregate);
      while (this.byCode.length <= place) this.byCode.push(undefined);
      this.byCode[place] = aggregate;
    }
    return aggregate;
  }

  private groupByKey(key: GroupKey): Aggregate {
    const known = this.groups.get(key);
    if (known !== undefined) return known;
    const own = this.groups.size - (this.groups.has(this.other) ? 1 : 0);
    if (key === this.other || own < limits.groupsPerSignal) return this.newGroup(key);
    this.overflowed++;
    return this.groups.get(this.other) ?? this.newGroup(this.other);
  }

  private newGroup(key: GroupKey): Aggregate {
    const aggregate = newAggregate(this.measure, key, this.shape);
    this.groups.set(key, aggregate);
    return aggregate;
  }

  private dropGroup(aggregate: Aggregate): void {
    this.groups.delete(aggregate.key);
    if (this.measure.by.length === 1)
      this.byValue.delete((JSON.parse(aggregate.key) as readonly (FieldValue | null)[])[0] ?? null);
  }
}

function positiveModulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
