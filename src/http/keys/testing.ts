import { routes } from '#contract/routes.ts';
import type { ApiServices } from '../services.ts';
import { type RouteCall, record } from '../testing.ts';

/** Answers whatever is asked, and writes down the question. */
export const keysStandIn: ApiServices['keys'] = {
  create: (plan, request) => record({ key: 'wb_ingest_new', id: 'new', plan }, 'createKey', plan, request),
  list: (plan) => record([], 'listKeys', plan),
  revoke: (plan, id) => record(undefined, 'revokeKey', plan, id),
};

/** One call of each route. */
export const keysCalls: readonly RouteCall[] = [
  {
    route: routes.createKey,
    path: '/api/plans/shop/keys',
    body: { name: 'web', expiresInMs: 1000 },
    asks: ['createKey', 'shop', { name: 'web', expiresInMs: 1_000 }],
  },
  { route: routes.listKeys, path: '/api/plans/shop/keys', asks: ['listKeys', 'shop'] },
  { route: routes.revokeKey, path: '/api/plans/shop/keys/k1', asks: ['revokeKey', 'shop', 'k1'] },
];
