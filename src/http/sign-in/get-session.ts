import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** Who asks, and what they may do. */
export const getSession = verb(routes.getSession, async ({ actor, services }) => services.signIn.describe(actor));
