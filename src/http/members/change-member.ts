import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';
import { noteOfMember } from './member-note.ts';

/** Sets what somebody may do. */
export const changeMember = verb(routes.changeMember, async ({ params, body, actor, services, note }) => {
  const { before, after } = await services.members.change(actor, params.member, body);
  note({ object: after.email, before: noteOfMember(before), after: noteOfMember(after) });
  return after;
});
