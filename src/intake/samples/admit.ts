import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { isEnd, type RefusedPoints, type SampleBatch, type Series } from './batch.ts';
import { KnownSeries, type SeriesRegister } from './series-register.ts';

/** The points of a request that are taken, by columns: point `i` is `values[i]` at `times[i]` of `series[seriesOf[i]]`. */
export interface AdmittedSamples {
  readonly series: readonly KnownSeries[];
  readonly seriesOf: Uint32Array;
  readonly times: Float64Array;
  readonly values: Float64Array;
  /** Series whose description goes with them, and which description it was. */
  readonly announced: readonly KnownSeries[];
  readonly revisions: readonly number[];
  /** Points that count as accepted: those above and the ends of series. */
  readonly accepted: number;
  readonly refused: readonly RefusedPoints[];
  /** Series that have ended. */
  readonly ended: readonly KnownSeries[];
}

/** How often a series that goes on is described again, so that its description outlives the retention of its first points. */
const ANNOUNCE_EVERY_MS = 86_400_000;

/**
 * Judges a batch: series that are no good or too many are refused with all their points, and points by themselves for their time or value.
 * What is taken is not durable yet: `announce` is to be called once it is.
 */
export function admitSamples(register: SeriesRegister, batch: SampleBatch, now: Instant): AdmittedSamples {
  const refused = new Refusals(batch.refused ?? []);
  const series: KnownSeries[] = [];
  const announced: KnownSeries[] = [];
  const numbers = new Int32Array(batch.series.length);
  let allKnown = true;
  for (let index = 0; index < batch.series.length; index += 1) {
    const known = register.intern(batch.series[index] as Series, now);
    if (!(known instanceof KnownSeries)) {
      numbers[index] = -1;
      allKnown = false;
      refused.series(index, known.code, known.message);
      continue;
    }
    known.lastSeenAt = now;
    if (now - known.announcedAt > ANNOUNCE_EVERY_MS) announced.push(known);
    numbers[index] = series.push(known) - 1;
  }
  const revisions = announced.map(({ revision }) => revision);
  const { seriesOf, times, values } = batch;
  const count = times.length;
  const earliest = now - limits.oldestMs;
  const latest = now + limits.futureMs;
  let sound = allKnown;
  for (let index = 0; sound && index < count; index += 1) {
    const time = times[index] as number;
    const value = values[index] as number;
    // `value - value` is 0 for every number but the infinite and NaN.
    if (!(time >= earliest && time <= latest && value - value === 0)) sound = false;
  }
  if (sound)
    return { series, seriesOf, times, values, announced, revisions, accepted: count, refused: refused.all, ended: [] };

  const taken = { seriesOf: new Uint32Array(count), times: new Float64Array(count), values: new Float64Array(count) };
  const ended: KnownSeries[] = [];
  let kept = 0;
  let accepted = 0;
  for (let index = 0; index < count; index += 1) {
    const from = seriesOf[index] as number;
    const time = times[index] as number;
    const value = values[index] as number;
    const number = numbers[from] as number;
    if (number < 0) refused.ofSeries(from);
    else if (Number.isNaN(time)) refused.point('time-invalid', 'A point has no time that there is.');
    else if (time > latest) refused.point('time-in-future', 'A point is more than 1 minute ahead of our clock.');
    else if (time < earliest) refused.point('time-too-old', 'A point is more than 7 days old.');
    else if (value - value === 0) {
      taken.seriesOf[kept] = number;
      taken.times[kept] = time;
      taken.values[kept] = value;
      kept += 1;
      accepted += 1;
    } else if (isEnd(values, index)) {
      const known = series[number];
      if (known !== undefined) ended.push(known);
      accepted += 1;
    } else refused.point('value-invalid', `${series[number]?.name}: ${value} is no number that can be compared.`);
  }
  return {
    series,
    seriesOf: taken.seriesOf.subarray(0, kept),
    times: taken.times.subarray(0, kept),
    values: taken.values.subarray(0, kept),
    announced,
    revisions,
    accepted,
    refused: refused.all,
    ended,
  };
}

/** The batch is durable: its series are described, and those that ended may make room. */
export function announce(register: SeriesRegister, samples: AdmittedSamples, at: Instant): void {
  samples.announced.forEach((series, index) => {
    // What was said of it meanwhile is to be announced yet.
    if (series.revision === samples.revisions[index]) series.announcedAt = at;
  });
  for (const series of samples.ended) register.end(series);
  register.accepted += samples.accepted;
}

/** Counts of refused points by code, with one message each. */
class Refusals {
  readonly #byCode = new Map<RefusedPoints['code'], { count: number; readonly message: string }>();
  readonly #ofSeries = new Map<number, { readonly code: RefusedPoints['code']; readonly message: string }>();

  constructor(before: readonly RefusedPoints[]) {
    for (const { code, count, message } of before) this.#byCode.set(code, { count, message });
  }

  series(index: number, code: RefusedPoints['code'], message: string): void {
    this.#ofSeries.set(index, { code, message });
  }

  ofSeries(index: number): void {
    const refusal = this.#ofSeries.get(index);
    if (refusal !== undefined) this.point(refusal.code, refusal.message);
  }

  point(code: RefusedPoints['code'], message: string): void {
    const seen = this.#byCode.get(code);
    if (seen === undefined) this.#byCode.set(code, { count: 1, message });
    else seen.count += 1;
  }

  get all(): readonly RefusedPoints[] {
    return [...this.#byCode].map(([code, { count, message }]) => ({ code, count, message }));
  }
}
