import { routes } from '#contract/routes.ts';
import { beginSession } from '../sign-in/begin-session.ts';
import { verb } from '../verb.ts';

/** Makes whoever was invited a member. */
export const acceptInvitation = verb(routes.acceptInvitation, (input) =>
  beginSession(input, (place) => input.services.members.acceptInvitation(input.body, place)),
);
