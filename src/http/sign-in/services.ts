import type { ListedSessionAnswer, SessionAnswer, SignInStateAnswer } from '#contract/session.ts';
import type { Actor } from '../actor.ts';
import type { SignInPlace } from './accounts.ts';

/** A session that has just begun: its token goes into the cookie and nowhere else. */
export interface BegunSession {
  readonly token: string;
  readonly session: SessionAnswer;
}

/**
 * Signing in and out. Throws `sign-in-failed`, `too-many-requests`, `link-invalid`, `password-refused`, and `already-done` for a server
 * that has its owner.
 */
export interface SignInServices {
  state(): Promise<SignInStateAnswer>;
  setUp(
    request: { readonly token: string; readonly name: string; readonly email: string; readonly password: string },
    place: SignInPlace,
  ): Promise<BegunSession>;
  /** Tells `onKnown` the address when it is somebody's: of others the audit log gets nothing, for a password may have been typed there. */
  signIn(email: string, password: string, place: SignInPlace, onKnown: (email: string) => void): Promise<BegunSession>;
  /** Ends the session that asks; a token has none to end. */
  signOut(actor: Actor): Promise<void>;
  describe(actor: Actor): SessionAnswer;
  confirmPassword(actor: Actor, password: string, place: SignInPlace): Promise<BegunSession>;
  list(actor: Actor): Promise<ListedSessionAnswer[]>;
  end(actor: Actor, session: string): Promise<void>;
  changePassword(actor: Actor, current: string, wanted: string, place: SignInPlace): Promise<BegunSession>;
  resetPassword(token: string, password: string, place: SignInPlace): Promise<BegunSession>;
}
