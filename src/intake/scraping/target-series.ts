import type { DurationMs, Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { fail, ok, type Result } from '#kernel/result.ts';
import { INTERVALS } from '#signals/sample-points.ts';
import { type SampleBatch, SampleBatchBuilder, type Series } from '../samples/batch.ts';
import { type Beginning, Beginnings } from './beginnings.ts';
import { type ExposedSample, type ExpositionFormat, type MetricType, readExposition } from './decode.ts';
import { type OwnName, ownSeries, type Relabelling, relabel } from './relabel.ts';

/** A series of which every answer may say anew when it began; it lives by the pace at which its target is asked. */
type ScrapedSeries = Omit<Series, 'startedAt' | 'lifeMs'> & { startedAt?: Instant; lifeMs?: DurationMs };

/** One series as the target writes it, from one answer to the next. */
interface WrittenSeries {
  /** Undefined for one that is not wanted. */
  readonly series: ScrapedSeries | undefined;
  /** That of the series, or the one that this line tells of. */
  readonly beginning: Beginning | undefined;
  readonly tellsBeginning: boolean;
  readonly type: MetricType | undefined;
  /** The last answer that had it. */
  round: number;
  /** Has a point in the answer that is being read, under our time. */
  present: boolean;
  /** Had one in the answer before, so that it ends when it is not there any more. */
  live: boolean;
}

/** What an answer brought. */
export interface Scraped {
  readonly batch: SampleBatch;
  /** In the answer, wanted or not. */
  readonly samples: number;
}

/** Why an answer is not taken. */
export interface ScrapeProblem {
  readonly reason: 'malformed' | 'too-many-points';
  readonly message: string;
}

/**
 * The series of one target: reads its answers, and ends what is not in them any more. Texts that were seen in the answer before are not read
 * again.
 */
export class TargetSeries {
  readonly #relabelling: Relabelling;
  readonly #written = new Map<string, WrittenSeries>();
  readonly #own = new Map<OwnName, ScrapedSeries>();
  readonly #beginnings = new Beginnings();
  #round = 0;
  /** When the answer before was asked for. */
  #before: Instant = Number.NEGATIVE_INFINITY;
  #lifeMs: DurationMs | undefined;

  constructor(relabelling: Relabelling) {
    this.#relabelling = relabelling;
  }

  /** How often the target is asked from now on. */
  set everyMs(everyMs: DurationMs) {
    this.#lifeMs = INTERVALS * everyMs;
  }

  /** The points of an answer to the question at `at`, with what is said of the target itself. */
  read(text: string, format: ExpositionFormat, at: Instant, seconds: number): Result<Scraped, ScrapeProblem> {
    this.#round += 1;
    const builder = new SampleBatchBuilder();
    let samples = 0;
    let tooMany = false;
    const result = readExposition(text, format, (sample) => {
      samples += 1;
      if (samples > limits.samplesRead) {
        tooMany = true;
        return `The target has more than ${limits.samplesRead} samples.`;
      }
      const written = this.#find(sample, format);
      if (typeof written === 'string') return written;
      // The same series twice: the first one counts.
      if (written.round === this.#round) return undefined;
      written.round = this.#round;
      written.present = false;
      if (written.tellsBeginning && written.beginning !== undefined) {
        this.#beginnings.tell(written.beginning, sample.value, at, this.#before);
      }
      if (written.series === undefined || Number.isNaN(sample.value)) return undefined;
      if (builder.count === limits.samplesPerScrape) {
        tooMany = true;
        return `The target has more than ${limits.samplesPerScrape} samples that are kept.`;
      }
      // As in Prometheus, a series with times of its own ends by itself.
      written.present = sample.time === undefined;
      if (written.present && this.#lifeMs !== undefined) written.series.lifeMs = this.#lifeMs;
      builder.add(builder.series(written.series), sample.time ?? at, sample.value);
      return undefined;
    });
    if (!result.ok) {
      const { line, message } = result.failure;
      if (tooMany) return fail({ reason: 'too-many-points', message });
      return fail({ reason: 'malformed', message: `Line ${line}: ${message}` });
    }
    this.#before = at;
    const used = new Set<Beginning>();
    for (const [key, written] of this.#written) {
      const { series, beginning } = written;
      if (written.round !== this.#round) {
        this.#end(written, builder, at);
        this.#written.delete(key);
        continue;
      }
      written.live = written.present;
      if (beginning === undefined) continue;
      used.add(beginning);
      // It may stand behind the points that it is about.
      if (series !== undefined && beginning.startedAt !== undefined) series.startedAt = beginning.startedAt;
    }
    this.#beginnings.keep(used);
    this.#tell(builder, at, { up: 1, scrape_duration_seconds: seconds, scrape_samples_scraped: samples });
    return ok({ batch: builder.build(), samples });
  }

  /** The target gave nothing that can be taken: all of its series end. */
  down(at: Instant, seconds: number): SampleBatch {
    const builder = new SampleBatchBuilder();
    this.#endAll(builder, at);
    this.#tell(builder, at, { up: 0, scrape_duration_seconds: seconds, scrape_samples_scraped: 0 });
    return builder.build();
  }

  /** The target is not asked any more: what is said of it ends too. */
  gone(at: Instant): SampleBatch {
    const builder = new SampleBatchBuilder();
    this.#endAll(builder, at);
    for (const series of this.#own.values()) builder.end(builder.series(series), at);
    this.#own.clear();
    return builder.build();
  }

  #find(sample: ExposedSample, format: ExpositionFormat): WrittenSeries | string {
    const { series: text, family } = sample;
    const known = this.#written.get(text);
    if (known !== undefined && known.type === family?.type) return known;
    const tellsBeginning = format === 'openmetrics' && isBeginning(sample);
    // What begins is told also of series whose `_created` is not wanted.
    const series = relabel(
      text,
      family,
      tellsBeginning ? { ...this.#relabelling, keep: [], drop: [] } : this.#relabelling,
    );
    if (typeof series === 'string') return series;
    const begins = tellsBeginning || series?.kind === 'counter';
    const written: WrittenSeries = {
      series: tellsBeginning ? undefined : series,
      beginning:
        begins && family !== undefined && series !== undefined ? this.#beginnings.of(family.name, series) : undefined,
      tellsBeginning,
      type: family?.type,
      round: known?.round ?? 0,
      present: false,
      live: known?.live ?? false,
    };
    this.#written.set(known === undefined ? copyOf(text) : text, written);
    return written;
  }

  #end(written: WrittenSeries, builder: SampleBatchBuilder, at: Instant): void {
    if (written.live && written.series !== undefined) builder.end(builder.series(written.series), at);
  }

  #endAll(builder: SampleBatchBuilder, at: Instant): void {
    for (const written of this.#written.values()) this.#end(written, builder, at);
    this.#written.clear();
  }

  #tell(builder: SampleBatchBuilder, at: Instant, values: Readonly<Record<OwnName, number>>): void {
    for (const [name, value] of Object.entries(values) as [OwnName, number][]) {
      const series: ScrapedSeries = this.#own.get(name) ?? ownSeries(name, this.#relabelling);
      this.#own.set(name, series);
      if (this.#lifeMs !== undefined) series.lifeMs = this.#lifeMs;
      builder.add(builder.series(series), at, value);
    }
  }
}

/** Whether OpenMetrics means by it when the counters beside it began. */
function isBeginning({ series, family }: ExposedSample): boolean {
  if (family === undefined || !COUNTING.has(family.type)) return false;
  const created = `${family.name}_created`;
  return series === created || series.startsWith(`${created}{`) || series.startsWith(`{"${created}"`);
}

const COUNTING: ReadonlySet<MetricType> = new Set(['counter', 'histogram', 'summary']);

/** A piece of a long text keeps all of it in memory; a copy does not. */
function copyOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}
