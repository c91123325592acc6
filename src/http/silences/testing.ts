import { routes } from '#contract/routes.ts';
import type { ApiServices } from '../services.ts';
import { type RouteCall, record } from '../testing.ts';

const silenceAnswer = {
  silence: 'S-1',
  from: '2026-03-02T09:00:00.000Z',
  until: '2026-03-02T10:00:00.000Z',
  reason: 'moving',
  by: 'mia',
  version: 1,
};

/** Answers whatever is asked, and writes down the question. */
export const silencesStandIn: ApiServices['silences'] = {
  list: (plan, query) => record({ silences: [silenceAnswer] }, 'listSilences', plan, query),
  begin: (plan, request, author) => record(silenceAnswer, 'silence', plan, request, author),
  end: (plan, command) => record(silenceAnswer, 'endSilence', plan, command),
};

/** One call of each route. */
export const silencesCalls: readonly RouteCall[] = [
  {
    route: routes.listSilences,
    path: '/api/plans/shop/silences?state=lasting',
    asks: ['listSilences', 'shop', { state: 'lasting', limit: 50 }],
  },
  {
    route: routes.silenceRule,
    path: '/api/plans/shop/silences',
    body: { rule: 'errors', forMs: 3600000, reason: ' moving ' },
    asks: [
      'silence',
      'shop',
      { rule: 'errors', forMs: 3_600_000, reason: 'moving' },
      { by: 'admin token', via: 'api' },
    ],
  },
  {
    route: routes.endSilence,
    path: '/api/plans/shop/silences/S-1/end',
    body: { expectedVersion: 1 },
    asks: ['endSilence', 'shop', { silence: 'S-1', by: 'admin token', via: 'api', expectedVersion: 1 }],
  },
];
