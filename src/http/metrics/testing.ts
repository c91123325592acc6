import { routes } from '#contract/routes.ts';
import { healthAnswer } from '../health/testing.ts';
import type { ApiServices } from '../services.ts';
import { statusAnswer } from '../status/testing.ts';
import { type RouteCall, record } from '../testing.ts';
import { createMetricsServices } from './metrics-services.ts';

/** Answers whatever is asked, and writes down the question. */
export const metricsStandIn: ApiServices['metrics'] = {
  ...createMetricsServices({
    core: { plans: () => [] },
    clock: { now: () => 0 },
    askTelemetry: () => Promise.reject(new Error('nothing is asked')),
    health: { health: async () => healthAnswer },
    status: { status: async () => statusAnswer },
  }),
  names: (plan, query) => record({ metrics: [], more: false }, 'metrics', plan, query),
};

/** One call of each route. */
export const metricsCalls: readonly RouteCall[] = [
  {
    route: routes.listMetrics,
    path: '/api/plans/shop/metrics?name=http',
    asks: ['metrics', 'shop', { name: 'http', limit: 100 }],
  },
];
