import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { type SampleBatch, SampleBatchBuilder, type Series, type SeriesKind } from '../../samples/batch.ts';
import type { OtlpAttributes } from '../wire/shape.ts';
import type { Speaker } from './resource.ts';
import { textOfValue } from './values.ts';

type Label = readonly [name: string, value: string];

/** The labels of a point, which all series that it becomes have. */
export interface LabelSet {
  readonly number: number;
  readonly labels: Series['labels'];
  /** Of all names and values. */
  readonly characters: number;
}

/** One of the series that a point becomes. */
export interface SeriesOfPoint {
  readonly name: string;
  readonly kind: SeriesKind;
  /** When it began at nothing; of a counter. */
  readonly startedAt: Instant | undefined;
  /** `le` or `quantile`. */
  readonly extra: Label | undefined;
}

/** The points of one request by series, each series once. A set of labels is looked at once a point, however many buckets that has. */
export class SeriesTable {
  readonly #batch = new SampleBatchBuilder();
  readonly #speakers = new Map<Speaker, number>();
  readonly #sets = new Map<string, LabelSet>();
  readonly #series = new Map<string, number>();
  #characters = 0;

  /** Whether there is room for so many values under these labels. */
  hasRoom(values: number, { characters }: LabelSet): boolean {
    return (
      this.#batch.count + values <= limits.samplesPerRequest &&
      this.#characters + values * characters <= limits.labelCharactersPerRequest
    );
  }

  /**
   * Labels of a point: what names its speaker, instance and host among it, since two processes count apart, and its attributes. The
   * speaker's come first: an attribute of the same name is left out.
   */
  labelSet(speaker: Speaker, attributes: OtlpAttributes): LabelSet {
    const own = [...attributes].map(([name, value]): Label => [name, textOfValue(value)]);
    const who = this.#speakers.get(speaker) ?? this.#speakers.size;
    this.#speakers.set(speaker, who);
    const key = `${who}${JSON.stringify(own)}`;
    const known = this.#sets.get(key);
    if (known !== undefined) return known;
    const labels = labelsOf(speaker, own);
    const characters = labels.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
    const made = { number: this.#sets.size, labels, characters };
    this.#sets.set(key, made);
    return made;
  }

  /** Adds a value, or without one that the series has ended. */
  add(set: LabelSet, series: SeriesOfPoint, time: Instant, value: number | undefined): void {
    const { name, kind, extra } = series;
    const startedAt = kind === 'counter' ? series.startedAt : undefined;
    const key = `${set.number} ${kind} ${startedAt ?? ''} ${extra?.[1] ?? ''} ${name}`;
    let number = this.#series.get(key);
    if (number === undefined) {
      const labels = extra === undefined ? set.labels : withLabel(set.labels, extra);
      number = this.#batch.series({ name, kind, labels, ...(startedAt !== undefined && { startedAt }) });
      this.#series.set(key, number);
      this.#characters += set.characters;
    }
    if (value === undefined) this.#batch.end(number, time);
    else this.#batch.add(number, time, value);
  }

  build(): SampleBatch {
    return this.#batch.build();
  }
}

function labelsOf({ service, version, environment, host, instance }: Speaker, own: readonly Label[]): Series['labels'] {
  const labels = new Map<string, string>();
  const all: readonly (readonly [string, string | undefined])[] = [
    ['service', service],
    ['version', version],
    ['environment', environment],
    ['host', host],
    ['instance', instance],
    ...own,
  ];
  for (const [name, value] of all) {
    if (value !== undefined && value !== '' && !labels.has(name)) labels.set(name, value);
  }
  return [...labels].sort(byName);
}

/** A label of ours goes before one of the sender that has its name. */
function withLabel(labels: Series['labels'], extra: Label): Series['labels'] {
  return [...labels.filter(([name]) => name !== extra[0]), extra].sort(byName);
}

function byName([left]: Label, [right]: Label): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
