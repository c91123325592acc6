import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** Sets T+0 of a plan that is launched on command. */
export const launchPlan = verb(routes.launchPlan, async ({ params, body, actor, services, note }) => {
  const answer = await services.plans.launch(params.plan, body.expectedVersion, actor.name);
  note({ after: answer });
  return answer;
});
