import type { ApplyAnswer, ApplyRequest } from '#contract/plans.ts';

/** Throws `WatchbillError` for what a client did wrong or has to wait for. */
export interface PlanServices {
  apply(request: ApplyRequest, by: string): Promise<ApplyAnswer>;
}
