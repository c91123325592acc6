import type pg from 'pg';
import type { Instant } from '#kernel/instant.ts';
import { timestamp } from '../pool.ts';

export type LinkKind = 'set-up' | 'invitation' | 'password-reset';

/** A link that is good for one use. Of its token only the SHA-256 is kept. */
export interface LinkRecord {
  readonly id: string;
  readonly kind: LinkKind;
  /** Whose password it sets; of an invitation, who made it. It goes when they are removed. */
  readonly member?: string;
  /** Who is invited, and as what. */
  readonly email?: string;
  readonly serverLevel?: string;
  readonly planLevels: Readonly<Record<string, string>>;
  readonly madeBy: string;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
}

export async function insertLink(
  client: pg.Pool | pg.PoolClient,
  link: LinkRecord & { readonly hash: string },
): Promise<void> {
  await client.query(
    `insert into auth.link (id, hash, kind, member, email, server_level, plan_levels, made_by, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      link.id,
      link.hash,
      link.kind,
      link.member ?? null,
      link.email ?? null,
      link.serverLevel ?? null,
      JSON.stringify(link.planLevels),
      link.madeBy,
      timestamp(link.createdAt),
      timestamp(link.expiresAt),
    ],
  );
}

/** The link of a token's hash that is still good. Within a transaction it is locked until the transaction ends. */
export async function findLink(
  client: pg.Pool | pg.PoolClient,
  kind: LinkKind,
  hash: string,
  now: Instant,
): Promise<LinkRecord | undefined> {
  const result = await client.query<LinkRow>(
    'select * from auth.link where kind = $1 and hash = $2 and used_at is null and expires_at > $3 for update',
    [kind, hash, timestamp(now)],
  );
  return result.rows[0] && record(result.rows[0]);
}

/** Links of a kind that are still good, the newest first. */
export async function listLinks(pool: pg.Pool, kind: LinkKind, now: Instant): Promise<readonly LinkRecord[]> {
  const result = await pool.query<LinkRow>(
    'select * from auth.link where kind = $1 and used_at is null and expires_at > $2 order by created_at desc, id',
    [kind, timestamp(now)],
  );
  return result.rows.map(record);
}

export async function spendLink(client: pg.PoolClient, id: string, now: Instant): Promise<void> {
  await client.query('update auth.link set used_at = $2 where id = $1', [id, timestamp(now)]);
}

/** Takes links back; the number of those that were still good. Named by id, by member, by address, or all of a kind. */
export async function withdrawLinks(
  client: pg.Pool | pg.PoolClient,
  kind: LinkKind,
  which: { readonly id?: string; readonly member?: string; readonly email?: string } = {},
): Promise<number> {
  const result = await client.query(
    `delete from auth.link where kind = $1 and used_at is null and ($2::text is null or id = $2)
       and ($3::text is null or member = $3) and ($4::text is null or email = $4)`,
    [kind, which.id ?? null, which.member ?? null, which.email ?? null],
  );
  return result.rowCount ?? 0;
}

/** Forgets links that were good until before this instant. */
export async function tidyLinks(client: pg.Pool | pg.PoolClient, before: Instant): Promise<void> {
  await client.query('delete from auth.link where expires_at < $1', [timestamp(before)]);
}

interface LinkRow {
  readonly id: string;
  readonly kind: LinkKind;
  readonly member: string | null;
  readonly email: string | null;
  readonly server_level: string | null;
  readonly plan_levels: Readonly<Record<string, string>> | null;
  readonly made_by: string;
  readonly created_at: Instant;
  readonly expires_at: Instant;
}

function record(row: LinkRow): LinkRecord {
  return {
    id: row.id,
    kind: row.kind,
    ...(row.member === null ? {} : { member: row.member }),
    ...(row.email === null ? {} : { email: row.email }),
    ...(row.server_level === null ? {} : { serverLevel: row.server_level }),
    planLevels: row.plan_levels ?? {},
    madeBy: row.made_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}
