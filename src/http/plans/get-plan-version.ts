import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** The files of one version. */
export const getPlanVersion = verb(routes.getPlanVersion, ({ params, services }) =>
  services.plans.version(params.plan, params.version),
);
