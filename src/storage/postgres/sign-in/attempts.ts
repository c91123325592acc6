import type pg from 'pg';
import type { Instant } from '#kernel/instant.ts';
import { inTransaction, timestamp } from '../pool.ts';

export interface AttemptState {
  /** In this window, this one included. */
  readonly count: number;
  readonly windowEndsAt: Instant;
}

/** Counts one more attempt in the window of a key, beginning a new one when it is over. One statement, so none is lost in a race. */
export async function countAttempt(pool: pg.Pool, key: string, now: Instant, windowMs: number): Promise<AttemptState> {
  const result = await pool.query<{ count: number; window_ends_at: Instant }>(
    `insert into auth.attempt as a (key, count, window_ends_at) values ($1, 1, $3)
     on conflict (key) do update set
       count = case when a.window_ends_at <= $2 then 1 else a.count + 1 end,
       window_ends_at = case when a.window_ends_at <= $2 then excluded.window_ends_at else a.window_ends_at end
     returning count, window_ends_at`,
    [key, timestamp(now), timestamp(now + windowMs)],
  );
  const row = result.rows[0];
  return { count: row?.count ?? 1, windowEndsAt: row?.window_ends_at ?? now + windowMs };
}

/**
 * Takes one attempt out of those that a key has, and closes the key for as long as `lockMs` says of the number it was; zero leaves it
 * open. Undefined lets the attempt go on, an instant is when the key opens again. Attempts at the same time wait for each other.
 */
export async function reserveAttempt(
  pool: pg.Pool,
  key: string,
  now: Instant,
  windowMs: number,
  lockMs: (count: number) => number,
): Promise<Instant | undefined> {
  return inTransaction(pool, async (client) => {
    await client.query(
      'insert into auth.attempt (key, count, window_ends_at) values ($1, 0, $2) on conflict do nothing',
      [key, timestamp(now + windowMs)],
    );
    const result = await client.query<{ count: number; window_ends_at: Instant; blocked_until: Instant | null }>(
      'select count, window_ends_at, blocked_until from auth.attempt where key = $1 for update',
      [key],
    );
    const row = result.rows[0];
    if (row?.blocked_until != null && row.blocked_until > now) return row.blocked_until;
    const over = row === undefined || row.window_ends_at <= now;
    const count = over ? 1 : row.count + 1;
    const lock = lockMs(count);
    await client.query('update auth.attempt set count = $2, window_ends_at = $3, blocked_until = $4 where key = $1', [
      key,
      count,
      timestamp(over ? now + windowMs : Math.max(row.window_ends_at, now + lock)),
      lock === 0 ? null : timestamp(now + lock),
    ]);
    return undefined;
  });
}

export async function clearAttempts(pool: pg.Pool, key: string): Promise<void> {
  await pool.query('delete from auth.attempt where key = $1', [key]);
}

/** Forgets windows that are over. */
export async function tidyAttempts(pool: pg.Pool, now: Instant): Promise<void> {
  await pool.query('delete from auth.attempt where window_ends_at <= $1', [timestamp(now)]);
}
