import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** Sends one test message to whoever asks for it. */
export const testOwnChannel = verb(routes.testOwnChannel, ({ params, actor, services }) =>
  services.channels.testToSelf(params.plan, params.channel, actor),
);
