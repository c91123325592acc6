import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';
import { sessionCookie } from './cookie.ts';

/** Ends the session that asks. */
export const signOut = verb(routes.signOut, async ({ actor, services, setHeader }) => {
  await services.signIn.signOut(actor);
  setHeader('Set-Cookie', sessionCookie(undefined));
  return { signedOut: true as const };
});
