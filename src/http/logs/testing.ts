import { routes } from '#contract/routes.ts';
import type { ApiServices } from '../services.ts';
import { type RouteCall, record } from '../testing.ts';

const logAnswer = {
  syntax: 'lucene' as const,
  events: ['log'],
  from: '2026-03-02T08:00:00.000Z',
  to: '2026-03-02T09:00:00.000Z',
};

/** Answers whatever is asked, and writes down the question. */
export const logsStandIn: ApiServices['logs'] = {
  list: (plan, question) =>
    record(
      { ...logAnswer, lines: [], searchedTo: logAnswer.from, complete: true, segmentsWaiting: 0 },
      'logs',
      plan,
      question,
    ),
  summarise: (plan, question) =>
    record(
      { ...logAnswer, start: logAnswer.from, stepMs: 1_000, levels: [], total: 0, facets: [], sampledOneIn: 1 },
      'logSummary',
      plan,
      question,
    ),
  context: (plan, question) => record({ lines: [], sameAs: [] }, 'logContext', plan, question),
  follow: (plan, question) => record(new Blob(['{}']).stream(), 'tail', plan, question),
  stop: () => {},
};

/** One call of each route. */
export const logsCalls: readonly RouteCall[] = [
  {
    route: routes.listLogs,
    path: '/api/plans/shop/logs?query=status%3A500&level=error&limit=5',
    asks: ['logs', 'shop', { query: 'status:500', level: 'error', limit: 5 }],
  },
  {
    route: routes.summariseLogs,
    path: '/api/plans/shop/logs/summary?syntax=plan',
    asks: ['logSummary', 'shop', { syntax: 'plan', fields: 'level,service' }],
  },
  {
    route: routes.getLogContext,
    path: '/api/plans/shop/logs/context?line=l-1&at=2026-03-02T09:00:00Z',
    asks: ['logContext', 'shop', { line: 'l-1', at: '2026-03-02T09:00:00Z', lines: 10 }],
  },
  {
    route: routes.followLogs,
    path: '/api/plans/shop/logs/tail?search=failed',
    asks: ['tail', 'shop', { search: 'failed' }],
  },
];
