import type { MetricNamesAnswer } from '#contract/metrics.ts';
import type { Exposition } from '#intake/own-metrics/exposition.ts';
import type { RequestCounts } from '#kernel/request-counts.ts';

export interface MetricsServices {
  /** What the core says of itself to whoever watches it; `wanted` says which plans the caller may read. */
  expose(wanted: (plan: string) => boolean, requests: RequestCounts): Promise<Exposition>;
  /**
   * Names of the numeric series of a plan. Throws `not-found` for a plan that is not there, `telemetry-away` without the telemetry store.
   */
  names(plan: string, query: { readonly name?: string; readonly limit: number }): Promise<MetricNamesAnswer>;
}
