import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** Takes an invitation back. */
export const withdrawInvitation = verb(routes.withdrawInvitation, async ({ params, actor, services, note }) => {
  const { email, level, plan } = await services.members.withdrawInvitation(actor, params.invitation);
  note({ object: email, before: { link: params.invitation, level, plan } });
  return { withdrawn: true as const };
});
