import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** The verdicts over the phases of a plan. */
export const listAssessments = verb(routes.listAssessments, ({ params, services }) =>
  services.assessments.assessments(params.plan),
);
