import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** Invites somebody. */
export const createInvitation = verb(routes.createInvitation, async ({ body, actor, services, note }) => {
  const link = await services.members.invite(actor, body);
  note({ object: link.email, after: { link: link.id, level: body.level, plan: body.plan, expiresAt: link.expiresAt } });
  return link;
});
