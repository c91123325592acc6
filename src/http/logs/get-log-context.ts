import { routes } from '#contract/routes.ts';
import { given } from '../given.ts';
import { verb } from '../verb.ts';

/** The lines around one of them. */
export const getLogContext = verb(routes.getLogContext, ({ params, query, services, signal }) =>
  services.logs.context(params.plan, given(query), signal),
);
