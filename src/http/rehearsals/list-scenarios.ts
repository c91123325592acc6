import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** The scenarios that came with the plan. */
export const listScenarios = verb(routes.listScenarios, ({ params, services }) =>
  services.rehearsals.scenarios(params.plan),
);
