import { routes } from '#contract/routes.ts';
import { given } from '../given.ts';
import { verb } from '../verb.ts';

/** Which numeric series there are, by name. */
export const listMetrics = verb(routes.listMetrics, ({ params, query, services }) =>
  services.metrics.names(params.plan, given(query)),
);
