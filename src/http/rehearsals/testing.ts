import { routes } from '#contract/routes.ts';
import type { ApiServices } from '../services.ts';
import { type RouteCall, record } from '../testing.ts';

const files = [{ path: 'plan.yaml', text: 'plan: shop' }];

/** Answers whatever is asked, and writes down the question. */
export const rehearsalsStandIn: ApiServices['rehearsals'] = {
  scenarios: (plan) => record({ version: 1, scenarios: [] }, 'scenarios', plan),
  run: (plan, request) => record(new Blob(['{}']).stream(), 'rehearse', plan, request),
  stop: () => Promise.resolve(),
};

/** One call of each route. */
export const rehearsalsCalls: readonly RouteCall[] = [
  { route: routes.listScenarios, path: '/api/plans/shop/scenarios', asks: ['scenarios', 'shop'] },
  {
    route: routes.runRehearsal,
    path: '/api/plans/shop/rehearsals',
    body: { scenario: files[0] },
    asks: ['rehearse', 'shop', { scenario: files[0] }],
  },
];
