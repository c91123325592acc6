import { routes } from '#contract/routes.ts';
import type { ApiServices } from '../services.ts';
import { type RouteCall, record } from '../testing.ts';

/** Answers whatever is asked, and writes down the question. */
export const journalStandIn: ApiServices['journal'] = {
  explain: (plan, subject) =>
    record({ subject, found: true, lines: ['A-1'], budgets: [], explanation: {} }, 'explain', plan, subject),
  facts: (plan, query) => record([], 'facts', plan, query),
  inbox: (plan, query) => record([], 'inbox', plan, query),
};

/** One call of each route. */
export const journalCalls: readonly RouteCall[] = [
  { route: routes.explainSubject, path: '/api/plans/shop/explain/A-1', asks: ['explain', 'shop', 'A-1'] },
  {
    route: routes.listFacts,
    path: '/api/plans/shop/facts?after=5&limit=10&subject=A-1',
    asks: ['facts', 'shop', { after: 5, limit: 10, subject: 'A-1' }],
  },
  {
    route: routes.listInbox,
    path: '/api/plans/shop/inbox?person=mia',
    asks: ['inbox', 'shop', { limit: 100, person: 'mia' }],
  },
];
