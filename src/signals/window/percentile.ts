import type { GroupKey } from '#plan/reading.ts';
import type { MeasuredRows } from '../batch/measured-rows.ts';
import type { NumberReader, NumberWriter } from '../snapshot-format.ts';
import { Aggregate } from './aggregate.ts';
import { LogHistogram, SMALLEST } from './log-histogram.ts';
import type { WindowShape } from './step.ts';

/** `percentile`: a histogram a bucket, and one of all that is covered; integers, so that subtracting is exact. */
export class PercentileAggregate extends Aggregate {
  private readonly slots: (LogHistogram | undefined)[];
  private readonly total = new LogHistogram();
  private readonly quantile: number;
  private cached: number | undefined;

  constructor(key: GroupKey, shape: WindowShape, quantile: number) {
    super(key, shape);
    this.slots = new Array<LogHistogram | undefined>(shape.capacity).fill(undefined);
    this.quantile = quantile;
  }

  override put(slot: number, covers: boolean, value: number): void {
    this.histogram(slot).add(value);
    if (!covers) return;
    this.total.add(value);
    this.cached = undefined;
  }

  override putRun(slot: number, covers: boolean, run: MeasuredRows, from: number, to: number): void {
    const { rows, values } = run;
    const bins = run.bins();
    const histogram = this.histogram(slot);
    const total = this.total;
    for (let index = from; index < to; index++) {
      const row = rows[index] as number;
      const value = values[row] as number;
      if (value > SMALLEST) {
        const bin = bins[row] as number;
        histogram.addPositive(bin);
        if (covers) total.addPositive(bin);
      } else {
        histogram.add(value);
        if (covers) total.add(value);
      }
    }
    if (covers) this.cached = undefined;
  }

  override enter(slot: number): void {
    this.total.addAll(this.histogram(slot));
    this.cached = undefined;
  }

  override leave(slot: number): void {
    this.total.subtractAll(this.histogram(slot));
    this.histogram(slot).clear();
    this.cached = undefined;
  }

  override settle(): void {}

  override value(): number {
    this.cached ??= this.total.quantile(this.quantile);
    return this.cached;
  }

  override writeSlot(slot: number, out: NumberWriter): void {
    this.histogram(slot).write(out);
  }

  override readSlot(slot: number, from: NumberReader, covers: boolean): void {
    const histogram = this.histogram(slot);
    histogram.read(from);
    if (covers) this.total.addAll(histogram);
  }

  override writeTotal(): void {}
  override readTotal(): void {}

  private histogram(slot: number): LogHistogram {
    let histogram = this.slots[slot];
    if (histogram === undefined) {
      histogram = new LogHistogram();
      this.slots[slot] = histogram;
    }
    return histogram;
  }
}
