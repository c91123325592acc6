import { routes } from '#contract/routes.ts';
import { given } from '../given.ts';
import { verb } from '../verb.ts';

/** One group of errors. */
export const getError = verb(routes.getError, ({ params, query, services }) =>
  services.errors.detail(params.plan, params.error, given(query)),
);
