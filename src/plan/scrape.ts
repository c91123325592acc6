import type { DurationMs } from '#kernel/instant.ts';
import type { ByPhase } from './model.ts';

/** A target whose metrics intake fetches at a fixed pace. */
export interface Scrape {
  /** Becomes the label `job` of its series. */
  readonly name: string;
  /** http or https, without credentials. */
  readonly url: string;
  readonly everyMs: ByPhase<DurationMs>;
  /** At most the shortest of `everyMs`. */
  readonly timeoutMs: DurationMs;
  /** Beside `job` and `instance`. Sorted by name. */
  readonly labels: readonly (readonly [name: string, value: string])[];
  /** Patterns of metric names, `*` standing for any characters; all are kept without one. */
  readonly keep: readonly string[];
  readonly drop: readonly string[];
  /** Name of the secret that is shown as bearer token. */
  readonly tokenSecret?: string;
}
