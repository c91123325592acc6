import type pg from 'pg';
import type { SessionAnswer } from '#contract/session.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { formatInstant, type Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock, Random } from '#kernel/ports.ts';
import { inTransaction } from '#storage/postgres/pool.ts';
import { findLink, type LinkRecord, spendLink, withdrawLinks } from '#storage/postgres/sign-in/links.ts';
import {
  countOwners,
  findMember,
  findPasswordHash,
  insertMember,
  lockMembers,
  setPasswordHash,
} from '#storage/postgres/sign-in/members.ts';
import { endSession, endSessions, listSessions, tidySessions } from '#storage/postgres/sign-in/sessions.ts';
import type { Actor } from '../actor.ts';
import type { Accounts } from './accounts.ts';
import type { AttemptLimits } from './attempt-limits.ts';
import { needsReauthentication } from './authority.ts';
import { newId } from './one-time-token.ts';
import { requireUncommonPassword } from './password-rules.ts';
import { requireUnreservedName } from './person-name.ts';
import type { BegunSession, SignInServices } from './services.ts';
import type { Sessions } from './sessions.ts';
import { hashToken } from './token-hash.ts';

export interface SignInServicesOptions {
  readonly pool: pg.Pool;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly attempts: AttemptLimits;
  readonly clock: Clock;
  readonly random: Random;
}

/** The answer about a session that has just begun, by its token. */
export type BeginSession = (token: string) => Promise<BegunSession>;

/** Sign-in on PostgreSQL. */
export function createSignInServices(
  options: SignInServicesOptions,
): SignInServices & { readonly begun: BeginSession } {
  const { pool, accounts, sessions, attempts, clock, random } = options;

  /** By the same way that every later request takes. */
  async function begun(token: string): Promise<BegunSession> {
    const actor = await sessions.find(token);
    if (actor?.userId === undefined) throw signInFailed();
    await tidySessions(pool, clock.now(), actor.userId, limits.sessionsPerMember);
    return { token, session: describe(actor, clock.now()) };
  }

  async function checkOwnPassword(
    actor: Actor,
    password: string,
    field: string,
  ): Promise<{ member: string; email: string }> {
    const { userId: member, email } = requireSession(actor);
    await attempts.beforeOwnPassword(member);
    const hash = await findPasswordHash(pool, member);
    if (hash === undefined || !(await accounts.verifyPassword(hash, password))) {
      throw new WatchbillError('sign-in-failed', 'This is not your password.', field);
    }
    await attempts.afterOwnPassword(member);
    return { member, email };
  }

  return {
    begun,
    state: async () => ({ setUpNeeded: (await countOwners(pool)) === 0 }),
    async setUp(request, place) {
      await attempts.beforeLink(place.address);
      const email = request.email.toLowerCase();
      requireUncommonPassword(request.password, [request.name, email]);
      requireUnreservedName(request.name);
      const requireSetUpLink = async (client: pg.Pool | pg.PoolClient): Promise<LinkRecord> => {
        if ((await countOwners(client)) > 0) {
          throw new WatchbillError('already-done', 'This server has its owner already; sign in.');
        }
        return requireLink(await findLink(client, 'set-up', hashToken(request.token), clock.now()));
      };
      await requireSetUpLink(pool);
      // Before the lock: it takes a while, on purpose.
      const passwordHash = await accounts.hashPassword(request.password);
      const id = newId(random);
      await inTransaction(pool, async (client) => {
        const at = clock.now();
        await lockMembers(client);
        const link = await requireSetUpLink(client);
        const accountId = newId(random);
        const owner = { serverLevel: 'owner', planLevels: {}, accountId, passwordHash, at };
        await insertMember(client, { id, name: request.name, email, ...owner });
        await spendLink(client, link.id, at);
        await withdrawLinks(client, 'set-up');
      });
      return begun(await accounts.openSession(id, place));
    },
    async signIn(email, password, place, onKnown) {
      const account = email.toLowerCase();
      if ((await findMember(pool, { email: account })) !== undefined) onKnown(account);
      await attempts.beforeSignIn(place.address, account);
      const token = await accounts.signIn(account, password, place);
      if (token === undefined) throw signInFailed();
      // Somebody who is disabled gets a token that finds no session, and the same answer as a wrong password.
      const session = await begun(token);
      await attempts.afterSignIn(account);
      return session;
    },
    async signOut(actor) {
      if (actor.kind !== 'session' || actor.userId === undefined || actor.credentialId === undefined) return;
      await endSession(pool, actor.userId, actor.credentialId);
      sessions.forget();
    },
    describe: (actor) => describe(actor, clock.now()),
    async confirmPassword(actor, password, place) {
      const { member } = await checkOwnPassword(actor, password, 'password');
      const token = await accounts.openSession(member, place);
      if (actor.credentialId !== undefined) await endSession(pool, member, actor.credentialId);
      sessions.forget();
      return begun(token);
    },
    async list(actor) {
      if (actor.userId === undefined || actor.kind !== 'session') return [];
      const found = await listSessions(pool, actor.userId, clock.now());
      return found.map((session) => ({
        id: session.id,
        current: session.id === actor.credentialId,
        address: session.address,
        userAgent: session.userAgent,
        signedInAt: formatInstant(session.signedInAt),
        lastSeenAt: formatInstant(session.lastSeenAt),
        expiresAt: formatInstant(session.expiresAt),
      }));
    },
    async end(actor, session) {
      const { userId } = requireSession(actor);
      if (!(await endSession(pool, userId, session))) {
        throw new WatchbillError('not-found', `You have no session ${session}.`, session);
      }
      sessions.forget();
    },
    async changePassword(actor, current, wanted, place) {
      const { member, email } = await checkOwnPassword(actor, current, 'currentPassword');
      requireUncommonPassword(wanted, [actor.name, email]);
      await replacePassword(member, wanted);
      return begun(await accounts.openSession(member, place));
    },
    async resetPassword(token, password, place) {
      await attempts.beforeLink(place.address);
      const hash = hashToken(token);
      const link = requireLink(await findLink(pool, 'password-reset', hash, clock.now()));
      requireUncommonPassword(password, []);
      const passwordHash = await accounts.hashPassword(password);
      const member = await inTransaction(pool, async (client) => {
        const at = clock.now();
        // Again, and locked: two requests with one link set one password.
        const locked = requireLink(await findLink(client, 'password-reset', hash, at));
        await spendLink(client, locked.id, at);
        await setPasswordHash(client, locked.member ?? '', passwordHash, at);
        await endSessions(client, locked.member ?? '');
        return locked.member ?? '';
      });
      sessions.forget();
      if (link.email !== undefined) await attempts.afterSignIn(link.email);
      return begun(await accounts.openSession(member, place));
    },
  };

  async function replacePassword(member: string, password: string): Promise<void> {
    const passwordHash = await accounts.hashPassword(password);
    await inTransaction(pool, async (client) => {
      await setPasswordHash(client, member, passwordHash, clock.now());
      await endSessions(client, member);
      await withdrawLinks(client, 'password-reset', { member });
    });
    sessions.forget();
  }
}

function describe(actor: Actor, now: Instant): SessionAnswer {
  const { kind, name, email, userId, serverLevel, planLevels, credentialId, session } = actor;
  return {
    kind,
    name,
    planLevels: { ...planLevels },
    ...(email === undefined ? {} : { email }),
    ...(userId === undefined ? {} : { userId }),
    ...(serverLevel === undefined ? {} : { serverLevel }),
    ...(session === undefined || credentialId === undefined
      ? {}
      : {
          sessionId: credentialId,
          signedInAt: formatInstant(session.signedInAt),
          expiresAt: formatInstant(session.expiresAt),
          endsAt: formatInstant(session.signedInAt + limits.sessionLongestMs),
        }),
    reauthenticationNeeded: needsReauthentication(actor, now),
  };
}

function requireSession(actor: Actor): { readonly userId: string; readonly email: string } {
  const { kind, userId, email } = actor;
  if (kind === 'session' && userId !== undefined && email !== undefined) return { userId, email };
  throw new WatchbillError('forbidden', 'This is about the account of somebody who is signed in; a token has none.');
}

function requireLink(link: LinkRecord | undefined): LinkRecord {
  if (link !== undefined) return link;
  throw new WatchbillError('link-invalid', 'This link is used up, has run out, or was never made here.');
}

function signInFailed(): WatchbillError {
  return new WatchbillError('sign-in-failed', 'The e-mail address or the password is wrong.');
}
