import { createHash } from 'node:crypto';
import type pg from 'pg';
import { formatInstant, type Instant } from '#kernel/instant.ts';
import { inTransaction, storable, timestamp } from '../pool.ts';

export interface NewAuditEntry {
  readonly at: Instant;
  readonly actorKind: string;
  readonly actor: string;
  readonly actorId?: string | undefined;
  readonly action: string;
  readonly plan?: string | undefined;
  readonly object?: string | undefined;
  readonly outcome: 'begun' | 'done' | 'refused' | 'failed';
  readonly code?: string | undefined;
  /** Anything that JSON can say. */
  readonly before?: unknown;
  readonly after?: unknown;
  readonly address: string;
  readonly requestId: string;
}

/** An entry as it stands; `before` and `after` are the very JSON text that its hash covers. */
export interface AuditRecord extends Omit<NewAuditEntry, 'before' | 'after'> {
  readonly sequence: number;
  readonly before?: string;
  readonly after?: string;
  readonly previous: string;
  readonly hash: string;
}

export interface AuditVerification {
  readonly intact: boolean;
  readonly checked: number;
  readonly brokenAt?: number;
}

/** What the first entry follows. */
const BEGINNING = '0'.repeat(64);
const PAGE = 1_000;

/** Adds an entry. Those at the same time wait for each other, since each covers the one before. */
export async function appendAudit(pool: pg.Pool, entry: NewAuditEntry): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query('insert into auth.audit_head (sequence, hash) values (0, $1) on conflict do nothing', [
      BEGINNING,
    ]);
    const head = await client.query<{ sequence: number; hash: string }>(
      'select sequence, hash from auth.audit_head for update',
    );
    const sequence = (head.rows[0]?.sequence ?? 0) + 1;
    const previous = head.rows[0]?.hash ?? BEGINNING;
    const unsealed = { ...textOf(entry), sequence, previous };
    const hash = sealOf(unsealed);
    await client.query(
      `insert into auth.audit (sequence, at, actor_kind, actor, actor_id, action, plan, object, outcome, code, before, after,
         address, request_id, previous, hash)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
      [
        sequence,
        timestamp(entry.at),
        unsealed.actorKind,
        unsealed.actor,
        unsealed.actorId ?? null,
        unsealed.action,
        unsealed.plan ?? null,
        unsealed.object ?? null,
        unsealed.outcome,
        unsealed.code ?? null,
        unsealed.before ?? null,
        unsealed.after ?? null,
        unsealed.address,
        unsealed.requestId,
        previous,
        hash,
      ],
    );
    await client.query('update auth.audit_head set sequence = $1, hash = $2', [sequence, hash]);
  });
}

/** Entries before a sequence, the newest first. */
export async function listAudit(
  pool: pg.Pool,
  query: { readonly before?: number | undefined; readonly limit: number },
): Promise<readonly AuditRecord[]> {
  const result = await pool.query<AuditRow>(
    `${SELECT} where $1::bigint is null or sequence < $1 order by sequence desc limit $2`,
    [query.before ?? null, query.limit],
  );
  return result.rows.map(record);
}

/**
 * Whether a page of `listAudit` has the entries that were written, and all of them: each follows from the one before, and the newest is
 * followed by the entry `before` or is the one that the head names, so that a missing end shows as well.
 */
export async function verifyPage(
  pool: pg.Pool,
  entries: readonly AuditRecord[],
  before: number | undefined,
): Promise<AuditVerification> {
  const checked = entries.length;
  const newest = entries[0]?.sequence ?? 0;
  const oldest = entries.at(-1)?.sequence ?? 1;
  const earlier = await pool.query<AuditRow>(`${SELECT} where sequence = $1`, [oldest - 1]);
  const link = oldest === 1 ? BEGINNING : (earlier.rows[0]?.hash ?? '');
  const brokenAt = firstBroken([...entries].reverse(), { sequence: oldest - 1, hash: link });
  if (brokenAt !== undefined) return { intact: false, checked, brokenAt };
  if (before !== undefined) {
    return newest + 1 >= before ? { intact: true, checked } : { intact: false, checked, brokenAt: newest + 1 };
  }
  const head = await readHead(pool);
  if (head.sequence === newest) {
    const sealed = newest === 0 || head.hash === entries[0]?.hash;
    return sealed ? { intact: true, checked } : { intact: false, checked, brokenAt: newest };
  }
  // One may have been added since the page was read; then it is there.
  const next = await pool.query('select from auth.audit where sequence = $1', [newest + 1]);
  return next.rowCount === 1 ? { intact: true, checked } : { intact: false, checked, brokenAt: newest + 1 };
}

/** Verifies every entry, within one snapshot. */
export async function verifyWhole(pool: pg.Pool): Promise<AuditVerification> {
  const client = await pool.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    let last = { sequence: 0, hash: BEGINNING };
    for (;;) {
      const page = await client.query<AuditRow>(`${SELECT} where sequence > $1 order by sequence limit $2`, [
        last.sequence,
        PAGE,
      ]);
      const entries = page.rows.map(record);
      const brokenAt = firstBroken(entries, last);
      if (brokenAt !== undefined) return { intact: false, checked: last.sequence, brokenAt };
      const newest = entries.at(-1);
      if (newest !== undefined) last = { sequence: newest.sequence, hash: newest.hash };
      if (entries.length < PAGE) break;
    }
    const head = await readHead(client);
    const whole = head.sequence === last.sequence && head.hash === last.hash;
    return whole
      ? { intact: true, checked: last.sequence }
      : { intact: false, checked: last.sequence, brokenAt: last.sequence + 1 };
  } finally {
    await client.query('rollback').catch(() => {});
    client.release();
  }
}

async function readHead(
  client: pg.Pool | pg.PoolClient,
): Promise<{ readonly sequence: number; readonly hash: string }> {
  const head = await client.query<{ sequence: number; hash: string }>('select sequence, hash from auth.audit_head');
  return head.rows[0] ?? { sequence: 0, hash: BEGINNING };
}

/** Of entries, oldest first, the first that does not follow from the one before. */
function firstBroken(
  entries: readonly AuditRecord[],
  start: { readonly sequence: number; readonly hash: string },
): number | undefined {
  let last = start;
  for (const entry of entries) {
    const follows =
      entry.sequence === last.sequence + 1 && entry.previous === last.hash && sealOf(entry) === entry.hash;
    if (!follows) return last.sequence + 1;
    last = entry;
  }
  return undefined;
}

type Unsealed = Omit<AuditRecord, 'hash'>;

/** SHA-256 over everything of an entry, in an order that never changes, and the hash of the one before. */
function sealOf(entry: Unsealed): string {
  const parts = [
    entry.sequence,
    formatInstant(entry.at),
    entry.actorKind,
    entry.actor,
    entry.actorId ?? null,
    entry.action,
    entry.plan ?? null,
    entry.object ?? null,
    entry.outcome,
    entry.code ?? null,
    entry.before ?? null,
    entry.after ?? null,
    entry.address,
    entry.requestId,
    entry.previous,
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** The entry with texts that the database gives back as they are. */
function textOf(entry: NewAuditEntry): Omit<AuditRecord, 'sequence' | 'previous' | 'hash'> {
  const { before, after, ...rest } = entry;
  const texts = Object.fromEntries(
    Object.entries(rest).map(([name, value]) => [name, typeof value === 'string' ? plain(value) : value]),
  ) as unknown as typeof rest;
  return {
    ...texts,
    ...(before === undefined ? {} : { before: plain(JSON.stringify(before)) }),
    ...(after === undefined ? {} : { after: plain(JSON.stringify(after)) }),
  };
}

function plain(text: string): string {
  return storable(text.toWellFormed());
}

const SELECT = `select sequence, at, actor_kind, actor, actor_id, action, plan, object, outcome, code, before::text as before,
  after::text as after, address, request_id, previous, hash from auth.audit`;

interface AuditRow {
  readonly sequence: number;
  readonly at: Instant;
  readonly actor_kind: string;
  readonly actor: string;
  readonly actor_id: string | null;
  readonly action: string;
  readonly plan: string | null;
  readonly object: string | null;
  readonly outcome: NewAuditEntry['outcome'];
  readonly code: string | null;
  readonly before: string | null;
  readonly after: string | null;
  readonly address: string;
  readonly request_id: string;
  readonly previous: string;
  readonly hash: string;
}

function record(row: AuditRow): AuditRecord {
  return {
    sequence: row.sequence,
    at: row.at,
    actorKind: row.actor_kind,
    actor: row.actor,
    ...(row.actor_id === null ? {} : { actorId: row.actor_id }),
    action: row.action,
    ...(row.plan === null ? {} : { plan: row.plan }),
    ...(row.object === null ? {} : { object: row.object }),
    outcome: row.outcome,
    ...(row.code === null ? {} : { code: row.code }),
    ...(row.before === null ? {} : { before: row.before }),
    ...(row.after === null ? {} : { after: row.after }),
    address: row.address,
    requestId: row.request_id,
    previous: row.previous,
    hash: row.hash,
  };
}
