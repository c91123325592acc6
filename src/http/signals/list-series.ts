import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';
import { given } from './given.ts';

/** Several signals over time. */
export const listSeries = verb(routes.listSeries, ({ params, query, services }) =>
  services.signals.series(params.plan, given(query)),
);
