import { routes } from '#contract/routes.ts';
import type { ApiServices } from '../services.ts';
import { type RouteCall, record } from '../testing.ts';

const alertAnswer = {
  alert: 'A-1',
  rule: 'errors',
  group: [],
  severity: 'urgent',
  state: 'firing' as const,
  openedAt: '2026-03-02T09:00:00.000Z',
  version: 1,
  silences: [],
  flapping: false,
  told: true,
  planVersion: 1,
};

/** Answers whatever is asked, and writes down the question. */
export const alertsStandIn: ApiServices['alerts'] = {
  list: (plan, query) => record({ alerts: [alertAnswer] }, 'listAlerts', plan, query),
  get: (plan, alert) =>
    record(
      { alert: alertAnswer, evidence: [], timeline: [], notifications: [], explanation: [] },
      'getAlert',
      plan,
      alert,
    ),
  acknowledge: (plan, command) => record(alertAnswer, 'acknowledge', plan, command),
};

/** One call of each route. */
export const alertsCalls: readonly RouteCall[] = [
  {
    route: routes.listAlerts,
    path: '/api/plans/shop/alerts?state=open&rule=errors&before=9',
    asks: ['listAlerts', 'shop', { state: 'open', rule: 'errors', before: 9, limit: 50 }],
  },
  { route: routes.getAlert, path: '/api/plans/shop/alerts/A-1', asks: ['getAlert', 'shop', 'A-1'] },
  {
    route: routes.acknowledgeAlert,
    path: '/api/plans/shop/alerts/A-1/acknowledge',
    body: { expectedVersion: 1 },
    asks: ['acknowledge', 'shop', { alert: 'A-1', by: 'admin token', via: 'api', expectedVersion: 1 }],
  },
];
