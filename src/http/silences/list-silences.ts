import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** Silences of a plan by page. */
export const listSilences = verb(routes.listSilences, ({ params, query, services }) =>
  services.silences.list(params.plan, query),
);
