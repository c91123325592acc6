import type { ErrorCode } from '#kernel/error-codes.ts';
import type { Instant } from '#kernel/instant.ts';
import type { PointSeries as Series } from '#signals/sample-points.ts';

/**
 * Histograms and summaries arrive as counters `NAME_count`, `NAME_sum` and `NAME_bucket` with a label `le`, and gauges `NAME` with a label
 * `quantile`, as Prometheus writes them.
 */
export type { PointSeries as Series, SeriesKind } from '#signals/sample-points.ts';

/** Points by columns: point `i` is `values[i]` at `times[i]` (ms since 1970) of `series[seriesOf[i]]`. */
export interface SampleBatch {
  readonly series: readonly Series[];
  readonly seriesOf: Uint32Array;
  readonly times: Float64Array;
  readonly values: Float64Array;
  /** Points that are not among these because the decoder could not take them. */
  readonly refused?: readonly RefusedPoints[];
}

/** How many points were refused for one reason, and what was wrong with one of them. */
export interface RefusedPoints {
  readonly code: ErrorCode;
  readonly count: number;
  readonly message: string;
}

/** Value that ends a series: its sender says that no more points come. Prometheus' stale marker, a NaN of its own; see `isEnd`. */
const END_HIGH = 0x7ff0_0000;
const END_LOW = 2;
/** Engines may set the quiet bit of a NaN that passes through them. */
const QUIET_BIT = 0x0008_0000;

/** Whether the value at this place ends its series. Told by its bits, since numbers cannot tell one NaN from another. */
export function isEnd(values: Float64Array, index: number): boolean {
  return isEndAt(new DataView(values.buffer, values.byteOffset, values.byteLength), 8 * index);
}

/** The same of eight bytes in little endian, as messages have them. */
export function isEndAt(view: DataView, offset: number): boolean {
  return view.getUint32(offset, true) === END_LOW && (view.getUint32(offset + 4, true) & ~QUIET_BIT) === END_HIGH;
}

/** Puts a batch together point by point; columns grow as needed. */
export class SampleBatchBuilder {
  readonly #series: Series[] = [];
  #seriesOf = new Uint32Array(64);
  #times = new Float64Array(64);
  #values = new Float64Array(64);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Adds a series; the number returned names it in `add`. The caller sees to it that none is added twice. */
  series(series: Series): number {
    return this.#series.push(series) - 1;
  }

  add(series: number, time: Instant, value: number): void {
    if (this.#count === this.#values.length) this.#grow();
    this.#seriesOf[this.#count] = series;
    this.#times[this.#count] = time;
    this.#values[this.#count] = value;
    this.#count += 1;
  }

  /** The series has no more points: those of a target that is gone. */
  end(series: number, time: Instant): void {
    this.add(series, time, Number.NaN);
    const view = new DataView(this.#values.buffer, 8 * (this.#count - 1), 8);
    view.setUint32(0, END_LOW, true);
    view.setUint32(4, END_HIGH, true);
  }

  build(): SampleBatch {
    return {
      series: this.#series,
      seriesOf: this.#seriesOf.slice(0, this.#count),
      times: this.#times.slice(0, this.#count),
      values: this.#values.slice(0, this.#count),
    };
  }

  #grow(): void {
    const size = this.#count * 2;
    const seriesOf = new Uint32Array(size);
    const times = new Float64Array(size);
    const values = new Float64Array(size);
    seriesOf.set(this.#seriesOf);
    times.set(this.#times);
    values.set(this.#values);
    this.#seriesOf = seriesOf;
    this.#times = times;
    this.#values = values;
  }
}
