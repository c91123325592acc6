import type { TraceAnswer } from '#contract/traces.ts';

export interface TraceServices {
  /** Throws `not-found` for a plan that is not there and an id that nothing carries, `telemetry-away` without the telemetry store. */
  trace(plan: string, trace: string, at: string | undefined, gone: AbortSignal): Promise<TraceAnswer>;
}
