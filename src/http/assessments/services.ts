import type { AssessmentsAnswer } from '#contract/assessments.ts';

/** Throws `not-found` for a plan that is not there, `not-ready` for one that is not loaded yet, `telemetry-away` without the telemetry store. */
export interface AssessmentServices {
  assessments(plan: string): Promise<AssessmentsAnswer>;
}
