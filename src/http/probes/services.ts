import type { ProbeHistoryAnswer, ProbesAnswer } from '#contract/probes.ts';

/** Throws `not-found` for a plan or probe that is not there, `telemetry-away` without the telemetry store. */
export interface ProbeServices {
  probes(plan: string, gone: AbortSignal): Promise<ProbesAnswer>;
  /** Throws `invalid-request` for a wrong range, too. */
  probe(
    plan: string,
    probe: string,
    range: { readonly from?: string; readonly to?: string },
    gone: AbortSignal,
  ): Promise<ProbeHistoryAnswer>;
}
