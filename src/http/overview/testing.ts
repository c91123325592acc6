import { routes } from '#contract/routes.ts';
import type { ApiServices } from '../services.ts';
import { type RouteCall, record } from '../testing.ts';

const overviewAnswer = {
  plan: 'shop',
  title: 'Shop',
  timezone: 'UTC',
  version: 1,
  at: '2026-03-02T09:00:00.000Z',
  launch: { state: 'awaited' as const },
  phases: [],
  services: [],
  objectives: [],
  signals: [],
  rules: [],
  people: [],
  roles: [],
  channels: [],
  severities: [],
};

/** Answers whatever is asked, and writes down the question. */
export const overviewStandIn: ApiServices['overview'] = {
  plans: () => record([], 'listPlans'),
  overview: (plan) => record(overviewAnswer, 'overview', plan),
};

/** One call of each route. */
export const overviewCalls: readonly RouteCall[] = [
  { route: routes.listPlans, path: '/api/plans', asks: ['listPlans'] },
  { route: routes.getOverview, path: '/api/plans/shop/overview', asks: ['overview', 'shop'] },
];
