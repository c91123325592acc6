import type { ServicesAnswer } from '#contract/services.ts';

/** Throws `not-found` for a plan that is not there. */
export interface PlanServiceServices {
  services(plan: string): Promise<ServicesAnswer>;
}
