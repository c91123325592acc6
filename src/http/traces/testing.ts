import { routes } from '#contract/routes.ts';
import type { ApiServices } from '../services.ts';
import { type RouteCall, record } from '../testing.ts';

/** Answers whatever is asked, and writes down the question. */
export const tracesStandIn: ApiServices['traces'] = {
  trace: (plan, trace, at) => record({ trace, events: [], cut: false }, 'trace', plan, trace, at),
};

/** One call of each route. */
export const tracesCalls: readonly RouteCall[] = [
  { route: routes.getTrace, path: '/api/plans/shop/traces/abc', asks: ['trace', 'shop', 'abc', undefined] },
];
