import type { Exposition } from '#intake/own-metrics/exposition.ts';
import type { RequestCounts } from '#kernel/request-counts.ts';

export interface MetricsServices {
  /** What the core says of itself to whoever watches it; `wanted` says which plans the caller may read. */
  expose(wanted: (plan: string) => boolean, requests: RequestCounts): Promise<Exposition>;
}
