import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** Ends one of the own sessions. */
export const endSession = verb(routes.endSession, async ({ params, actor, services }) => {
  await services.signIn.end(actor, params.session);
  return { ended: true as const };
});
