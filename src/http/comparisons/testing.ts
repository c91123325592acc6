import { routes } from '#contract/routes.ts';
import type { ApiServices } from '../services.ts';
import { type RouteCall, record } from '../testing.ts';

const comparison = {
  ...{ name: 'manual-sales', source: 'sales', during: [], span: 'open' as const, rules: [] },
  by: { text: 'admin', people: ['anita'] },
  ...{ key: 'invoice', fields: ['total'], state: 'waiting' as const, open: [], rows: 0, differences: 0, version: 0 },
};
const detail = { comparison, segmentsWaiting: 0 };
const closing = { note: 'there is none', expectedVersion: 0 };
const closed = { comparison: 'manual-sales', ...closing, by: 'admin token', via: 'api' };

/** Answers whatever is asked, and writes down the question. */
export const comparisonsStandIn: ApiServices['comparisons'] = {
  list: (plan) => record({ comparisons: [comparison] }, 'comparisons', plan),
  get: (plan, name, limit) => record(detail, 'comparison', plan, name, limit),
  upload: (plan, command) => record(detail, 'upload', plan, command),
  settle: (plan, command) => record(comparison, 'settle', plan, command),
  notAvailable: (plan, command) => record(comparison, 'notAvailable', plan, command),
};

const one = '/api/plans/shop/comparisons/manual-sales';

/** One call of each route. */
export const comparisonsCalls: readonly RouteCall[] = [
  { route: routes.listComparisons, path: '/api/plans/shop/comparisons', asks: ['comparisons', 'shop'] },
  { route: routes.getComparison, path: `${one}?limit=5`, asks: ['comparison', 'shop', 'manual-sales', 5] },
  {
    route: routes.uploadList,
    path: `${one}/uploads`,
    body: { list: 'invoice,total\nI-1,12\n' },
    asks: [
      'upload',
      'shop',
      {
        ...{ comparison: 'manual-sales', list: 'invoice,total\nI-1,12\n', limit: 1_000 },
        ...{ by: 'admin token', via: 'api' },
      },
    ],
  },
  { route: routes.settleComparison, path: `${one}/settle`, body: closing, asks: ['settle', 'shop', closed] },
  {
    route: routes.markNotAvailable,
    path: `${one}/not-available`,
    body: closing,
    asks: ['notAvailable', 'shop', closed],
  },
];
