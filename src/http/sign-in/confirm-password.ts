import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';
import { beginSession } from './begin-session.ts';

/** Takes the password again, for what only owners do. */
export const confirmPassword = verb(routes.confirmPassword, (input) =>
  beginSession(input, (place) => input.services.signIn.confirmPassword(input.actor, input.body.password, place)),
);
