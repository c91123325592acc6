import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** What was applied when, and by whom. */
export const listPlanVersions = verb(routes.listPlanVersions, ({ params, services }) =>
  services.plans.versions(params.plan),
);
