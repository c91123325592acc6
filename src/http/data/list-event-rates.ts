import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** How many events came. */
export const listEventRates = verb(routes.listEventRates, ({ params, services }) => services.data.rates(params.plan));
