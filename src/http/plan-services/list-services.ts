import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** How the services of a plan stand. */
export const listServices = verb(routes.listServices, ({ params, services }) =>
  services.planServices.services(params.plan),
);
