import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** How the check-ins stand that a plan expects. */
export const listHeartbeats = verb(routes.listHeartbeats, ({ params, services }) =>
  services.heartbeats.heartbeats(params.plan),
);
