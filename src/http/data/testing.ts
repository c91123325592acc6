import { routes } from '#contract/routes.ts';
import type { ApiServices } from '../services.ts';
import { type RouteCall, record } from '../testing.ts';

/** Answers whatever is asked, and writes down the question. */
export const dataStandIn: ApiServices['data'] = {
  events: (plan, query) => record({ events: [], segmentsWaiting: 0 }, 'events', plan, query),
  fields: (plan) => record({ events: [], unused: [], awaited: [] }, 'fields', plan),
  rejections: (plan) =>
    record(
      {
        known: false,
        intakeUrl: '',
        accepted: 0,
        samples: { accepted: 0, series: 0, mostSeries: 50_000 },
        rejections: [],
        floods: [],
        wrongClocks: [],
        scrubbed: [],
      },
      'rejections',
      plan,
    ),
  rates: (plan) => record({ from: '2026-03-02T08:00:00.000Z', stepMs: 10_000, events: [] }, 'rates', plan),
};

/** One call of each route. */
export const dataCalls: readonly RouteCall[] = [
  {
    route: routes.listEvents,
    path: '/api/plans/shop/data/events?name=order&limit=5',
    asks: ['events', 'shop', { name: 'order', limit: 5 }],
  },
  { route: routes.listFields, path: '/api/plans/shop/data/fields', asks: ['fields', 'shop'] },
  { route: routes.listRejections, path: '/api/plans/shop/data/rejections', asks: ['rejections', 'shop'] },
  { route: routes.listEventRates, path: '/api/plans/shop/data/rates', asks: ['rates', 'shop'] },
];
