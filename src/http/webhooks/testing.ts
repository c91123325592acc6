import { routes } from '#contract/routes.ts';
import type { ApiServices } from '../services.ts';
import { type RouteCall, record } from '../testing.ts';

/** Answers whatever is asked, and writes down the question. */
export const webhooksStandIn: ApiServices['webhooks'] = {
  webhooks: (plan) => record({ webhooks: [] }, 'webhooks', plan),
};

/** One call of each route. */
export const webhooksCalls: readonly RouteCall[] = [
  { route: routes.listWebhooks, path: '/api/plans/shop/webhooks', asks: ['webhooks', 'shop'] },
];
