import { allows, higherLevel, type Level, type Permission } from '#contract/access.ts';
import type { Instant } from '#kernel/instant.ts';

/** Who acts: a signed-in person, the holder of a token, or whoever may read the data folder. */
export interface Actor {
  readonly kind: 'session' | 'token' | 'admin-token';
  /** How facts and the audit log name them. */
  readonly name: string;
  readonly userId?: string;
  readonly email?: string;
  /** Of the session or token that was shown. */
  readonly credentialId?: string;
  /** What they may do on the whole server, every plan included. */
  readonly serverLevel?: Level;
  /** What they may do on single plans. */
  readonly planLevels: Readonly<Record<string, Level>>;
  /** Of a token that has an end. */
  readonly expiresAt?: Instant;
  /** Of a session: what only owners do needs a recent sign-in. */
  readonly session?: { readonly signedInAt: Instant; readonly expiresAt: Instant };
}

/** The level of somebody on a plan: the higher of the server's and the plan's own. */
export function levelOn(actor: Actor, plan: string): Level | undefined {
  const own = Object.hasOwn(actor.planLevels, plan) ? actor.planLevels[plan] : undefined;
  return higherLevel(actor.serverLevel, own);
}

/** Whether somebody may do something on a plan, or without one on the whole server. */
export function may(actor: Actor, permission: Permission, plan?: string): boolean {
  return allows(plan === undefined ? actor.serverLevel : levelOn(actor, plan), permission);
}
