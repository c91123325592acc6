import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';
import { beginSession } from './begin-session.ts';

/** Makes the first owner. */
export const setUp = verb(routes.setUp, (input) =>
  beginSession(input, (place) => input.services.signIn.setUp(input.body, place)),
);
