import type { Instant } from '#kernel/instant.ts';
import type { RecordRefusal } from '../decoding.ts';
import type { RefusedPoints, SampleBatch } from '../samples/batch.ts';
import type { KnownSeries } from '../samples/series-register.ts';

/** Of a body, for a point with its labels; where it is less, the columns grow. */
const BYTES_PER_POINT = 150;

/** The columns of a batch as they grow. */
export class Columns {
  readonly series: KnownSeries[] = [];
  #seriesOf: Uint32Array;
  #times: Float64Array;
  #values: Float64Array;
  #halves: Uint32Array;
  #count = 0;

  constructor(bodyBytes: number) {
    const size = Math.ceil(bodyBytes / BYTES_PER_POINT) + 8;
    this.#seriesOf = new Uint32Array(size);
    this.#times = new Float64Array(size);
    this.#values = new Float64Array(size);
    this.#halves = new Uint32Array(this.#values.buffer);
  }

  place(series: KnownSeries): number {
    return this.series.push(series) - 1;
  }

  add(series: number, time: Instant, value: number): void {
    const at = this.#next(series, time);
    this.#values[at] = value;
  }

  /** Adds the value that stands in the message, bit by bit: what ends a series is one NaN of many. */
  copy(series: number, time: Instant, from: DataView, valueAt: number): void {
    const at = this.#next(series, time);
    this.#halves[2 * at] = from.getUint32(valueAt, true);
    this.#halves[2 * at + 1] = from.getUint32(valueAt + 4, true);
  }

  batch(): SampleBatch {
    return {
      series: this.series,
      seriesOf: this.#seriesOf.subarray(0, this.#count),
      times: this.#times.subarray(0, this.#count),
      values: this.#values.subarray(0, this.#count),
    };
  }

  #next(series: number, time: Instant): number {
    const at = this.#count;
    if (at === this.#times.length) this.#grow();
    this.#seriesOf[at] = series;
    this.#times[at] = time;
    this.#count = at + 1;
    return at;
  }

  #grow(): void {
    const size = this.#count * 2;
    const before = { seriesOf: this.#seriesOf, times: this.#times, halves: this.#halves };
    this.#seriesOf = new Uint32Array(size);
    this.#seriesOf.set(before.seriesOf);
    this.#times = new Float64Array(size);
    this.#times.set(before.times);
    this.#values = new Float64Array(size);
    this.#halves = new Uint32Array(this.#values.buffer);
    this.#halves.set(before.halves);
  }
}

/** Points of series that are no good, by reason. */
export class Refusals {
  readonly #byCode = new Map<RefusedPoints['code'], { count: number; readonly message: string }>();

  add({ code, message }: RecordRefusal): void {
    const seen = this.#byCode.get(code);
    if (seen === undefined) this.#byCode.set(code, { count: 1, message });
    else seen.count += 1;
  }

  get all(): readonly RefusedPoints[] {
    return [...this.#byCode].map(([code, { count, message }]) => ({ code, count, message }));
  }
}
