import { routes } from '#contract/routes.ts';
import { may } from '../actor.ts';
import { verb } from '../verb.ts';

/** How Watchbill itself is; of plans only those that the caller may read. */
export const getHealth = verb(routes.getHealth, ({ actor, services }) =>
  services.health.health((plan) => may(actor, 'read', plan)),
);
