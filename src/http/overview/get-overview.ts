import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** What a plan says. */
export const getOverview = verb(routes.getOverview, ({ params, actor, services }) =>
  services.overview.overview(params.plan, actor.email),
);
