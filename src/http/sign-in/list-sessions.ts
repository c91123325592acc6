import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** Where one is signed in. */
export const listSessions = verb(routes.listSessions, ({ actor, services }) => services.signIn.list(actor));
