import { createHash } from 'node:crypto';
import type pg from 'pg';
import { base32 } from '#kernel/base32.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { INGEST_KEY_FORM, ingestKeyId, isIngestKey, type KeyKind } from '#kernel/ingest-key.ts';
import type { Instant } from '#kernel/instant.ts';
import type { Random } from '#kernel/ports.ts';
import { timestamp, timestampOrNull } from './pool.ts';

/** What is kept of a key: never the key. */
export interface IngestKeyRecord {
  /** The public part of the key; see `ingestKeyId`. */
  readonly id: string;
  readonly plan: string;
  readonly name: string;
  readonly scopes: readonly string[];
  /** SHA-256 of the whole key, hex. With 160 random bits in it nothing slower is needed. */
  readonly hash: string;
  readonly createdAt: Instant;
  readonly expiresAt?: Instant;
  readonly revokedAt?: Instant;
  readonly lastUsedAt?: Instant;
}

/** 10 bytes name it, 20 bytes (160 bits) are the secret; base 32 so that no part holds the separator. */
const ID_BYTES = 10;
const SECRET_BYTES = 20;

/** A new key; only its hash can be stored, so this is the one time that it is seen. */
export function generateIngestKey(random: Random, kind: KeyKind = 'ingest'): string {
  return `wb_${kind}_${base32(random.bytes(ID_BYTES))}_${base32(random.bytes(SECRET_BYTES))}`;
}

/** What is stored and compared instead of the key. */
export function hashIngestKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

export interface NewIngestKey {
  readonly plan: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly at: Instant;
  readonly expiresAt?: Instant;
  /** Stands in the key, for people and for programs that look for secrets; `ingest` when left out. */
  readonly kind?: KeyKind;
}

/** Makes a key and stores its hash. The key itself is returned, once. */
export async function createIngestKey(
  pool: pg.Pool,
  random: Random,
  wanted: NewIngestKey,
): Promise<{ readonly key: string; readonly id: string }> {
  const key = generateIngestKey(random, wanted.kind);
  return { key, id: await storeIngestKey(pool, key, wanted) };
}

/**
 * Stores a key that was made elsewhere, e.g. preset by automation. The same key again for the same plan changes nothing but its scopes; throws
 * `configuration-invalid` when it has not the shape of a key or belongs to another.
 */
export async function storeIngestKey(pool: pg.Pool, key: string, wanted: NewIngestKey): Promise<string> {
  if (!isIngestKey(key)) throw new WatchbillError('configuration-invalid', `An ingest key has ${INGEST_KEY_FORM}`);
  const hash = hashIngestKey(key);
  const id = ingestKeyId(key, hash);
  const stored = await pool.query(
    `insert into ingest_key (id, plan, name, scopes, hash, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (id) do update set scopes = excluded.scopes
     where ingest_key.plan = excluded.plan and ingest_key.hash = excluded.hash`,
    [id, wanted.plan, wanted.name, wanted.scopes, hash, timestamp(wanted.at), timestampOrNull(wanted.expiresAt)],
  );
  if (stored.rowCount !== 1) throw new WatchbillError('configuration-invalid', `Another key has the id ${id}`);
  return id;
}

/** Keys of one plan, or of all, the newest first. Revoked and expired ones are among them. */
export async function listIngestKeys(pool: pg.Pool, plan?: string): Promise<readonly IngestKeyRecord[]> {
  const result = await pool.query<IngestKeyRow>(
    'select * from ingest_key where $1::text is null or plan = $1 order by created_at desc, id',
    [plan ?? null],
  );
  return result.rows.map(record);
}

/** Ends a key's life; false when there is no such key, or it is revoked already. */
export async function revokeIngestKey(pool: pg.Pool, id: string, at: Instant): Promise<boolean> {
  const result = await pool.query('update ingest_key set revoked_at = $2 where id = $1 and revoked_at is null', [
    id,
    timestamp(at),
  ]);
  return result.rowCount === 1;
}

/** Notes that a key was used; never moves the time back. */
export async function touchIngestKey(pool: pg.Pool, id: string, at: Instant): Promise<void> {
  await pool.query('update ingest_key set last_used_at = greatest(last_used_at, $2) where id = $1', [
    id,
    timestamp(at),
  ]);
}

interface IngestKeyRow {
  readonly id: string;
  readonly plan: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly hash: string;
  readonly created_at: Instant;
  readonly expires_at: Instant | null;
  readonly revoked_at: Instant | null;
  readonly last_used_at: Instant | null;
}

function record(row: IngestKeyRow): IngestKeyRecord {
  return {
    id: row.id,
    plan: row.plan,
    name: row.name,
    scopes: row.scopes,
    hash: row.hash,
    createdAt: row.created_at,
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
    ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at }),
  };
}
