import type pg from 'pg';
import type { Instant } from '#kernel/instant.ts';
import { timestamp } from '../pool.ts';

/** A session with whom it belongs to, as one look finds them. */
export interface SessionRecord {
  readonly id: string;
  readonly member: string;
  readonly name: string;
  readonly email: string;
  readonly serverLevel?: string;
  readonly planLevels: Readonly<Record<string, string>>;
  readonly signedInAt: Instant;
  readonly lastSeenAt: Instant;
  readonly expiresAt: Instant;
}

export interface ListedSession {
  readonly id: string;
  readonly address: string;
  readonly userAgent: string;
  readonly signedInAt: Instant;
  readonly lastSeenAt: Instant;
  readonly expiresAt: Instant;
}

/** The session of a token's hash that has not ended, of somebody who may sign in. */
export async function findSession(pool: pg.Pool, hash: string, now: Instant): Promise<SessionRecord | undefined> {
  const result = await pool.query<SessionRow>(
    `select s.id, s.created_at, s.updated_at, s.expires_at, m.id as member, m.name, m.email, m.server_level,
       (select coalesce(json_object_agg(l.plan, l.level), '{}') from auth.plan_level l where l.member = m.id) as plan_levels
     from auth.session s join auth.member m on m.id = s.user_id
     where s.token = $1 and s.expires_at > $2 and m.disabled_at is null`,
    [hash, timestamp(now)],
  );
  const row = result.rows[0];
  if (row === undefined) return undefined;
  return {
    id: row.id,
    member: row.member,
    name: row.name,
    email: row.email,
    ...(row.server_level === null ? {} : { serverLevel: row.server_level }),
    planLevels: row.plan_levels,
    signedInAt: row.created_at,
    lastSeenAt: row.updated_at,
    expiresAt: row.expires_at,
  };
}

/** Notes that a session is in use, which puts its end off; neither ever moves back. */
export async function touchSession(pool: pg.Pool, id: string, now: Instant, expiresAt: Instant): Promise<void> {
  await pool.query(
    'update auth.session set updated_at = greatest(updated_at, $2), expires_at = greatest(expires_at, $3) where id = $1',
    [id, timestamp(now), timestamp(expiresAt)],
  );
}

/** The sessions of somebody that have not ended, the last used first. */
export async function listSessions(pool: pg.Pool, member: string, now: Instant): Promise<readonly ListedSession[]> {
  const result = await pool.query<ListedSession>(
    `select id, coalesce(ip_address, '') as address, coalesce(user_agent, '') as "userAgent", created_at as "signedInAt",
       updated_at as "lastSeenAt", expires_at as "expiresAt"
     from auth.session where user_id = $1 and expires_at > $2 order by updated_at desc, id`,
    [member, timestamp(now)],
  );
  return result.rows;
}

/** Ends one session of somebody; false when they have no such session. */
export async function endSession(pool: pg.Pool, member: string, id: string): Promise<boolean> {
  const result = await pool.query('delete from auth.session where user_id = $1 and id = $2', [member, id]);
  return result.rowCount === 1;
}

/** Ends every session of somebody. */
export async function endSessions(client: pg.Pool | pg.PoolClient, member: string): Promise<void> {
  await client.query('delete from auth.session where user_id = $1', [member]);
}

/** Removes what has ended, and of each member all but the sessions last used. */
export async function tidySessions(pool: pg.Pool, now: Instant, member: string, kept: number): Promise<void> {
  await pool.query('delete from auth.session where expires_at <= $1', [timestamp(now)]);
  await pool.query(
    `delete from auth.session where id in
       (select id from auth.session where user_id = $1 order by updated_at desc, id offset $2)`,
    [member, kept],
  );
}

interface SessionRow {
  readonly id: string;
  readonly created_at: Instant;
  readonly updated_at: Instant;
  readonly expires_at: Instant;
  readonly member: string;
  readonly name: string;
  readonly email: string;
  readonly server_level: string | null;
  readonly plan_levels: Readonly<Record<string, string>>;
}
