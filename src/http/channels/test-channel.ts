import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** Sends one test message to whom the request says. */
export const testChannel = verb(routes.testChannel, ({ params, body, actor, services }) =>
  services.channels.test(params.plan, params.channel, body.recipient, actor),
);
