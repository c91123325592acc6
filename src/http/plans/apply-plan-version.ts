import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** Applies the next version of a plan, or says what applying it would do. */
export const applyPlanVersion = verb(routes.applyPlanVersion, ({ params, body, actor, services }) =>
  services.plans.applyVersion(params.plan, body, actor.name),
);
