import { routes } from '#contract/routes.ts';
import type { ApiServices } from '../services.ts';
import { type RouteCall, record } from '../testing.ts';

const reading = {
  signal: 'errors',
  group: ['north'],
  state: 'on target',
  value: 0.01,
  shown: '1%',
  unit: '%',
  sampleSize: 200,
  ageMs: 12,
};
export const statusAnswer = {
  version: '1.2.3',
  at: '2026-03-02T09:00:00.000Z',
  ready: true,
  reasons: [],
  intake: { connected: true, ready: true, reasons: [], spoolBytes: 0, segmentsWaiting: 0, accepted: 7, rejected: {} },
  plans: [
    {
      plan: 'shop',
      title: 'Shop',
      version: 1,
      signals: [reading],
      alerts: [],
      notifications: {},
      notices: [],
      coreLagMs: 0,
    },
  ],
};

/** Answers whatever is asked, and writes down the question. */
export const statusStandIn: ApiServices['status'] = {
  readiness: () => record({ ready: false, reasons: ['PostgreSQL does not answer.'] }, 'readiness'),
  status: (_wanted, plan) => record(statusAnswer, 'status', plan),
};

/** One call of each route. */
export const statusCalls: readonly RouteCall[] = [
  { route: routes.getStatus, path: '/api/status?plan=shop', asks: ['status', 'shop'] },
];
