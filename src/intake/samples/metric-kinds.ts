import { limits } from '#kernel/limits.ts';
import type { SeriesKind } from './batch.ts';

/** What the sender says of a family of metrics, in the words of the OpenMetrics specification. */
export type MetricType = 'counter' | 'gauge' | 'histogram' | 'gaugehistogram' | 'summary' | 'info' | 'stateset';

/** Endings of names that count upwards by convention, where nothing else is said. */
const COUNTING = /_(?:total|count|sum|bucket)$/;

/** What a series' points mean, by its name and the type of its family. */
export function seriesKind(name: string, type: MetricType | undefined): SeriesKind {
  switch (type) {
    case 'counter':
      // The instant of its beginning stands beside an OpenMetrics counter, as a number that does not count.
      return name.endsWith('_created') ? 'gauge' : 'counter';
    case 'histogram':
    case 'summary':
    case undefined:
      return COUNTING.test(name) ? 'counter' : 'gauge';
    default:
      return 'gauge';
  }
}

/** Types of metric families as their senders told them beside the points. */
export class MetricKinds {
  readonly #types = new Map<string, MetricType>();
  /** Grows with every change, so that what was concluded before can be seen to be old. */
  version = 0;

  /** False when there are too many families to know another. */
  learn(family: string, type: MetricType): boolean {
    if (this.#types.get(family) === type) return true;
    if (!this.#types.has(family) && this.#types.size >= limits.metricFamiliesPlan) return false;
    this.#types.set(family, type);
    this.version += 1;
    return true;
  }

  /** A family is named as its metric, or without the ending of the metric's parts. */
  kindOf(name: string): SeriesKind {
    const type = this.#types.get(name) ?? this.#types.get(name.replace(COUNTING, ''));
    return seriesKind(name, type);
  }
}
