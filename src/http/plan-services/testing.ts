import { routes } from '#contract/routes.ts';
import type { ApiServices } from '../services.ts';
import { type RouteCall, record } from '../testing.ts';

const others = { probes: [], heartbeats: [] };

/** Answers whatever is asked, and writes down the question. */
export const planServicesStandIn: ApiServices['planServices'] = {
  services: (plan) => record({ services: [], others, away: [] }, 'services', plan),
};

/** One call of each route. */
export const planServicesCalls: readonly RouteCall[] = [
  { route: routes.listServices, path: '/api/plans/shop/services', asks: ['services', 'shop'] },
];
