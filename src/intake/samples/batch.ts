import type { Instant } from '#kernel/instant.ts';

/**
 * What a series' points mean. A `counter` only grows until it starts again from nothing; a `gauge` is a level; `delta` points are increases
 * of their own. Histograms and summaries arrive as counters `NAME_count`, `NAME_sum` and `NAME_bucket` with a label `le`, and gauges `NAME`
 * with a label `quantile`, as Prometheus writes them.
 */
export type SeriesKind = 'gauge' | 'counter' | 'delta';

/** A name with its labels: everything that tells one line of points from another. */
export interface Series {
  readonly name: string;
  readonly kind: SeriesKind;
  /** Sorted by name; a label without a value is absent. */
  readonly labels: readonly (readonly [name: string, value: string])[];
}

/** Points by columns: point `i` is `values[i]` at `times[i]` (ms since 1970) of `series[seriesOf[i]]`. */
export interface SampleBatch {
  readonly series: readonly Series[];
  readonly seriesOf: Uint32Array;
  readonly times: Float64Array;
  readonly values: Float64Array;
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
