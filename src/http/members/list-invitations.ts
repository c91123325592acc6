import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** Invitations that are still good. */
export const listInvitations = verb(routes.listInvitations, ({ services }) => services.members.listInvitations());
