import type pg from 'pg';
import type { Instant } from '#kernel/instant.ts';
import { timestamp, timestampOrNull } from '../pool.ts';

/** What is kept of a token of the API: never the token. */
export interface ApiTokenRecord {
  readonly id: string;
  readonly hash: string;
  readonly name: string;
  readonly level: string;
  /** The one plan that it is good for; the whole server when absent. */
  readonly plan?: string;
  /** Whose token it is: it never may more than they do. Absent when the admin token made it. */
  readonly member?: string;
  readonly madeBy: string;
  readonly createdAt: Instant;
  readonly expiresAt?: Instant;
  readonly revokedAt?: Instant;
  readonly lastUsedAt?: Instant;
}

/** A token with what its maker may do now; `maker` is absent for one of the admin token. */
export interface FoundToken extends ApiTokenRecord {
  readonly maker?: {
    readonly serverLevel?: string;
    readonly planLevel?: string;
    readonly disabled: boolean;
  };
}

export async function insertApiToken(pool: pg.Pool, token: ApiTokenRecord): Promise<void> {
  await pool.query(
    `insert into auth.api_token (id, hash, name, level, plan, member, made_by, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      token.id,
      token.hash,
      token.name,
      token.level,
      token.plan ?? null,
      token.member ?? null,
      token.madeBy,
      timestamp(token.createdAt),
      timestampOrNull(token.expiresAt),
    ],
  );
}

/** A token by its id, unless it is expired or revoked. */
export async function findApiToken(pool: pg.Pool, id: string, now: Instant): Promise<FoundToken | undefined> {
  const result = await pool.query<FoundRow>(
    `select t.*, m.id as maker, m.server_level as maker_server_level, m.disabled_at as maker_disabled_at,
       (select l.level from auth.plan_level l where l.member = m.id and l.plan = t.plan) as maker_plan_level
     from auth.api_token t left join auth.member m on m.id = t.member
     where t.id = $1 and t.revoked_at is null and (t.expires_at is null or t.expires_at > $2)
       and (t.member is null or m.id is not null)`,
    [id, timestamp(now)],
  );
  const row = result.rows[0];
  if (row === undefined) return undefined;
  const maker = {
    disabled: row.maker_disabled_at !== null,
    ...(row.maker_server_level === null ? {} : { serverLevel: row.maker_server_level }),
    ...(row.maker_plan_level === null ? {} : { planLevel: row.maker_plan_level }),
  };
  return { ...record(row), ...(row.maker === null ? {} : { maker }) };
}

/** All of them, the newest first; expired and revoked ones are among them. */
export async function listApiTokens(pool: pg.Pool): Promise<readonly ApiTokenRecord[]> {
  const result = await pool.query<TokenRow>('select * from auth.api_token order by created_at desc, id');
  return result.rows.map(record);
}

/** How many are still good. */
export async function countApiTokens(pool: pg.Pool, now: Instant): Promise<number> {
  const result = await pool.query<{ count: number }>(
    'select count(*) as count from auth.api_token where revoked_at is null and (expires_at is null or expires_at > $1)',
    [timestamp(now)],
  );
  return result.rows[0]?.count ?? 0;
}

/** Ends a token's life; what it was, or undefined when there is no such token or it is revoked already. */
export async function revokeApiToken(pool: pg.Pool, id: string, at: Instant): Promise<ApiTokenRecord | undefined> {
  const result = await pool.query<TokenRow>(
    'update auth.api_token set revoked_at = $2 where id = $1 and revoked_at is null returning *',
    [id, timestamp(at)],
  );
  return result.rows[0] && record(result.rows[0]);
}

/** Notes that a token was used; never moves the time back. */
export async function touchApiToken(pool: pg.Pool, id: string, at: Instant): Promise<void> {
  await pool.query('update auth.api_token set last_used_at = greatest(last_used_at, $2) where id = $1', [
    id,
    timestamp(at),
  ]);
}

interface TokenRow {
  readonly id: string;
  readonly hash: string;
  readonly name: string;
  readonly level: string;
  readonly plan: string | null;
  readonly member: string | null;
  readonly made_by: string;
  readonly created_at: Instant;
  readonly expires_at: Instant | null;
  readonly revoked_at: Instant | null;
  readonly last_used_at: Instant | null;
}

interface FoundRow extends TokenRow {
  readonly maker: string | null;
  readonly maker_server_level: string | null;
  readonly maker_plan_level: string | null;
  readonly maker_disabled_at: Instant | null;
}

function record(row: TokenRow): ApiTokenRecord {
  return {
    id: row.id,
    hash: row.hash,
    name: row.name,
    level: row.level,
    ...(row.plan === null ? {} : { plan: row.plan }),
    ...(row.member === null ? {} : { member: row.member }),
    madeBy: row.made_by,
    createdAt: row.created_at,
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
    ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at }),
  };
}
