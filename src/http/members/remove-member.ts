import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';
import { noteOfMember } from './member-note.ts';

/** Removes somebody. */
export const removeMember = verb(routes.removeMember, async ({ params, actor, services, note }) => {
  const removed = await services.members.remove(actor, params.member);
  note({ object: removed.email, before: noteOfMember(removed) });
  return { removed: true as const };
});
