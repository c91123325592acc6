import { routes } from '#contract/routes.ts';
import { given } from '../given.ts';
import { verb } from '../verb.ts';

/** One signal over time, by group. */
export const getSignalSeries = verb(routes.getSignalSeries, ({ params, query, services }) =>
  services.signals.series(params.plan, { ...given(query), signals: params.signal }),
);
