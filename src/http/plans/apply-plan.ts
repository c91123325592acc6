import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';
import { authorOf } from './author.ts';

/** Applies a plan, new or not, or says what applying it would do. */
export const applyPlan = verb(routes.applyPlan, async ({ body, actor, services, note }) => {
  const answer = await services.plans.apply(body, authorOf(actor));
  note({ object: answer.plan, after: { version: answer.version, applied: answer.applied } });
  return answer;
});
