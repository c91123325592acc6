import type { ErrorCode } from '#kernel/error-codes.ts';
import { hash64 } from '#kernel/hash64.ts';
import { type DurationMs, HOUR_MS, type Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { PointReader } from '#signals/sample-points.ts';
import { exceedsBytes, shownField } from '../decoding.ts';
import type { Series, SeriesKind } from './batch.ts';
import { MetricKinds } from './metric-kinds.ts';
import { SeriesCache } from './series-cache.ts';

/** A series that the register knows: the same object for all its points. */
export class KnownSeries implements Series {
  readonly name: string;
  readonly labels: Series['labels'];
  kind: SeriesKind;
  /** When it last began at nothing, as far as its sender says; −Infinity while it does not. */
  startedAt: Instant;
  /** How long a point is the last one, where its pace is known; Infinity where it is not. */
  lifeMs: DurationMs;
  /** Grows with every change of what is said of it. */
  revision = 0;
  /** Of `MetricKinds`, when its kind was concluded from them. */
  kindsVersion = -1;
  /** The halves of its id: the hash of name and labels that names it in the telemetry store, the same in every plan. */
  readonly idHigh: number;
  readonly idLow: number;
  /** When its description last became durable beside its points. */
  announcedAt: Instant = Number.NEGATIVE_INFINITY;
  lastSeenAt: Instant;
  /** What makes records of its points where the plan reads it; as of this version of the feed. */
  reader: PointReader | undefined;
  fedVersion = -1;
  /** The register that it stands in; undefined once that has forgotten it. */
  owner: SeriesRegister | undefined;

  constructor(
    series: Series,
    id: { readonly high: number; readonly low: number },
    seenAt: Instant,
    owner: SeriesRegister,
  ) {
    this.owner = owner;
    this.name = series.name;
    this.labels = series.labels;
    this.kind = series.kind;
    this.startedAt = series.startedAt ?? Number.NEGATIVE_INFINITY;
    this.lifeMs = series.lifeMs ?? Number.POSITIVE_INFINITY;
    this.idHigh = id.high;
    this.idLow = id.low;
    this.lastSeenAt = seenAt;
  }

  /** Takes what its sender says of it now; a change is announced with the next point. */
  describe(kind: SeriesKind, startedAt: Instant, lifeMs: DurationMs = this.lifeMs): void {
    if (this.kind === kind && this.startedAt === startedAt && this.lifeMs === lifeMs) return;
    this.kind = kind;
    this.startedAt = startedAt;
    this.lifeMs = lifeMs;
    this.revision += 1;
    this.announcedAt = Number.NEGATIVE_INFINITY;
  }
}

/** Why no point of a series is taken. */
export interface SeriesRefusal {
  readonly code: ErrorCode;
  readonly message: string;
}

/** A series that was silent for so long makes room for a new one. */
const FORGET_AFTER_MS = HOUR_MS;
/** How often it is looked for such series while there is no room. */
const LOOK_EVERY_MS = 10_000;

/** The series of one plan that are alive, each once. */
export class SeriesRegister {
  readonly #known = new Map<string, KnownSeries>();
  readonly #most: number;
  readonly #caches = new Map<string, SeriesCache<KnownSeries>>();
  readonly kinds: MetricKinds = new MetricKinds();
  #lookedAt: Instant = Number.NEGATIVE_INFINITY;
  /** Points taken since the start. */
  accepted = 0;
  #scrub: (series: Series) => Series = (series) => series;

  constructor(most: number = limits.seriesPerPlan) {
    this.#most = most;
  }

  get size(): number {
    return this.#known.size;
  }

  /**
   * Takes out of a new series what the plan's scrub list names; gives the same object when that is nothing. Another one holds for what is known
   * already: a series that it changes, or that the one before has changed, is new with its next point.
   */
  set scrub(scrub: (series: Series) => Series) {
    if (scrub === this.#scrub) return;
    this.#scrub = scrub;
    for (const [key, series] of this.#known) {
      if (key !== keyOf(series) || scrub(series) !== series) series.owner = undefined;
    }
    for (const [key, series] of this.#known) if (series.owner !== this) this.#known.delete(key);
  }

  get all(): IterableIterator<KnownSeries> {
    return this.#known.values();
  }

  /** The one object of a series, made when it is new; or why it is not taken. */
  intern(series: Series, now: Instant): KnownSeries | SeriesRefusal {
    // What was forgotten to make room comes back as new.
    if (series instanceof KnownSeries && series.owner === this) return series;
    const key = keyOf(series);
    const known = this.#known.get(key);
    if (known !== undefined) {
      known.describe(series.kind, series.startedAt ?? known.startedAt, series.lifeMs ?? known.lifeMs);
      return known;
    }
    const clean = this.#scrub(series);
    if (clean !== series) {
      // Under both names, so that it is found as it is sent. What was sent is held in memory only.
      const kept = this.intern(clean, now);
      if (kept instanceof KnownSeries && this.#known.size < this.#most) this.#known.set(key, kept);
      return kept;
    }
    const problem = problemOf(series);
    if (problem !== undefined) return problem;
    if (this.#known.size >= this.#most && !this.#makeRoom(now)) {
      return {
        code: 'too-many-series',
        message: `${shownField(series.name)}: the plan has ${this.#most} series already.`,
      };
    }
    const made = new KnownSeries(series, hash64(key), now, this);
    this.#known.set(key, made);
    return made;
  }

  /** The cache of one protocol's own way to name series. */
  cacheOf(protocol: string): SeriesCache<KnownSeries> {
    let cache = this.#caches.get(protocol);
    if (cache === undefined) {
      cache = new SeriesCache<KnownSeries>(this);
      this.#caches.set(protocol, cache);
    }
    return cache;
  }

  /** Its points have ended, so it makes room at once when room is needed. */
  end(series: KnownSeries): void {
    series.lastSeenAt = Number.NEGATIVE_INFINITY;
  }

  /** Series with one of these values in a label come back as new, with a description of their own, when they are sent again. */
  forget(values: ReadonlySet<string>): void {
    for (const [key, series] of this.#known) {
      if (!series.labels.some(([, value]) => values.has(value))) continue;
      series.owner = undefined;
      this.#known.delete(key);
    }
  }

  /** Every series is described once more with its next point. */
  announceAnew(): void {
    for (const series of this.#known.values()) series.announcedAt = Number.NEGATIVE_INFINITY;
  }

  #makeRoom(now: Instant): boolean {
    if (now - this.#lookedAt < LOOK_EVERY_MS) return false;
    this.#lookedAt = now;
    for (const [key, series] of this.#known) {
      if (now - series.lastSeenAt <= FORGET_AFTER_MS) continue;
      series.owner = undefined;
      this.#known.delete(key);
    }
    return this.#known.size < this.#most;
  }
}

/** The text that a series' id is the hash of. */
function keyOf({ name, labels }: Series): string {
  return JSON.stringify([name, labels]);
}

function problemOf({ name, labels }: Series): SeriesRefusal | undefined {
  if (name === '' || exceedsBytes(name, limits.nameBytes)) {
    return { code: 'name-invalid', message: `A series' name is text of 1 to ${limits.nameBytes} bytes.` };
  }
  if (labels.length > limits.labelsPerSeries) {
    const message = `${shownField(name)}: ${labels.length} labels; at most ${limits.labelsPerSeries} are taken.`;
    return { code: 'too-many-labels', message };
  }
  for (const [label, value] of labels) {
    if (label === '' || exceedsBytes(label, limits.nameBytes)) {
      const message = `${shownField(name)}: a label's name is text of 1 to ${limits.nameBytes} bytes.`;
      return { code: 'label-invalid', message };
    }
    if (exceedsBytes(value, limits.labelValueBytes)) {
      const message = `${shownField(name)}: the label ${shownField(label)} is longer than ${limits.labelValueBytes} bytes.`;
      return { code: 'label-invalid', message };
    }
  }
  return undefined;
}
