import type { ProbeHistoryAnswer, ProbesAnswer } from '#contract/probes.ts';
import type { PartStanding } from './part-view.ts';

/** Throws `not-found` for a plan or probe that is not there, `telemetry-away` without the telemetry store. */
export interface ProbeServices {
  probes(plan: string, gone: AbortSignal): Promise<ProbesAnswer>;
  /** How the parts of health answers stand that the plan's probes name. */
  parts(plan: string, gone: AbortSignal): Promise<readonly PartStanding[]>;
  /** Throws `invalid-request` for a wrong range, too. */
  probe(
    plan: string,
    probe: string,
    range: { readonly from?: string; readonly to?: string },
    gone: AbortSignal,
  ): Promise<ProbeHistoryAnswer>;
}
