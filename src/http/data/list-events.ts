import { routes } from '#contract/routes.ts';
import { given } from '../given.ts';
import { verb } from '../verb.ts';

/** The latest events of a plan. */
export const listEvents = verb(routes.listEvents, ({ params, query, services }) =>
  services.data.events(params.plan, given(query)),
);
