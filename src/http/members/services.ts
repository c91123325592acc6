import type { Level } from '#contract/access.ts';
import type { InvitationAnswer, MemberAnswer, OneTimeLinkAnswer } from '#contract/members.ts';
import type { Actor } from '../actor.ts';
import type { SignInPlace } from '../sign-in/accounts.ts';
import type { BegunSession } from '../sign-in/services.ts';

export interface MemberChange {
  readonly expectedVersion: number;
  readonly serverLevel?: Level | undefined;
  readonly planLevels: Readonly<Record<string, Level>>;
  readonly disabled: boolean;
}

/**
 * Who may sign in, and as what. Throws `not-found`, `version-conflict`, `last-owner`, `forbidden` for what only owners do, and
 * `link-invalid`.
 */
export interface MemberServices {
  list(): Promise<MemberAnswer[]>;
  change(
    actor: Actor,
    member: string,
    change: MemberChange,
  ): Promise<{ readonly before: MemberAnswer; readonly after: MemberAnswer }>;
  /** Who it was. */
  remove(actor: Actor, member: string): Promise<MemberAnswer>;
  createResetLink(actor: Actor, member: string): Promise<OneTimeLinkAnswer>;
  listInvitations(): Promise<InvitationAnswer[]>;
  invite(
    actor: Actor,
    wanted: { readonly email: string; readonly level: Level; readonly plan?: string | undefined },
  ): Promise<OneTimeLinkAnswer>;
  /** What it was. */
  withdrawInvitation(actor: Actor, invitation: string): Promise<InvitationAnswer>;
  openInvitation(token: string, address: string): Promise<InvitationAnswer>;
  acceptInvitation(
    request: { readonly token: string; readonly name: string; readonly password: string },
    place: SignInPlace,
  ): Promise<BegunSession>;
}
