import { routes } from '#contract/routes.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { may } from '../actor.ts';
import { verb } from '../verb.ts';

/** The status of the plans that the caller may read; a foreign plan is not found. */
export const getStatus = verb(routes.getStatus, async ({ query: { plan }, actor, services }) => {
  if (plan !== undefined && !may(actor, 'read', plan)) {
    throw new WatchbillError('not-found', `There is no plan "${plan}".`, plan);
  }
  return services.status.status((name) => (plan === undefined || name === plan) && may(actor, 'read', name), plan);
});
