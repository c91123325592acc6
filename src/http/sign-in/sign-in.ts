import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';
import { beginSession } from './begin-session.ts';

/** Signs in with a password. */
export const signIn = verb(routes.signIn, (input) =>
  beginSession(input, (place) =>
    input.services.signIn.signIn(input.body.email, input.body.password, place, (object) => input.note({ object })),
  ),
);
