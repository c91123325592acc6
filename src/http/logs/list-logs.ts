import { routes } from '#contract/routes.ts';
import { given } from '../given.ts';
import { verb } from '../verb.ts';

/** A page of log lines. */
export const listLogs = verb(routes.listLogs, ({ params, query, services, signal }) =>
  services.logs.list(params.plan, given(query), signal),
);
