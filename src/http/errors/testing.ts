import { routes } from '#contract/routes.ts';
import type { ApiServices } from '../services.ts';
import { type RouteCall, record } from '../testing.ts';

/** Answers whatever is asked, and writes down the question. */
export const errorsStandIn: ApiServices['errors'] = {
  list: (plan, query) =>
    record(
      {
        ...{
          from: '2026-03-02T08:00:00.000Z',
          to: '2026-03-02T09:00:00.000Z',
          groups: [],
          groupsThere: 0,
          errors: 0,
        },
        ...{ services: [], environments: [], releases: [], levels: [], segmentsWaiting: 0 },
      },
      'errors',
      plan,
      query,
    ),
  detail: (plan, error, range) =>
    record(
      {
        from: '2026-03-02T08:00:00.000Z',
        to: '2026-03-02T09:00:00.000Z',
        group: {
          ...{ error, message: 'x', count: 1, users: 1, isNew: false, releases: [], environments: [] },
          ...{ firstSeen: '2026-03-02T08:00:00.000Z', lastSeen: '2026-03-02T08:00:00.000Z', inNextRelease: false },
          trend: { start: '2026-03-02T08:00:00.000Z', stepMs: 60_000, counts: [1] },
          state: 'open',
          version: 1,
        },
        ...{ latest: [], values: [], releases: [] },
      },
      'error',
      plan,
      error,
      range,
    ),
  change: (plan, command) =>
    record(
      {
        ...{ error: command.error, state: command.state, inNextRelease: command.inNextRelease },
        ...{ changedAt: '2026-03-02T09:00:00.000Z', changedBy: command.by, version: 2 },
      },
      'changeError',
      plan,
      command,
    ),
};

/** One call of each route. */
export const errorsCalls: readonly RouteCall[] = [
  {
    route: routes.listErrors,
    path: '/api/plans/shop/errors?state=open&service=web&sort=count',
    asks: ['errors', 'shop', { state: 'open', service: 'web', sort: 'count', limit: 50 }],
  },
  {
    route: routes.getError,
    path: '/api/plans/shop/errors/4f2c9a1b00c9a1ff?from=2026-03-02T08:00:00Z',
    asks: ['error', 'shop', '4f2c9a1b00c9a1ff', { from: '2026-03-02T08:00:00Z' }],
  },
  {
    route: routes.changeError,
    path: '/api/plans/shop/errors/4f2c9a1b00c9a1ff/state',
    body: { state: 'resolved', inNextRelease: true, expectedVersion: 1 },
    asks: [
      'changeError',
      'shop',
      { error: '4f2c9a1b00c9a1ff', state: 'resolved', inNextRelease: true, by: 'admin token', expectedVersion: 1 },
    ],
  },
];
