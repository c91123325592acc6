import { limits } from '#kernel/limits.ts';
import type { GroupKey } from '#plan/reading.ts';
import { BOUND_FIELD } from '#plan/sample-fields.ts';
import type { MeasuredRows } from '../batch/measured-rows.ts';
import type { NumberReader, NumberWriter } from '../snapshot-format.ts';
import { Aggregate } from './aggregate.ts';
import type { WindowShape } from './step.ts';

/** By place of a bound; undefined where no point of it came, which is not the same as one that added 0. */
type Counts = (number | undefined)[];

/**
 * Percentiles of what histograms have counted: by upper bound, how many observations up to it were made in each bucket of time and in all that is covered.
 * Series of several instances add up. Nothing is subtracted, as in sums.
 */
export class BucketPercentileAggregate extends Aggregate {
  private readonly quantile: number;
  /** Places of bounds in the counts, in the order in which they came. */
  private readonly placeOf = new Map<number, number>();
  private readonly slots: (Counts | undefined)[];
  private total: Counts = [];
  /** A histogram has more bounds than are kept. */
  private tooMany = false;

  constructor(key: GroupKey, shape: WindowShape, quantile: number) {
    super(key, shape);
    this.quantile = quantile;
    this.slots = new Array<Counts | undefined>(shape.capacity).fill(undefined);
  }

  /** Observations, which stand under the bound that all are below. */
  override get sampleSize(): number {
    return Math.floor(this.total[this.placeOf.get(Number.POSITIVE_INFINITY) ?? -1] ?? 0);
  }

  /** A histogram that counted nothing has no percentile. */
  override get isSilent(): boolean {
    return this.covered === 0 || this.sampleSize === 0;
  }

  override put(): void {
    throw new Error('Counts of buckets are taken in with their bounds.');
  }

  override putRun(slot: number, covers: boolean, run: MeasuredRows, from: number, to: number): void {
    const { rows, values } = run;
    const bounds = run.columns.of(BOUND_FIELD).values();
    for (let index = from; index < to; index++) {
      const row = rows[index] as number;
      const bound = bounds[row];
      if (typeof bound === 'number') this.count(slot, covers, bound, values[row] as number);
    }
  }

  override enter(slot: number): void {
    addAll(this.total, this.slots[slot]);
  }

  override leave(slot: number): void {
    this.slots[slot] = undefined;
  }

  override settle(first: number, length: number): void {
    this.total = [];
    for (let index = 0; index < length; index++) addAll(this.total, this.slots[(first + index) % this.slots.length]);
    if (this.covered + this.ahead > 0) return;
    this.placeOf.clear();
    this.tooMany = false;
  }

  override value(): number {
    if (this.tooMany) return Number.NaN;
    const buckets: (readonly [bound: number, count: number])[] = [];
    for (const [bound, place] of this.placeOf) {
      const count = this.total[place];
      if (count !== undefined) buckets.push([bound, count]);
    }
    buckets.sort(([left], [right]) => left - right);
    return quantileOfBuckets(this.quantile, buckets);
  }

  override writeSlot(slot: number, out: NumberWriter): void {
    this.writeCounts(this.slots[slot] ?? [], out);
  }

  override readSlot(slot: number, from: NumberReader): void {
    this.slots[slot] = this.readCounts(from);
  }

  override writeTotal(out: NumberWriter): void {
    out.number(this.tooMany ? 1 : 0);
    this.writeCounts(this.total, out);
  }

  override readTotal(from: NumberReader): void {
    this.tooMany = from.number() === 1;
    this.total = this.readCounts(from);
  }

  private count(slot: number, covers: boolean, bound: number, increase: number): void {
    const place = this.placeFor(bound);
    if (place === undefined) return;
    let counts = this.slots[slot];
    if (counts === undefined) {
      counts = [];
      this.slots[slot] = counts;
    }
    add(counts, place, increase);
    if (covers) add(this.total, place, increase);
  }

  private placeFor(bound: number): number | undefined {
    const known = this.placeOf.get(bound);
    if (known !== undefined) return known;
    if (this.placeOf.size === limits.boundsPerHistogram) {
      this.tooMany = true;
      return undefined;
    }
    this.placeOf.set(bound, this.placeOf.size);
    return this.placeOf.size - 1;
  }

  private writeCounts(counts: Counts, out: NumberWriter): void {
    const held = [...this.placeOf].filter(([, place]) => counts[place] !== undefined);
    out.number(held.length);
    for (const [bound, place] of held) {
      out.number(bound);
      out.number(counts[place] ?? 0);
    }
  }

  private readCounts(from: NumberReader): Counts {
    const counts: Counts = [];
    for (let left = from.number(); left > 0; left--) {
      const place = this.placeFor(from.number());
      const count = from.number();
      if (place !== undefined) add(counts, place, count);
    }
    return counts;
  }
}

/**
 * The quantile of a histogram whose buckets count what is up to their bounds, sorted: the bound of the bucket in which the rank lies, and between it and
 * the bound before as far as the rank lies among its observations. What lies beyond the last finite bound is that bound; the first bucket begins at 0
 * when its bound is above it. NaN without an infinite bound and a finite one, and without an observation. As Prometheus' `histogram_quantile`.
 */
export function quantileOfBuckets(
  quantile: number,
  buckets: readonly (readonly [bound: number, count: number])[],
): number {
  const counts: number[] = [];
  // Buckets of several instances that do not have the same bounds may add up to fewer than the one before.
  for (const [, count] of buckets) counts.push(Math.max(count, counts.at(-1) ?? 0));
  const last = buckets.length - 1;
  const observations = counts[last] ?? 0;
  if (last < 1 || buckets[last]?.[0] !== Number.POSITIVE_INFINITY || observations === 0) return Number.NaN;
  const boundAt = (index: number): number => buckets[index]?.[0] ?? 0;
  const rank = quantile * observations;
  const found = counts.findIndex((count) => count >= rank);
  if (found === last) return boundAt(last - 1);
  if (found === 0 && boundAt(0) <= 0) return boundAt(0);
  const start = found === 0 ? 0 : boundAt(found - 1);
  const before = found === 0 ? 0 : (counts[found - 1] as number);
  const inside = (counts[found] as number) - before;
  return start + (boundAt(found) - start) * ((rank - before) / inside);
}

function add(counts: Counts, place: number, count: number): void {
  while (counts.length <= place) counts.push(undefined);
  counts[place] = (counts[place] ?? 0) + count;
}

function addAll(total: Counts, counts: Counts | undefined): void {
  counts?.forEach((count, place) => {
    if (count !== undefined) add(total, place, count);
  });
}
