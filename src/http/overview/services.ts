import type { OverviewAnswer, PlanSummaryAnswer } from '#contract/overview.ts';

/** Throws `not-found` for a plan that is not there, and `not-ready` for one that was not loaded yet. */
export interface OverviewServices {
  plans(wanted: (plan: string) => boolean): Promise<PlanSummaryAnswer[]>;
  /** `email` is of whoever asks, who is told which person of the plan they are. */
  overview(plan: string, email?: string): Promise<OverviewAnswer>;
}
