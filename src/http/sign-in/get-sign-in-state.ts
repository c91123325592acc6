import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** Whether somebody can sign in yet. */
export const getSignInState = verb(routes.getSignInState, ({ services }) => services.signIn.state());
