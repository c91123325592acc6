import { routes } from '#contract/routes.ts';
import type { ApiServices } from '../services.ts';
import { type RouteCall, record } from '../testing.ts';

const seriesAnswer = {
  from: '2026-03-02T08:00:00.000Z',
  to: '2026-03-02T09:00:00.000Z',
  stepMs: 20_000,
  at: '2026-03-02T09:00:00.000Z',
  phases: [],
  series: [],
};

/** Answers whatever is asked, and writes down the question. */
export const signalsStandIn: ApiServices['signals'] = {
  series: (plan, query) => record(seriesAnswer, 'series', plan, query),
};

/** One call of each route. */
export const signalsCalls: readonly RouteCall[] = [
  {
    route: routes.listSeries,
    path: '/api/plans/shop/signals/series?signals=errors,orders&from=2026-03-02T08:00:00Z',
    asks: ['series', 'shop', { signals: 'errors,orders', groups: 1, from: '2026-03-02T08:00:00Z' }],
  },
  {
    route: routes.getSignalSeries,
    path: '/api/plans/shop/signals/p95%20by%20route/series?stepMs=60000',
    asks: ['series', 'shop', { groups: 50, stepMs: 60_000, signals: 'p95 by route' }],
  },
];
