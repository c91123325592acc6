import type { DeploymentsAnswer } from '#contract/deployments.ts';

/** Throws `not-found` for a plan that is not there, `invalid-request` for a wrong range, `telemetry-away` without the telemetry store. */
export interface DeploymentServices {
  deployments(plan: string, range: { readonly from?: string; readonly to?: string }): Promise<DeploymentsAnswer>;
}
