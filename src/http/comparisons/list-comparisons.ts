import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** Comparisons of a plan. */
export const listComparisons = verb(routes.listComparisons, ({ params, services }) =>
  services.comparisons.list(params.plan),
);
