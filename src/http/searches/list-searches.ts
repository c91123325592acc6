import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** The named searches of a plan. */
export const listSearches = verb(routes.listSearches, ({ params, services }) => services.searches.list(params.plan));
