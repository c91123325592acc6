import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** Everything of one trace. */
export const getTrace = verb(routes.getTrace, ({ params, query, services, signal }) =>
  services.traces.trace(params.plan, params.trace, query.at, signal),
);
