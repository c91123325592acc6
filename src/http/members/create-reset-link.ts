import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** Makes a link by which somebody sets a new password. */
export const createResetLink = verb(routes.createResetLink, async ({ params, actor, services, note }) => {
  const link = await services.members.createResetLink(actor, params.member);
  note({ object: link.email, after: { link: link.id, expiresAt: link.expiresAt } });
  return link;
});
