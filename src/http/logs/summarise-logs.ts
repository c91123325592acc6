import { routes } from '#contract/routes.ts';
import { given } from '../given.ts';
import { verb } from '../verb.ts';

/** Log lines counted over time and by the values of fields. */
export const summariseLogs = verb(routes.summariseLogs, ({ params, query, services, signal }) =>
  services.logs.summarise(params.plan, given(query), signal),
);
