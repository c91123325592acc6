import { routes } from '#contract/routes.ts';
import type { ApiServices } from '../services.ts';
import { type RouteCall, record } from '../testing.ts';

const uptimeAnswer = {
  from: '2026-03-02T08:00:00.000Z',
  to: '2026-03-02T09:00:00.000Z',
  ...{ upMs: 0, downMs: 0, unknownMs: 3_600_000, parts: [] },
};
const probeHistory = {
  probe: {
    ...{ name: 'api', text: 'GET https://shop.example', kind: 'http' as const, state: 'waiting' as const },
    ...{ staleMs: 70_000, latest: [], day: uptimeAnswer, month: uptimeAnswer, durations: [] },
  },
  ...{
    timeoutMs: 10_000,
    expect: [],
    rules: [],
    parts: {},
    uptime: uptimeAnswer,
    segments: [],
    partHistory: [],
    phases: [],
  },
  ...{ stepMs: 60_000, buckets: [], failures: [], moreFailures: false },
};

/** Answers whatever is asked, and writes down the question. */
export const probesStandIn: ApiServices['probes'] = {
  probes: (plan) => record({ probes: [] }, 'probes', plan),
  parts: (plan) => record([], 'parts', plan),
  probe: (plan, probe, range) => record(probeHistory, 'probe', plan, probe, range),
};

/** One call of each route. */
export const probesCalls: readonly RouteCall[] = [
  { route: routes.listProbes, path: '/api/plans/shop/probes', asks: ['probes', 'shop'] },
  {
    route: routes.getProbe,
    path: '/api/plans/shop/probes/api?from=2026-03-02T08:00:00Z',
    asks: ['probe', 'shop', 'api', { from: '2026-03-02T08:00:00Z' }],
  },
];
