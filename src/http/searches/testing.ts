import { routes } from '#contract/routes.ts';
import type { ApiServices } from '../services.ts';
import { type RouteCall, record } from '../testing.ts';

/** Answers whatever is asked, and writes down the question. */
export const searchesStandIn: ApiServices['searches'] = { list: (plan) => record({ searches: [] }, 'searches', plan) };

/** One call of each route. */
export const searchesCalls: readonly RouteCall[] = [
  { route: routes.listSearches, path: '/api/plans/shop/searches', asks: ['searches', 'shop'] },
];
