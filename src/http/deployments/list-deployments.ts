import { routes } from '#contract/routes.ts';
import { given } from '../given.ts';
import { verb } from '../verb.ts';

/** What was deployed in a time. */
export const listDeployments = verb(routes.listDeployments, ({ params, query, services }) =>
  services.deployments.deployments(params.plan, given(query)),
);
