import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** Why an alert fired and who was told, or how a rule stands. */
export const explainSubject = verb(routes.explainSubject, ({ params, services }) =>
  services.journal.explain(params.plan, params.subject),
);
