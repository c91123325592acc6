import { routes } from '#contract/routes.ts';
import type { ApiServices } from '../services.ts';
import { type RouteCall, record } from '../testing.ts';

/** Answers whatever is asked, and writes down the question. */
export const deploymentsStandIn: ApiServices['deployments'] = {
  deployments: (plan, range) =>
    record(
      { from: '2026-03-02T08:00:00.000Z', to: '2026-03-02T09:00:00.000Z', deployments: [], more: false },
      'deployments',
      plan,
      range,
    ),
};

/** One call of each route. */
export const deploymentsCalls: readonly RouteCall[] = [
  {
    route: routes.listDeployments,
    path: '/api/plans/shop/deployments?from=2026-03-02T08:00:00Z',
    asks: ['deployments', 'shop', { from: '2026-03-02T08:00:00Z' }],
  },
];
