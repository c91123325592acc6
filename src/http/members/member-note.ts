import type { MemberAnswer } from '#contract/members.ts';

/** What the audit log says of a member. */
export function noteOfMember(member: MemberAnswer) {
  const { id, serverLevel, planLevels, disabled } = member;
  return { id, serverLevel, planLevels, disabled };
}
