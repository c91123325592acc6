import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** The keys of a plan, without their secrets. */
export const listKeys = verb(routes.listKeys, ({ params, services }) => services.keys.list(params.plan));
