import type { Instant } from '#kernel/instant.ts';
import type { GroupKey } from '#plan/reading.ts';
import type { MeasuredRows } from '../batch/measured-rows.ts';
import type { NumberReader, NumberWriter } from '../snapshot-format.ts';
import type { WindowShape } from './step.ts';

/**
 * What one measure keeps of one group: a ring of buckets, and the total of those buckets that the window covers now. The
 * owner (`measure-window.ts`) says what enters and leaves; buckets of the near future are in the ring but not in the total.
 */
export abstract class Aggregate {
  readonly key: GroupKey;
  /** Events by slot. The owner writes these. */
  readonly counts: Uint32Array;
  /** Events in the buckets that the window covers now: the sample size. */
  covered = 0;
  /** Events in buckets of the near future. */
  ahead = 0;
  /** Whether something that a reading shows has changed since it was last judged. */
  touched = false;
  /** The last value is older than it lives: the group is as one without events. */
  expired = false;

  constructor(key: GroupKey, shape: WindowShape) {
    this.key = key;
    this.counts = new Uint32Array(shape.capacity);
  }

  /** How many its figure rests on. */
  get sampleSize(): number {
    return this.covered;
  }

  /** Whether it is as a group without events. */
  get isSilent(): boolean {
    return this.covered === 0 || this.expired;
  }

  /** When what it says is over although the window still covers it. */
  get expiresAt(): Instant {
    return Number.POSITIVE_INFINITY;
  }

  /** One more event in the slot; `covers` says whether the window covers it now. */
  abstract put(slot: number, covers: boolean, value: number, time: number): void;
  /** The same for the rows at the places `from … to − 1` of a selection, one after the other. */
  putRun(slot: number, covers: boolean, run: MeasuredRows, from: number, to: number): void {
    const { rows, values, times } = run;
    for (let index = from; index < to; index++) {
      const row = rows[index] as number;
      this.put(slot, covers, values[row] as number, times[row] as number);
    }
  }
  /** A bucket of the future is covered from now on. */
  abstract enter(slot: number): void;
  /** A bucket is covered no more; the slot must be empty afterwards. */
  abstract leave(slot: number): void;
  /**
   * After buckets left: totals that cannot be subtracted are made anew from the slots `first … first + length − 1` of the
   * ring. This happens at boundaries only, never when a reading is asked for, so that asking changes nothing.
   */
  abstract settle(first: number, length: number): void;
  /** The figure; asked for only while events are covered. */
  abstract value(): number;

  abstract writeSlot(slot: number, out: NumberWriter): void;
  abstract readSlot(slot: number, from: NumberReader, covers: boolean): void;
  /** What cannot be made from the slots alone to the last bit. */
  abstract writeTotal(out: NumberWriter): void;
  abstract readTotal(from: NumberReader): void;
}

/** `count` and `rate`. */
export class CountAggregate extends Aggregate {
  override put(): void {}
  override putRun(): void {}
  override enter(): void {}
  override leave(): void {}
  override settle(): void {}

  override value(): number {
    return this.covered;
  }

  override writeSlot(): void {}
  override readSlot(): void {}
  override writeTotal(): void {}
  override readTotal(): void {}
}

/** `share`: values are 1 for events of the numerator and 0 for the rest. */
export class ShareAggregate extends Aggregate {
  private readonly hits: Uint32Array;
  private coveredHits = 0;

  constructor(key: GroupKey, shape: WindowShape) {
    super(key, shape);
    this.hits = new Uint32Array(shape.capacity);
  }

  override put(slot: number, covers: boolean, value: number): void {
    this.hits[slot] = (this.hits[slot] as number) + value;
    if (covers) this.coveredHits += value;
  }

  override putRun(slot: number, covers: boolean, run: MeasuredRows, from: number, to: number): void {
    const { rows, values } = run;
    let hits = 0;
    for (let index = from; index < to; index++) hits += values[rows[index] as number] as number;
    this.put(slot, covers, hits);
  }

  override enter(slot: number): void {
    this.coveredHits += this.hits[slot] as number;
  }

  override leave(slot: number): void {
    this.coveredHits -= this.hits[slot] as number;
    this.hits[slot] = 0;
  }

  override settle(): void {}

  override value(): number {
    return this.coveredHits / this.covered;
  }

  override writeSlot(slot: number, out: NumberWriter): void {
    out.number(this.hits[slot] as number);
  }

  override readSlot(slot: number, from: NumberReader, covers: boolean): void {
    this.put(slot, covers, from.number());
  }

  override writeTotal(): void {}
  override readTotal(): void {}
}

/** `sum` and `avg`. Nothing is ever subtracted, so rounding does not pile up and an empty sum is exactly 0. */
export class SumAggregate extends Aggregate {
  private readonly sums: Float64Array;
  private readonly average: boolean;
  private total = 0;

  constructor(key: GroupKey, shape: WindowShape, average: boolean) {
    super(key, shape);
    this.sums = new Float64Array(shape.capacity);
    this.average = average;
  }

  override put(slot: number, covers: boolean, value: number): void {
    this.sums[slot] = (this.sums[slot] as number) + value;
    if (covers) this.total += value;
  }

  /** Value by value, as `put` adds them: a sum of the run by itself would round otherwise. */
  override putRun(slot: number, covers: boolean, run: MeasuredRows, from: number, to: number): void {
    const { rows, values } = run;
    let sum = this.sums[slot] as number;
    let total = this.total;
    for (let index = from; index < to; index++) {
      const value = values[rows[index] as number] as number;
      sum += value;
      total += value;
    }
    this.sums[slot] = sum;
    if (covers) this.total = total;
  }

  override enter(slot: number): void {
    this.total += this.sums[slot] as number;
  }

  override leave(slot: number): void {
    this.sums[slot] = 0;
  }

  override settle(first: number, length: number): void {
    const sums = this.sums;
    const wrapped = Math.max(0, first + length - sums.length);
    let total = 0;
    for (let slot = first; slot < first + length - wrapped; slot++) total += sums[slot] as number;
    for (let slot = 0; slot < wrapped; slot++) total += sums[slot] as number;
    this.total = total;
  }

  override value(): number {
    return this.average ? this.total / this.covered : this.total;
  }

  override writeSlot(slot: number, out: NumberWriter): void {
    out.number(this.sums[slot] as number);
  }

  override readSlot(slot: number, from: NumberReader): void {
    this.sums[slot] = from.number();
  }

  override writeTotal(out: NumberWriter): void {
    out.number(this.total);
  }

  override readTotal(from: NumberReader): void {
    this.total = from.number();
  }
}

/** `min` and `max`: the greatest of the values times `sign`. */
export class ExtremeAggregate extends Aggregate {
  private readonly extremes: Float64Array;
  private readonly sign: 1 | -1;
  private best = Number.NEGATIVE_INFINITY;

  constructor(key: GroupKey, shape: WindowShape, sign: 1 | -1) {
    super(key, shape);
    this.extremes = new Float64Array(shape.capacity).fill(Number.NEGATIVE_INFINITY);
    this.sign = sign;
  }

  override put(slot: number, covers: boolean, value: number): void {
    const signed = value * this.sign;
    if (signed > (this.extremes[slot] as number)) this.extremes[slot] = signed;
    if (covers && signed > this.best) this.best = signed;
  }

  override enter(slot: number): void {
    this.best = Math.max(this.best, this.extremes[slot] as number);
  }

  override leave(slot: number): void {
    this.extremes[slot] = Number.NEGATIVE_INFINITY;
  }

  override settle(first: number, length: number): void {
    let best = Number.NEGATIVE_INFINITY;
    for (let index = 0; index < length; index++) {
      best = Math.max(best, this.extremes[(first + index) % this.extremes.length] as number);
    }
    this.best = best;
  }

  override value(): number {
    // Adding 0 turns −0 into 0.
    return this.best * this.sign + 0;
  }

  override writeSlot(slot: number, out: NumberWriter): void {
    out.number((this.extremes[slot] as number) * this.sign);
  }

  override readSlot(slot: number, from: NumberReader, covers: boolean): void {
    this.put(slot, covers, from.number());
  }

  override writeTotal(): void {}
  override readTotal(): void {}
}

/** `last`: the value of the event with the latest time, as long as that lives; of two at the same time, the one that came later. */
export class LastAggregate extends Aggregate {
  private readonly times: Float64Array;
  private readonly values: Float64Array;
  private readonly lives: Float64Array;
  private lastTime = Number.NEGATIVE_INFINITY;
  private lastValue = 0;
  private lastLifeMs = Number.POSITIVE_INFINITY;

  constructor(key: GroupKey, shape: WindowShape) {
    super(key, shape);
    this.times = new Float64Array(shape.capacity).fill(Number.NEGATIVE_INFINITY);
    this.values = new Float64Array(shape.capacity);
    this.lives = new Float64Array(shape.capacity);
  }

  override get expiresAt(): Instant {
    return this.covered === 0 ? Number.POSITIVE_INFINITY : this.lastTime + this.lastLifeMs;
  }

  override put(
    slot: number,
    covers: boolean,
    value: number,
    time: number,
    lifeMs: number = Number.POSITIVE_INFINITY,
  ): void {
    if (time >= (this.times[slot] as number)) {
      this.times[slot] = time;
      this.values[slot] = value;
      this.lives[slot] = lifeMs;
    }
    if (covers) this.take(value, time, lifeMs);
  }

  override putRun(slot: number, covers: boolean, run: MeasuredRows, from: number, to: number): void {
    const { rows, values, times } = run;
    for (let index = from; index < to; index++) {
      const row = rows[index] as number;
      this.put(slot, covers, values[row] as number, times[row] as number, run.columns.batch.record(row).lifeMs);
    }
  }

  override enter(slot: number): void {
    this.take(this.values[slot] as number, this.times[slot] as number, this.lives[slot] as number);
  }

  override leave(slot: number): void {
    this.times[slot] = Number.NEGATIVE_INFINITY;
  }

  /** What has left is older than anything that the window can still take in, so there is nothing to forget. */
  override settle(): void {}

  override value(): number {
    return this.lastValue;
  }

  override writeSlot(slot: number, out: NumberWriter): void {
    out.number(this.values[slot] as number);
    out.number(this.times[slot] as number);
    out.number(this.lives[slot] as number);
  }

  override readSlot(slot: number, from: NumberReader, covers: boolean): void {
    const value = from.number();
    const time = from.number();
    this.put(slot, covers, value, time, from.number());
  }

  override writeTotal(out: NumberWriter): void {
    out.number(this.expired ? 1 : 0);
  }

  override readTotal(from: NumberReader): void {
    this.expired = from.number() === 1;
  }

  private take(value: number, time: number, lifeMs: number): void {
    if (time < this.lastTime) return;
    this.lastTime = time;
    this.lastValue = value;
    this.lastLifeMs = lifeMs;
  }
}
