import { routes } from '#contract/routes.ts';
import type { ApiServices } from '../services.ts';
import { type RouteCall, record } from '../testing.ts';

const testAnswer = { accepted: true, reason: 'provider-accepted', recipient: 'mia' };

/** Answers whatever is asked, and writes down the question. */
export const channelsStandIn: ApiServices['channels'] = {
  list: (plan) => record([], 'listChannels', plan),
  test: (plan, channel, recipient, actor) => record(testAnswer, 'testChannel', plan, channel, recipient, actor.name),
  testToSelf: (plan, channel, actor) => record(testAnswer, 'testOwnChannel', plan, channel, actor.name),
  personsOf: () => [],
};

/** One call of each route. */
export const channelsCalls: readonly RouteCall[] = [
  { route: routes.listChannels, path: '/api/plans/shop/channels', asks: ['listChannels', 'shop'] },
  {
    route: routes.testChannel,
    path: '/api/plans/shop/channels/mail/test',
    body: { recipient: 'mia' },
    asks: ['testChannel', 'shop', 'mail', 'mia', 'admin token'],
  },
  {
    route: routes.testOwnChannel,
    path: '/api/plans/shop/channels/mail/test-to-me',
    body: {},
    asks: ['testOwnChannel', 'shop', 'mail', 'admin token'],
  },
];
