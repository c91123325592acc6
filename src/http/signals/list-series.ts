import { routes } from '#contract/routes.ts';
import { given } from '../given.ts';
import { verb } from '../verb.ts';

/** Several signals over time. */
export const listSeries = verb(routes.listSeries, ({ params, query, services }) =>
  services.signals.series(params.plan, given(query)),
);
