import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';
import { beginSession } from './begin-session.ts';

/** Sets a new password by a reset link. */
export const resetPassword = verb(routes.resetPassword, (input) =>
  beginSession(input, (place) => input.services.signIn.resetPassword(input.body.token, input.body.password, place)),
);
