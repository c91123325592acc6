import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** Applies a plan, new or not, or says what applying it would do. */
export const applyPlan = verb(routes.applyPlan, ({ body, actor, services }) => services.plans.apply(body, actor.name));
