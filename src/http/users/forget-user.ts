import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** Forgets a user. The audit log says how much was deleted, and not of whom: it is kept for ever. */
export const forgetUser = verb(routes.forgetUser, async ({ params, body, services, note }) => {
  const forgotten = await services.users.forget(params.plan, body.user);
  note({ object: 'a user', after: forgotten });
  return forgotten;
});
