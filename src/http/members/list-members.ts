import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** Who may sign in, as what, and whom of the plans they are. */
export const listMembers = verb(routes.listMembers, async ({ services }) =>
  (await services.members.list()).map((member) => ({ ...member, persons: services.channels.personsOf(member.email) })),
);
