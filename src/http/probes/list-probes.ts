import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** How the checks of a plan stand. */
export const listProbes = verb(routes.listProbes, ({ params, services, signal }) =>
  services.probes.probes(params.plan, signal),
);
