import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** The journal of a plan, oldest first. */
export const listFacts = verb(routes.listFacts, ({ params, query: { subject, ...query }, services }) =>
  services.journal.facts(params.plan, { ...query, ...(subject === undefined ? {} : { subject }) }),
);
