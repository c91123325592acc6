import type pg from 'pg';
import { higherLevel, type Level } from '#contract/access.ts';
import type { ApiTokenAnswer } from '#contract/tokens.ts';
import { base32 } from '#kernel/base32.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { formatInstant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock, Random } from '#kernel/ports.ts';
import {
  type ApiTokenRecord,
  countApiTokens,
  type FoundToken,
  findApiToken,
  insertApiToken,
  listApiTokens,
  revokeApiToken,
  touchApiToken,
} from '#storage/postgres/sign-in/api-tokens.ts';
import type { Actor } from '../actor.ts';
import { lowerLevel, requireAuthorityOver } from '../sign-in/authority.ts';
import { createCredentialCache } from '../sign-in/credential-cache.ts';
import { hashToken, sameHash } from '../sign-in/token-hash.ts';
import type { TokenServices } from './services.ts';

/** 10 bytes name it, 20 bytes (160 bits) are the secret; base 32 so that no part holds the separator. */
const ID_BYTES = 10;
const SECRET_BYTES = 20;
const SHAPE = /^wb_api_([a-z2-7]{16})_[a-z2-7]{32}$/;

export interface ApiTokensOptions {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly random: Random;
  readonly isPlan: (name: string) => boolean;
}

export interface ApiTokens {
  readonly services: TokenServices;
  /** Who holds a token; undefined for one that is unknown, expired or revoked. May be `limits.credentialCacheMs` behind. */
  find(token: string): Promise<Actor | undefined>;
  /** Looks anew at every token from now on. */
  forget(): void;
}

/** Tokens of the API on PostgreSQL. */
export function createApiTokens(options: ApiTokensOptions): ApiTokens {
  const { pool, clock, random, isPlan } = options;
  const cache = createCredentialCache<Actor>(clock);

  async function look(id: string, hash: string): Promise<Actor | undefined> {
    const now = clock.now();
    const found = await findApiToken(pool, id, now);
    if (found === undefined || !sameHash(found.hash, hash)) return undefined;
    if (found.lastUsedAt === undefined || now - found.lastUsedAt >= limits.sessionSeenEveryMs) {
      await touchApiToken(pool, id, now);
    }
    return holderOf(found);
  }

  const services: TokenServices = {
    list: async () => (await listApiTokens(pool)).map(viewToken),
    async create(actor, wanted) {
      const now = clock.now();
      requireAuthorityOver(actor, [wanted.level], now);
      if (lowerLevel(wanted.level, actor.serverLevel) !== wanted.level) {
        throw new WatchbillError(
          'forbidden',
          `A token of ${actor.name} cannot have the level "${wanted.level}".`,
          'level',
        );
      }
      const expiresAt = wanted.expiresInMs === undefined ? undefined : now + wanted.expiresInMs;
      if (actor.expiresAt !== undefined && (expiresAt === undefined || expiresAt > actor.expiresAt)) {
        const message = `A token of ${actor.name} cannot be good for longer than that one.`;
        throw new WatchbillError('forbidden', message, 'expiresInMs');
      }
      if (wanted.plan !== undefined && !isPlan(wanted.plan)) {
        throw new WatchbillError('not-found', `There is no plan "${wanted.plan}".`, wanted.plan);
      }
      if ((await countApiTokens(pool, now)) >= limits.apiTokens) {
        throw new WatchbillError('limit-reached', `There are ${limits.apiTokens} tokens; revoke one that is not used.`);
      }
      const id = base32(random.bytes(ID_BYTES));
      const token = `wb_api_${id}_${base32(random.bytes(SECRET_BYTES))}`;
      await insertApiToken(pool, {
        id,
        hash: hashToken(token),
        name: wanted.name,
        level: wanted.level,
        ...(wanted.plan === undefined ? {} : { plan: wanted.plan }),
        ...(actor.userId === undefined ? {} : { member: actor.userId }),
        madeBy: actor.name,
        createdAt: now,
        ...(expiresAt === undefined ? {} : { expiresAt }),
      });
      return { token, id };
    },
    async revoke(actor, id) {
      const now = clock.now();
      const known = (await listApiTokens(pool)).find((token) => token.id === id);
      requireAuthorityOver(actor, [known?.level as Level | undefined], now);
      const revoked = await revokeApiToken(pool, id, now);
      if (revoked === undefined) throw new WatchbillError('not-found', `There is no valid token ${id}.`, id);
      cache.forget();
      return viewToken(revoked);
    },
  };
  return {
    services,
    async find(token) {
      const id = SHAPE.exec(token)?.[1];
      if (id === undefined) return undefined;
      const hash = hashToken(token);
      return cache.find(hash, () => look(id, hash));
    },
    forget: cache.forget,
  };
}

/** A token may what it says, and never more than whoever made it may now. */
function holderOf(token: FoundToken): Actor | undefined {
  // The table holds no other words.
  let level = token.level as Level | undefined;
  if (token.maker !== undefined) {
    const { serverLevel, planLevel, disabled } = token.maker;
    if (disabled) return undefined;
    const own = higherLevel(serverLevel as Level | undefined, planLevel as Level | undefined);
    level = lowerLevel(level, own);
  }
  if (level === undefined) return undefined;
  // With its maker, so that what it makes is bound to the same person.
  const maker = token.member === undefined ? {} : { userId: token.member };
  const ends = token.expiresAt === undefined ? {} : { expiresAt: token.expiresAt };
  const named = { kind: 'token', name: `token ${token.name}`, credentialId: token.id, ...maker, ...ends } as const;
  if (token.plan !== undefined) return { ...named, planLevels: { [token.plan]: level } };
  return { ...named, serverLevel: level, planLevels: {} };
}

function viewToken(token: ApiTokenRecord): ApiTokenAnswer {
  return {
    id: token.id,
    name: token.name,
    level: token.level as Level,
    ...(token.plan === undefined ? {} : { plan: token.plan }),
    madeBy: token.madeBy,
    createdAt: formatInstant(token.createdAt),
    ...(token.expiresAt === undefined ? {} : { expiresAt: formatInstant(token.expiresAt) }),
    ...(token.revokedAt === undefined ? {} : { revokedAt: formatInstant(token.revokedAt) }),
    ...(token.lastUsedAt === undefined ? {} : { lastUsedAt: formatInstant(token.lastUsedAt) }),
  };
}
