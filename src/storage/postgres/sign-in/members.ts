import type pg from 'pg';
import type { Instant } from '#kernel/instant.ts';
import { timestamp, timestampOrNull } from '../pool.ts';

/** What of a member is read; levels are words of `src/contract/access.ts`, which the table checks. */
export interface MemberRecord {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly serverLevel?: string;
  readonly planLevels: Readonly<Record<string, string>>;
  readonly version: number;
  readonly createdAt: Instant;
  readonly disabledAt?: Instant;
  /** When one of the sessions was last used. */
  readonly lastSeenAt?: Instant;
}

export interface NewMember {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly serverLevel?: string | undefined;
  readonly planLevels: Readonly<Record<string, string>>;
  /** Of the account with a password. */
  readonly accountId: string;
  readonly passwordHash: string;
  readonly at: Instant;
}

/** Any number will do, as long as no other program takes the same one on this database. */
const MEMBERS_LOCK = 4_700_431_802;

/**
 * Waits until no other transaction changes who may do what. Every change of members takes it, so that two at once make neither two
 * first owners nor a server without one. Held until the transaction ends.
 */
export async function lockMembers(client: pg.PoolClient): Promise<void> {
  await client.query('select pg_advisory_xact_lock($1)', [MEMBERS_LOCK]);
}

/** Owners of the whole server who can sign in. */
export async function countOwners(client: pg.Pool | pg.PoolClient): Promise<number> {
  const result = await client.query<{ count: number }>(
    "select count(*) as count from auth.member where server_level = 'owner' and disabled_at is null",
  );
  return result.rows[0]?.count ?? 0;
}

export async function insertMember(client: pg.PoolClient, member: NewMember): Promise<void> {
  const at = timestamp(member.at);
  await client.query(
    `insert into auth.member (id, name, email, server_level, created_at, updated_at) values ($1, $2, $3, $4, $5, $5)`,
    [member.id, member.name, member.email, member.serverLevel ?? null, at],
  );
  await insertPlanLevels(client, member.id, member.planLevels);
  await client.query(
    `insert into auth.account (id, account_id, provider_id, user_id, password, created_at, updated_at)
     values ($1, $2, 'credential', $2, $3, $4, $4)`,
    [member.accountId, member.id, member.passwordHash, at],
  );
}

async function insertPlanLevels(
  client: pg.PoolClient,
  member: string,
  planLevels: Readonly<Record<string, string>>,
): Promise<void> {
  await client.query(
    'insert into auth.plan_level (member, plan, level) select $1, plan, level from unnest($2::text[], $3::text[]) as l (plan, level)',
    [member, Object.keys(planLevels), Object.values(planLevels)],
  );
}

const SELECT_MEMBER = `select m.id, m.name, m.email, m.server_level, m.version, m.created_at, m.disabled_at,
    (select coalesce(json_object_agg(l.plan, l.level), '{}') from auth.plan_level l where l.member = m.id) as plan_levels,
    (select max(s.updated_at) from auth.session s where s.user_id = m.id) as last_seen_at
  from auth.member m`;

/** All of them, by name. */
export async function listMembers(client: pg.Pool | pg.PoolClient): Promise<readonly MemberRecord[]> {
  const result = await client.query<MemberRow>(`${SELECT_MEMBER} order by m.name, m.id`);
  return result.rows.map(record);
}

export async function findMember(
  client: pg.Pool | pg.PoolClient,
  by: { readonly id: string } | { readonly email: string },
): Promise<MemberRecord | undefined> {
  const [column, value] = 'id' in by ? ['id', by.id] : ['email', by.email];
  const result = await client.query<MemberRow>(`${SELECT_MEMBER} where m.${column} = $1`, [value]);
  return result.rows[0] && record(result.rows[0]);
}

/** Sets what somebody may do, and whether they may sign in. */
export async function updateMember(
  client: pg.PoolClient,
  id: string,
  change: {
    readonly serverLevel?: string | undefined;
    readonly planLevels: Readonly<Record<string, string>>;
    readonly disabledAt?: Instant | undefined;
    readonly at: Instant;
  },
): Promise<void> {
  await client.query(
    'update auth.member set server_level = $2, disabled_at = $3, version = version + 1, updated_at = $4 where id = $1',
    [id, change.serverLevel ?? null, timestampOrNull(change.disabledAt), timestamp(change.at)],
  );
  await client.query('delete from auth.plan_level where member = $1', [id]);
  await insertPlanLevels(client, id, change.planLevels);
}

/** Removes somebody with their sessions, links and passwords; their tokens are revoked. */
export async function deleteMember(client: pg.PoolClient, id: string, at: Instant): Promise<void> {
  await client.query('update auth.api_token set revoked_at = $2 where member = $1 and revoked_at is null', [
    id,
    timestamp(at),
  ]);
  await client.query('delete from auth.member where id = $1', [id]);
}

/** The scrypt hash of somebody's password. */
export async function findPasswordHash(pool: pg.Pool, member: string): Promise<string | undefined> {
  const result = await pool.query<{ password: string | null }>(
    "select password from auth.account where user_id = $1 and provider_id = 'credential'",
    [member],
  );
  return result.rows[0]?.password ?? undefined;
}

export async function setPasswordHash(client: pg.PoolClient, member: string, hash: string, at: Instant): Promise<void> {
  await client.query(
    "update auth.account set password = $2, updated_at = $3 where user_id = $1 and provider_id = 'credential'",
    [member, hash, timestamp(at)],
  );
}

interface MemberRow {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly server_level: string | null;
  readonly version: number;
  readonly created_at: Instant;
  readonly disabled_at: Instant | null;
  readonly plan_levels: Readonly<Record<string, string>>;
  readonly last_seen_at: Instant | null;
}

function record(row: MemberRow): MemberRecord {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    ...(row.server_level === null ? {} : { serverLevel: row.server_level }),
    planLevels: row.plan_levels,
    version: row.version,
    createdAt: row.created_at,
    ...(row.disabled_at === null ? {} : { disabledAt: row.disabled_at }),
    ...(row.last_seen_at === null ? {} : { lastSeenAt: row.last_seen_at }),
  };
}
