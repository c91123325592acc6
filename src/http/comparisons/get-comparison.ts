import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** One comparison with what differs. */
export const getComparison = verb(routes.getComparison, ({ params, query, services }) =>
  services.comparisons.get(params.plan, params.comparison, query.limit),
);
