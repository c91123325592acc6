import { routes } from '#contract/routes.ts';
import type { ApiServices } from '../services.ts';
import { type RouteCall, record } from '../testing.ts';

/** Answers whatever is asked, and writes down the question. */
export const usersStandIn: ApiServices['users'] = {
  forget: (plan, user) =>
    record(
      { events: 0, mentions: 0, readings: 0, series: 0, facts: 0, lists: 0, segmentsWaiting: 0, done: true },
      'forgetUser',
      plan,
      user,
    ),
};

/** One call of each route. */
export const usersCalls: readonly RouteCall[] = [
  {
    route: routes.forgetUser,
    path: '/api/plans/shop/users/forget',
    body: { user: 'u-1' },
    asks: ['forgetUser', 'shop', 'u-1'],
  },
];
