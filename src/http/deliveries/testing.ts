import { routes } from '#contract/routes.ts';
import type { ApiServices } from '../services.ts';
import { type RouteCall, record } from '../testing.ts';

/** Answers whatever is asked, and writes down the question. */
export const deliveriesStandIn: ApiServices['deliveries'] = {
  list: (plan, query) => record({ deliveries: [] }, 'listDeliveries', plan, query),
};

/** One call of each route. */
export const deliveriesCalls: readonly RouteCall[] = [
  {
    route: routes.listDeliveries,
    path: '/api/plans/shop/deliveries?state=failed&recipient=mia',
    asks: ['listDeliveries', 'shop', { state: 'failed', recipient: 'mia', limit: 50 }],
  },
];
