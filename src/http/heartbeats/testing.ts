import { routes } from '#contract/routes.ts';
import type { ApiServices } from '../services.ts';
import { type RouteCall, record } from '../testing.ts';

/** Answers whatever is asked, and writes down the question. */
export const heartbeatsStandIn: ApiServices['heartbeats'] = {
  heartbeats: (plan) => record({ heartbeats: [] }, 'heartbeats', plan),
};

/** One call of each route. */
export const heartbeatsCalls: readonly RouteCall[] = [
  { route: routes.listHeartbeats, path: '/api/plans/shop/heartbeats', asks: ['heartbeats', 'shop'] },
];
