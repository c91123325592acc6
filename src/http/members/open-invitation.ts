import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** Says what an invitation is good for. */
export const openInvitation = verb(routes.openInvitation, ({ body, address, services }) =>
  services.members.openInvitation(body.token, address),
);
