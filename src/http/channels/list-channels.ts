import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** The channels of a plan and how they do. */
export const listChannels = verb(routes.listChannels, ({ params, services }) => services.channels.list(params.plan));
