import { allows, type Level, levels } from '#contract/access.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Actor } from '../actor.ts';

/** Whether what only owners do asks somebody for the password again. Tokens have no password to ask for. */
export function needsReauthentication(actor: Actor, now: Instant): boolean {
  return actor.session !== undefined && now - actor.session.signedInAt > limits.ownerSignInMs;
}

/**
 * Throws unless somebody may give or take these levels: owners are a matter of owners, who have signed in of late. That they may
 * administer members at all is checked before.
 */
export function requireAuthorityOver(actor: Actor, concerned: readonly (Level | undefined)[], now: Instant): void {
  if (!concerned.includes('owner')) return;
  if (!allows(actor.serverLevel, 'govern')) {
    throw new WatchbillError('forbidden', `Owners are made and changed by owners, which ${actor.name} is not.`);
  }
  if (needsReauthentication(actor, now)) {
    throw new WatchbillError('reauthentication-needed', 'What only owners do needs a sign-in of the last 12 hours.');
  }
}

/** The less powerful of two levels; undefined is none. */
export function lowerLevel(left: Level | undefined, right: Level | undefined): Level | undefined {
  if (left === undefined || right === undefined) return undefined;
  return levels.indexOf(left) >= levels.indexOf(right) ? left : right;
}
