import { type CleanedWhere, type CustomAdapter, createAdapterFactory } from 'better-auth/adapters';
import { APIError } from 'better-auth/api';
import { betterAuth } from 'better-auth/minimal';
import { formatInstant, type Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import { createTurns } from '#kernel/turns.ts';
import type { AuthRow, AuthRows, RowCondition } from '#storage/postgres/sign-in/auth-rows.ts';
import { hashToken } from './token-hash.ts';

/** From where somebody signs in; shown in the list of their sessions. */
export interface SignInPlace {
  readonly address: string;
  readonly userAgent: string;
}

/** Passwords and sessions. Tokens are returned once and stood for by their hashes ever after. */
export interface Accounts {
  /** The token of a new session, or undefined for an unknown address or a wrong password: both take the same time. */
  signIn(email: string, password: string, place: SignInPlace): Promise<string | undefined>;
  /** The token of a new session of somebody who has proved otherwise who they are. */
  openSession(member: string, place: SignInPlace): Promise<string>;
  hashPassword(password: string): Promise<string>;
  verifyPassword(hash: string, password: string): Promise<boolean>;
}

const ADDRESS_HEADER = 'x-watchbill-address';

/**
 * Passwords and sessions by better-auth, as a library: none of its own routes is served, and it reads neither the environment nor
 * the network. `secret` is for what it signs, which nothing of ours relies on.
 */
export function createAccounts(rows: AuthRows, clock: Clock, secret: string): Accounts {
  const auth = betterAuth({
    appName: 'Watchbill',
    // All of these are given, since it would else look for them in the environment.
    baseURL: 'http://localhost',
    secret,
    secrets: [{ version: 1, value: secret }],
    trustedOrigins: [],
    telemetry: { enabled: false },
    logger: { disabled: true },
    rateLimit: { enabled: false },
    database: createAdapterFactory({
      config: { adapterId: 'watchbill', supportsDates: false, supportsNumericIds: false },
      adapter: () => adapterOn(rows, clock),
    }),
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 1, maxPasswordLength: 128 },
    session: {
      modelName: 'session',
      expiresIn: limits.sessionIdleMs / 1_000,
      fields: {
        userId: 'user_id',
        expiresAt: 'expires_at',
        ipAddress: 'ip_address',
        userAgent: 'user_agent',
        createdAt: 'created_at',
        updatedAt: 'updated_at',
      },
    },
    user: {
      modelName: 'member',
      fields: { emailVerified: 'email_verified', createdAt: 'created_at', updatedAt: 'updated_at' },
    },
    account: {
      modelName: 'account',
      fields: {
        accountId: 'account_id',
        providerId: 'provider_id',
        userId: 'user_id',
        accessToken: 'access_token',
        refreshToken: 'refresh_token',
        idToken: 'id_token',
        accessTokenExpiresAt: 'access_token_expires_at',
        refreshTokenExpiresAt: 'refresh_token_expires_at',
        createdAt: 'created_at',
        updatedAt: 'updated_at',
      },
    },
    advanced: { ipAddress: { ipAddressHeaders: [ADDRESS_HEADER], ipv6Subnet: 128 } },
  });

  const turns = createTurns(
    limits.passwordsAtOnce,
    limits.passwordsWaiting,
    'Too many passwords wait to be looked at.',
  );

  return {
    async signIn(email, password, place) {
      try {
        const headers = new Headers({ [ADDRESS_HEADER]: place.address, 'user-agent': place.userAgent });
        return await turns.take(async () => (await auth.api.signInEmail({ body: { email, password }, headers })).token);
      } catch (thrown) {
        if (thrown instanceof APIError && thrown.statusCode < 500) return undefined;
        throw thrown;
      }
    },
    async openSession(member, place) {
      const { internalAdapter } = await auth.$context;
      const session = await internalAdapter.createSession(member, false, {
        ipAddress: place.address,
        userAgent: place.userAgent,
      });
      return session.token;
    },
    hashPassword: (password) => turns.take(async () => (await auth.$context).password.hash(password)),
    verifyPassword: (hash, password) =>
      turns.take(async () => (await auth.$context).password.verify({ hash, password })),
  };
}

/** The library's rows on ours. A session's token goes in as its hash and is given back as it was asked for. */
function adapterOn(rows: AuthRows, clock: Clock): CustomAdapter {
  const find = async (model: string, where: readonly CleanedWhere[] = []): Promise<AuthRow[]> =>
    rows.find(model, conditionsOf(model, where));
  // Rows have the shape that the library's schema says; its types want to be told so.
  const typed = <Row>(row: AuthRow | undefined): Row => row as Row;
  return {
    create: async ({ model, data }) => {
      const row = model === 'session' ? { ...data, ...beginning(clock.now()) } : data;
      return typed(withToken(await rows.insert(model, hashed(model, row)), data['token']));
    },
    findOne: async ({ model, where }) => {
      const [row] = await find(model, where);
      return row === undefined ? null : typed(withToken(row, askedToken(where)));
    },
    findMany: async ({ model, where, limit, sortBy, offset }) => {
      const order = sortBy && { column: sortBy.field, descending: sortBy.direction === 'desc' };
      return (await rows.find(model, conditionsOf(model, where ?? []), order, limit, offset)) as never;
    },
    count: ({ model, where }) => rows.count(model, conditionsOf(model, where ?? [])),
    update: async ({ model, where, update }) => {
      const [row] = await rows.update(model, conditionsOf(model, where), hashed(model, update as AuthRow));
      return row === undefined ? null : typed(withToken(row, askedToken(where)));
    },
    updateMany: async ({ model, where, update }) =>
      (await rows.update(model, conditionsOf(model, where), hashed(model, update))).length,
    delete: async ({ model, where }) => void (await rows.remove(model, conditionsOf(model, where))),
    deleteMany: async ({ model, where }) => (await rows.remove(model, conditionsOf(model, where))).length,
  };
}

/** The dates of a session that begins, by our clock in place of the library's. */
function beginning(now: Instant): AuthRow {
  const at = formatInstant(now);
  return { created_at: at, updated_at: at, expires_at: formatInstant(now + limits.sessionIdleMs) };
}

function conditionsOf(model: string, where: readonly CleanedWhere[]): readonly RowCondition[] {
  return where.map(({ field, operator, value, connector }) => {
    if (operator === 'contains' || operator === 'starts_with' || operator === 'ends_with') {
      throw new Error(`The sign-in library asked for ${operator}, which the adapter has not.`);
    }
    const secret = model === 'session' && field === 'token';
    return {
      column: field,
      operator: operator ?? 'eq',
      value: secret ? hashedValue(value) : value,
      connector: connector ?? 'AND',
    };
  });
}

function hashedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hashedValue);
  return typeof value === 'string' ? hashToken(value) : value;
}

function hashed(model: string, row: AuthRow): AuthRow {
  return model === 'session' && 'token' in row ? { ...row, token: hashedValue(row['token']) } : row;
}

function withToken(row: AuthRow, token: unknown): AuthRow {
  return typeof token === 'string' && 'token' in row ? { ...row, token } : row;
}

function askedToken(where: readonly CleanedWhere[]): unknown {
  return where.find(({ field, operator }) => field === 'token' && operator === 'eq')?.value;
}
