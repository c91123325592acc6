import type { Instant } from '#kernel/instant.ts';
import type { CompiledPlan } from '#plan/model.ts';
import type { EventRecord } from '#signals/record.ts';
import { type LastPoint, PointReader, wantedSeries } from '#signals/sample-points.ts';
import type { AdmittedSamples } from './admit.ts';
import type { Series } from './batch.ts';
import type { BlockSamples } from './block-samples.ts';
import { KnownSeries, type SeriesRegister } from './series-register.ts';

/** A series that the plan reads, with what its next point is compared with; for the snapshot. */
export interface FedSeries extends Series {
  readonly last?: LastPoint;
}

const NO_RECORDS: readonly EventRecord[] = [];

/** Turns the points of one plan into the records that its windows take in; those of series that it does not read cost one look at each series. */
export class SampleFeed {
  readonly #register: SeriesRegister;
  #wanted: ReadonlySet<string> = new Set();
  /** Grows whenever other series are wanted. */
  #version = 0;
  /** Of a restart: series by the halves of their ids, until the blocks of the earlier run are judged. */
  readonly #byId = new Map<string, KnownSeries>();

  constructor(register: SeriesRegister) {
    this.#register = register;
  }

  /**
   * From now on, what this plan reads. When it reads more than before, all series are described once more, so that a restart finds in the spool
   * what the points behind this instant belong to.
   */
  configure(plan: CompiledPlan): void {
    const wanted = wantedSeries(plan);
    if (wanted.symmetricDifference(this.#wanted).size === 0) return;
    if (!wanted.isSubsetOf(this.#wanted)) this.#register.announceAnew();
    this.#wanted = wanted;
    this.#version += 1;
  }

  /** Records of points that were just taken. */
  recordsOf({ series, seriesOf, times, values }: AdmittedSamples): readonly EventRecord[] {
    if (this.#wanted.size === 0) return NO_RECORDS;
    let isRead = false;
    for (let index = 0; index < series.length; index += 1) {
      if (this.#readerOf(series[index] as KnownSeries) !== undefined) isRead = true;
    }
    if (!isRead) return NO_RECORDS;
    const records: EventRecord[] = [];
    for (let index = 0; index < times.length; index += 1) {
      const known = series[seriesOf[index] as number] as KnownSeries;
      const record = known.reader?.read(known, times[index] as number, values[index] as number);
      if (record !== undefined) records.push(record);
    }
    return records;
  }

  /** The same of points that an earlier run took. */
  replay(samples: BlockSamples, receivedAt: Instant): readonly EventRecord[] {
    for (const described of samples.described) {
      if (this.#wanted.has(described.name)) this.#remember(described, receivedAt);
    }
    if (this.#byId.size === 0) return NO_RECORDS;
    const records: EventRecord[] = [];
    const { count, ids, firstTime, offsets, values } = samples;
    for (let index = 0; index < count; index += 1) {
      const series = this.#byId.get(`${ids[2 * index + 1]} ${ids[2 * index]}`);
      if (series === undefined) continue;
      const time = firstTime + (offsets[index] as number);
      const record = this.#readerOf(series)?.read(series, time, values[index] as number);
      if (record !== undefined) records.push(record);
    }
    return records;
  }

  /** Everything that the next records depend on. */
  snapshot(): readonly FedSeries[] {
    if (this.#wanted.size === 0) return [];
    return [...this.#register.all].flatMap(
      ({ name, kind, labels, startedAt, lifeMs, reader }): readonly FedSeries[] => {
        if (!this.#wanted.has(name)) return [];
        const last = reader?.last;
        const begun = Number.isFinite(startedAt) && { startedAt };
        return [{ name, kind, labels, ...begun, ...(Number.isFinite(lifeMs) && { lifeMs }), ...(last && { last }) }];
      },
    );
  }

  restore(fed: readonly FedSeries[], at: Instant): void {
    for (const series of fed) {
      const known = this.#remember(series, at);
      if (known !== undefined && series.last !== undefined) known.reader = new PointReader(series, series.last);
    }
  }

  /** The blocks of the earlier run are judged: points are found by their series from here on. */
  endReplay(): void {
    this.#byId.clear();
  }

  #remember(series: Series, at: Instant): KnownSeries | undefined {
    const known = this.#register.intern(series, at);
    if (!(known instanceof KnownSeries)) return undefined;
    this.#byId.set(`${known.idHigh} ${known.idLow}`, known);
    return known;
  }

  #readerOf(series: KnownSeries): PointReader | undefined {
    if (series.fedVersion !== this.#version) {
      series.fedVersion = this.#version;
      if (!this.#wanted.has(series.name)) series.reader = undefined;
      else series.reader ??= new PointReader(series);
    }
    return series.reader;
  }
}
