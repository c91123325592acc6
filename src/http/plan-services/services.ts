import type { ServicesAnswer } from '#contract/services.ts';

/** Throws `not-found` for a plan that is not there, `not-ready` for one that is not loaded yet. */
export interface PlanServiceServices {
  services(plan: string): Promise<ServicesAnswer>;
}
