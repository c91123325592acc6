import type pg from 'pg';
import type { Level } from '#contract/access.ts';
import type { InvitationAnswer, MemberAnswer, OneTimeLinkAnswer } from '#contract/members.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { formatInstant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock, Random } from '#kernel/ports.ts';
import { inTransaction } from '#storage/postgres/pool.ts';
import {
  findLink,
  insertLink,
  type LinkRecord,
  listLinks,
  spendLink,
  withdrawLinks,
} from '#storage/postgres/sign-in/links.ts';
import {
  countOwners,
  deleteMember,
  findMember,
  insertMember,
  listMembers,
  lockMembers,
  type MemberRecord,
  updateMember,
} from '#storage/postgres/sign-in/members.ts';
import { endSessions } from '#storage/postgres/sign-in/sessions.ts';
import type { Actor } from '../actor.ts';
import type { Accounts } from '../sign-in/accounts.ts';
import type { AttemptLimits } from '../sign-in/attempt-limits.ts';
import { lowerLevel, requireAuthorityOver } from '../sign-in/authority.ts';
import { newId, newToken } from '../sign-in/one-time-token.ts';
import { requireUncommonPassword } from '../sign-in/password-rules.ts';
import { requireUnreservedName } from '../sign-in/person-name.ts';
import type { BeginSession } from '../sign-in/sign-in-services.ts';
import { hashToken } from '../sign-in/token-hash.ts';
import type { MemberServices } from './services.ts';

export interface MemberServicesOptions {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly random: Random;
  readonly accounts: Accounts;
  readonly attempts: AttemptLimits;
  readonly isPlan: (name: string) => boolean;
  /** Where browsers reach the server, without a slash at its end. */
  readonly publicUrl: string;
  readonly beginSession: BeginSession;
  /** Who may do what has changed: nothing that is remembered of credentials holds any more. */
  readonly onChanged: () => void;
}

/** For whom a link is, and what it grants. */
type LinkGrant = Pick<LinkRecord, 'member' | 'serverLevel' | 'planLevels'> & { readonly email: string };

/** Members on PostgreSQL. */
export function createMemberServices(options: MemberServicesOptions): MemberServices {
  const { pool, clock, random, accounts, attempts, isPlan, publicUrl, beginSession, onChanged } = options;

  /** Changes members, one change at a time; the server never ends up without an owner. */
  async function changing<Value>(change: (client: pg.PoolClient) => Promise<Value>): Promise<Value> {
    const value = await inTransaction(pool, async (client) => {
      await lockMembers(client);
      const ownersBefore = await countOwners(client);
      const changed = await change(client);
      if (ownersBefore > 0 && (await countOwners(client)) === 0) {
        throw new WatchbillError('last-owner', 'This is the last owner of the server who can sign in.');
      }
      return changed;
    });
    onChanged();
    return value;
  }

  function requirePlans(plans: readonly string[]): void {
    const missing = plans.find((plan) => !isPlan(plan));
    if (missing !== undefined) throw new WatchbillError('not-found', `There is no plan "${missing}".`, missing);
  }

  /**
   * A new link, in place of those of its kind for the same person. Its token stands in the path and nowhere else. What it grants is judged
   * while nobody else changes who may do what.
   */
  async function replaceLink(
    kind: 'invitation' | 'password-reset',
    grant: (client: pg.PoolClient) => Promise<LinkGrant>,
    actor: Actor,
    lifeMs: number,
    page: string,
  ): Promise<OneTimeLinkAnswer> {
    await attempts.beforeNewLink(actor.credentialId ?? actor.kind);
    const now = clock.now();
    const token = newToken(random);
    const id = newId(random);
    const dates = { createdAt: now, expiresAt: now + lifeMs };
    const email = await inTransaction(pool, async (client) => {
      await lockMembers(client);
      const link = await grant(client);
      await withdrawLinks(client, kind, { email: link.email });
      await insertLink(client, { ...link, ...dates, id, kind, hash: hashToken(token), madeBy: actor.name });
      return link.email;
    });
    const path = `${page}#token=${token}`;
    return { id, url: `${publicUrl}${path}`, path, email, expiresAt: formatInstant(dates.expiresAt) };
  }

  return {
    list: async () => (await listMembers(pool)).map(viewMember),
    change: (actor, id, change) =>
      changing(async (client) => {
        const at = clock.now();
        const before = requireMember(await findMember(client, { id }), id);
        const wanted = [change.serverLevel, ...Object.values(change.planLevels)];
        requireAuthorityOver(actor, [...levelsOf(before), ...wanted], at);
        requirePlans(Object.keys(change.planLevels).filter((plan) => !Object.hasOwn(before.planLevels, plan)));
        if (before.version !== change.expectedVersion) {
          const message = `${before.email} has version ${before.version} by now, not ${change.expectedVersion}.`;
          throw new WatchbillError('version-conflict', message, 'expectedVersion');
        }
        const disabledAt = change.disabled ? (before.disabledAt ?? at) : undefined;
        await updateMember(client, id, { ...change, disabledAt, at });
        if (change.disabled) await endSessions(client, id);
        // Made for somebody who may have been less: whoever made it might have had no right to one by now.
        await withdrawLinks(client, 'password-reset', { member: id });
        const less = lowerLevel(before.serverLevel as Level | undefined, change.serverLevel) !== before.serverLevel;
        if (change.disabled || less) await withdrawLinks(client, 'invitation', { member: id });
        return { before: viewMember(before), after: viewMember(requireMember(await findMember(client, { id }), id)) };
      }),
    remove: (actor, id) =>
      changing(async (client) => {
        const at = clock.now();
        const member = requireMember(await findMember(client, { id }), id);
        requireAuthorityOver(actor, levelsOf(member), at);
        await deleteMember(client, id, at);
        return viewMember(member);
      }),
    createResetLink: (actor, id) =>
      replaceLink(
        'password-reset',
        async (client) => {
          const member = requireMember(await findMember(client, { id }), id);
          requireAuthorityOver(actor, levelsOf(member), clock.now());
          return { member: id, email: member.email, planLevels: {} };
        },
        actor,
        limits.passwordResetMs,
        '/reset-password',
      ),
    listInvitations: async () => (await listLinks(pool, 'invitation', clock.now())).map(viewInvitation),
    async invite(actor, wanted) {
      requireAuthorityOver(actor, [wanted.level], clock.now());
      if (wanted.plan !== undefined) requirePlans([wanted.plan]);
      const email = wanted.email.toLowerCase();
      const granted =
        wanted.plan === undefined
          ? { serverLevel: wanted.level, planLevels: {} }
          : { planLevels: { [wanted.plan]: wanted.level } };
      const madeBy = actor.userId === undefined ? {} : { member: actor.userId };
      const grant = async (client: pg.PoolClient): Promise<LinkGrant> => {
        if ((await findMember(client, { email })) === undefined) return { email, ...granted, ...madeBy };
        throw new WatchbillError('already-done', `${email} is a member already; change their level instead.`, 'email');
      };
      return replaceLink('invitation', grant, actor, limits.invitationMs, '/invitation');
    },
    async withdrawInvitation(actor, id) {
      const known = (await listLinks(pool, 'invitation', clock.now())).find((link) => link.id === id);
      if (known === undefined) throw new WatchbillError('not-found', `There is no invitation ${id}.`, id);
      const invitation = viewInvitation(known);
      requireAuthorityOver(actor, [invitation.level], clock.now());
      await withdrawLinks(pool, 'invitation', { id });
      return invitation;
    },
    async openInvitation(token, address) {
      await attempts.beforeLink(address);
      return viewInvitation(requireLink(await findLink(pool, 'invitation', hashToken(token), clock.now())));
    },
    async acceptInvitation(request, place) {
      await attempts.beforeLink(place.address);
      const hash = hashToken(request.token);
      const found = requireLink(await findLink(pool, 'invitation', hash, clock.now()));
      requireUncommonPassword(request.password, [request.name, found.email ?? '']);
      // Before the lock: it takes a while, on purpose.
      const passwordHash = await accounts.hashPassword(request.password);
      const id = newId(random);
      await changing(async (client) => {
        const at = clock.now();
        // Again, and locked: two requests with one link make one member.
        const {
          email = '',
          serverLevel,
          planLevels,
          ...link
        } = requireLink(await findLink(client, 'invitation', hash, at));
        if ((await findMember(client, { email })) !== undefined) throw linkInvalid();
        const members = await listMembers(client);
        if (members.length >= limits.members) {
          throw new WatchbillError('limit-reached', `There are ${limits.members} members.`);
        }
        requireUnreservedName(
          request.name,
          members.map(({ name }) => name),
        );
        const accountId = newId(random);
        await insertMember(client, {
          id,
          name: request.name,
          email,
          serverLevel,
          planLevels,
          accountId,
          passwordHash,
          at,
        });
        await spendLink(client, link.id, at);
      });
      return beginSession(await accounts.openSession(id, place));
    },
  };
}

function levelsOf(member: MemberRecord): readonly (Level | undefined)[] {
  // The table holds no other words.
  return [member.serverLevel, ...Object.values(member.planLevels)] as (Level | undefined)[];
}

function requireMember(member: MemberRecord | undefined, id: string): MemberRecord {
  if (member !== undefined) return member;
  throw new WatchbillError('not-found', `There is no member ${id}.`, id);
}

function requireLink(link: LinkRecord | undefined): LinkRecord {
  if (link === undefined) throw linkInvalid();
  return link;
}

function linkInvalid(): WatchbillError {
  return new WatchbillError('link-invalid', 'This link is used up, has run out, or was never made here.');
}

function viewMember(member: MemberRecord): MemberAnswer {
  return {
    id: member.id,
    name: member.name,
    email: member.email,
    ...(member.serverLevel === undefined ? {} : { serverLevel: member.serverLevel as Level }),
    planLevels: { ...(member.planLevels as Record<string, Level>) },
    disabled: member.disabledAt !== undefined,
    version: member.version,
    createdAt: formatInstant(member.createdAt),
    ...(member.lastSeenAt === undefined ? {} : { lastSeenAt: formatInstant(member.lastSeenAt) }),
  };
}

function viewInvitation(link: LinkRecord): InvitationAnswer {
  const [plan, level] = Object.entries(link.planLevels)[0] ?? [];
  return {
    id: link.id,
    email: link.email ?? '',
    level: (link.serverLevel ?? level) as Level,
    ...(plan === undefined ? {} : { plan }),
    invitedBy: link.madeBy,
    createdAt: formatInstant(link.createdAt),
    expiresAt: formatInstant(link.expiresAt),
  };
}
