import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';
import { authorOf } from './author.ts';

/** Applies the next version of a plan, or says what applying it would do. */
export const applyPlanVersion = verb(routes.applyPlanVersion, async ({ params, body, actor, services, note }) => {
  const answer = await services.plans.applyVersion(params.plan, body, authorOf(actor));
  note({ after: { version: answer.version, applied: answer.applied } });
  return answer;
});
