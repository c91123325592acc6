import { routes } from '#contract/routes.ts';
import { may } from '../actor.ts';
import { verb } from '../verb.ts';

/** The plans that the caller may read. */
export const listPlans = verb(routes.listPlans, ({ actor, services }) =>
  services.overview.plans((plan) => may(actor, 'read', plan)),
);
