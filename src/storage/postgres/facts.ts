import type pg from 'pg';
import type { Fact } from '#core/model.ts';
import type { Instant } from '#kernel/instant.ts';
import { withoutTexts } from '#kernel/without-texts.ts';
import { timestamp } from './pool.ts';

/** A fact with the number that the store gave it, counted per plan from 1. */
export interface StoredFact extends Fact {
  readonly sequence: number;
}

export interface FactQuery {
  readonly plan: string;
  /** Only facts about this, e.g. an alert id. */
  readonly subject?: string;
  /** Only later ones. */
  readonly after?: number;
  /** Only those at or after this instant. */
  readonly since?: Instant;
  readonly limit: number;
  /** `latest` gives the last `limit` of them; both orders come oldest first. */
  readonly from?: 'oldest' | 'latest';
}

/** Facts of a plan, oldest first. */
export async function listFacts(pool: pg.Pool, query: FactQuery): Promise<readonly StoredFact[]> {
  const latest = query.from === 'latest';
  const result = await pool.query<StoredFact>(
    `select sequence, at, kind, subject, reason, body from fact
     where plan = $1 and sequence > $2 and ($3::text is null or subject = $3) and ($4::timestamptz is null or at >= $4)
     order by sequence ${latest ? 'desc' : 'asc'} limit $5`,
    [
      query.plan,
      query.after ?? 0,
      query.subject ?? null,
      query.since === undefined ? null : timestamp(query.since),
      query.limit,
    ],
  );
  return latest ? result.rows.reverse() : result.rows;
}

/** Facts that are not yet in the spool as events, oldest first. */
export async function factsToExport(pool: pg.Pool, plan: string, limit: number): Promise<readonly StoredFact[]> {
  const result = await pool.query<{ up_to: number }>('select up_to from fact_export where plan = $1', [plan]);
  return listFacts(pool, { plan, after: result.rows[0]?.up_to ?? 0, limit });
}

/** Notes that facts up to this number are durable elsewhere. Never goes back. */
export async function markExported(pool: pg.Pool, plan: string, upTo: number): Promise<void> {
  await pool.query(
    `insert into fact_export (plan, up_to) values ($1, $2)
     on conflict (plan) do update set up_to = greatest(fact_export.up_to, excluded.up_to)`,
    [plan, upTo],
  );
}

/**
 * Puts `instead` in place of a text wherever it stands by itself in the bodies of a plan's facts: the one exception to facts that never change.
 * Returns how many were changed.
 */
export async function forgetInFacts(
  pool: pg.Pool,
  query: { readonly plan: string; readonly forms: readonly string[]; readonly instead: string; readonly limit: number },
): Promise<number> {
  const { plan, forms, instead, limit } = query;
  const written = forms.map((form) => JSON.stringify(form).slice(1, -1));
  let changed = 0;
  let after = 0;
  for (;;) {
    const found = await pool.query<{ sequence: number; body: unknown }>(
      `select sequence, body from fact
       where plan = $1 and sequence > $2
         and exists (select from unnest($3::text[]) as form where position(form in body::text) > 0)
       order by sequence limit $4`,
      [plan, after, written, limit],
    );
    for (const { sequence, body } of found.rows) {
      const before = JSON.stringify(body);
      const cleaned = JSON.stringify(withoutTexts(body, forms, instead));
      after = sequence;
      if (cleaned === before) continue;
      await pool.query('update fact set body = $3 where plan = $1 and sequence = $2', [plan, sequence, cleaned]);
      changed += 1;
    }
    if (found.rows.length < limit) return changed;
  }
}
