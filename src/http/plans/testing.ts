import type { ApplyRequest } from '#contract/plans.ts';
import { routes } from '#contract/routes.ts';
import type { ApiServices } from '../services.ts';
import { type RouteCall, record } from '../testing.ts';

const unchanged = { plan: 'shop', version: 1, applied: false, changed: false, diagnostics: [], effects: [] };
const files = [{ path: 'plan.yaml', text: 'plan: shop' }];

/** Answers whatever is asked, and writes down the question. */
export const plansStandIn: ApiServices['plans'] = {
  apply: (request, author) => record(unchanged, 'apply', request, author),
  launch: (plan, expectedVersion, by) =>
    record({ launchedAt: '2026-03-02T09:00:00.000Z' }, 'launch', plan, expectedVersion, by),
  versions: (plan) => record({ current: 1, versions: [] }, 'versions', plan),
  version: (plan, version) =>
    record({ version: 1, appliedAt: '2026-03-02T09:00:00.000Z', by: 'mia', files: [] }, 'version', plan, version),
  applyVersion: (plan, request, author) => record(unchanged, 'applyVersion', plan, request, author),
};

/** One call of each route. */
export const plansCalls: readonly RouteCall[] = [
  {
    route: routes.applyPlan,
    path: '/api/plans',
    body: { files, preview: true, expectedVersion: 3 } satisfies ApplyRequest,
    asks: ['apply', { files, preview: true, expectedVersion: 3 }, { by: 'admin token', maySetSecrets: true }],
  },
  {
    route: routes.launchPlan,
    path: '/api/plans/shop/launch',
    body: { expectedVersion: 2 },
    asks: ['launch', 'shop', 2, 'admin token'],
  },
  { route: routes.listPlanVersions, path: '/api/plans/shop/versions', asks: ['versions', 'shop'] },
  { route: routes.getPlanVersion, path: '/api/plans/shop/versions/current', asks: ['version', 'shop', 'current'] },
  {
    route: routes.applyPlanVersion,
    path: '/api/plans/shop/versions',
    body: { files, expectedVersion: 3 },
    asks: [
      'applyVersion',
      'shop',
      { files, expectedVersion: 3, preview: false },
      { by: 'admin token', maySetSecrets: true },
    ],
  },
];
