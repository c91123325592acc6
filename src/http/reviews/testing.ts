import { routes } from '#contract/routes.ts';
import type { ApiServices } from '../services.ts';
import { type RouteCall, record } from '../testing.ts';

const review = {
  ...{ name: 'first-sales', source: 'sales', during: ['stabilise'], span: 'open' as const, rules: ['sales-misjudged'] },
  by: { text: 'admin', people: ['anita'] },
  ...{ first: 20, chosen: 1, waiting: 1, right: 0, wrong: 0, settled: 0 },
};
const sample = { sample: 's-1', label: 'I-1', at: '2026-03-02T09:00:00.000Z', fields: [{ field: 'total', value: 12 }] };

/** Answers whatever is asked, and writes down the question. */
export const reviewsStandIn: ApiServices['reviews'] = {
  list: (plan) => record({ reviews: [review] }, 'reviews', plan),
  samples: (plan, name) => record({ review, samples: [sample], segmentsWaiting: 0 }, 'samples', plan, name),
  judge: (plan, command) => record(sample, 'judge', plan, command),
};

/** One call of each route. */
export const reviewsCalls: readonly RouteCall[] = [
  { route: routes.listReviews, path: '/api/plans/shop/reviews', asks: ['reviews', 'shop'] },
  {
    route: routes.listSamples,
    path: '/api/plans/shop/reviews/first-sales/samples',
    asks: ['samples', 'shop', 'first-sales'],
  },
  {
    route: routes.judgeSample,
    // Ids of events are whatever their senders make them.
    path: `/api/plans/shop/reviews/first-sales/samples/${encodeURIComponent('a/b ?%41#ü')}/verdict`,
    body: { verdict: 'wrong', note: 'no such branch', expectedVersion: 0 },
    asks: [
      'judge',
      'shop',
      {
        ...{
          review: 'first-sales',
          sample: 'a/b ?%41#ü',
          verdict: 'wrong',
          note: 'no such branch',
          expectedVersion: 0,
        },
        ...{ by: 'admin token', via: 'api' },
      },
    ],
  },
];
