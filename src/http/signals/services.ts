import type { SeriesAnswer } from '#contract/signals.ts';

export interface SeriesQuery {
  /** Names with commas between; every signal when absent. */
  readonly signals?: string;
  readonly groups: number;
  readonly from?: string;
  readonly to?: string;
  readonly stepMs?: number;
}

/** Throws `not-found` for a plan or signal that is not there, `invalid-request` for a range, `telemetry-away` without a store. */
export interface SignalServices {
  series(plan: string, query: SeriesQuery): Promise<SeriesAnswer>;
}
