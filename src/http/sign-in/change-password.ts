import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';
import { beginSession } from './begin-session.ts';

/** Changes the own password. */
export const changePassword = verb(routes.changePassword, (input) =>
  beginSession(input, (place) => {
    const { currentPassword, newPassword } = input.body;
    return input.services.signIn.changePassword(input.actor, currentPassword, newPassword, place);
  }),
);
