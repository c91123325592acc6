import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** Makes a key that may send to the plan. */
export const createKey = verb(routes.createKey, ({ params, body, services }) =>
  services.keys.create(params.plan, body),
);
