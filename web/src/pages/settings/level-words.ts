import { allows, type Level, levels } from '#contract/access.ts';
import type { MemberAnswer } from '#contract/members.ts';

/** What each level lets somebody do. */
export const levelWords: Readonly<Record<Level, string>> = {
  owner: 'everything, also make and change owners',
  admin: 'also keys and tests to others; on the server members, tokens and the audit log',
  editor: 'also change plans, silence for days',
  responder: 'also acknowledge, silence for a day, rehearse',
  viewer: 'read, and test messages to oneself',
};

/** The same as a sentence, for below the choice. */
export function levelSentence(level: Level | undefined): string | undefined {
  if (level === undefined) return undefined;
  const words = levelWords[level];
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

/** Levels as a list to choose from, the least first: the next one may what stands before it, and more. */
export function levelChoices(may: readonly Level[]): readonly { readonly value: Level; readonly label: string }[] {
  return [...may].reverse().map((level) => ({ value: level, label: level }));
}

/** The levels that somebody with this level may give: owners are made by owners. */
export function levelsToGive(own: Level | undefined): readonly Level[] {
  return allows(own, 'govern') ? levels : levels.filter((level) => level !== 'owner');
}

/** Where somebody has which level: `admin on the server, viewer of tea-shop`. */
export function levelText({ serverLevel, planLevels }: Pick<MemberAnswer, 'serverLevel' | 'planLevels'>): string {
  const parts = Object.entries(planLevels)
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([plan, level]) => `${level} of ${plan}`);
  if (serverLevel !== undefined) parts.unshift(`${serverLevel} on the server`);
  return parts.length === 0 ? 'no level: may do nothing' : parts.join(', ');
}

/** Whether this is the only owner who can sign in: the server refuses to take them away. */
export function isLastOwner(member: MemberAnswer, members: readonly MemberAnswer[]): boolean {
  const owners = members.filter(({ serverLevel, disabled }) => serverLevel === 'owner' && !disabled);
  return owners.length === 1 && owners[0]?.id === member.id;
}

/** Whether somebody of this level may change a member: owners are changed by owners. */
export function mayChange(own: Level | undefined, { serverLevel, planLevels }: MemberAnswer): boolean {
  return allows(own, 'govern') || ![serverLevel, ...Object.values(planLevels)].includes('owner');
}

/** What the own level lets one do, in words; only where there is one for the whole server. */
export function ownLevelWords({ serverLevel }: Pick<MemberAnswer, 'serverLevel'>): string {
  return serverLevel === undefined ? '' : `(${levelWords[serverLevel]})`;
}
