import { routes } from '#contract/routes.ts';
import { given } from '../given.ts';
import { verb } from '../verb.ts';

/** Groups of errors of a time. */
export const listErrors = verb(routes.listErrors, ({ params, query, services }) =>
  services.errors.list(params.plan, given(query)),
);
