import pg from 'pg';
import { formatInstant, type Instant } from '#kernel/instant.ts';

/** Where PostgreSQL is: a URL, or the embedded server's socket folder. */
export type PostgresAddress =
  | { readonly url: string }
  | { readonly socketFolder: string; readonly user: string; readonly database: string };

export interface PoolOptions {
  readonly address: PostgresAddress;
  /** Shown in `pg_stat_activity`, e.g. `watchbill core`. */
  readonly applicationName: string;
  /** Most connections at once; the embedded server has 40 for all processes. */
  readonly connections?: number;
  /**
   * After this a statement fails although the server says nothing: one that hangs, or lies behind a network that swallows packets, would
   * else be waited for as long as TCP does. Whether the statement took effect is then not known.
   */
  readonly queryTimeoutMs?: number;
  /** Told of a connection that broke while idle. The pool replaces it; nobody has to act. */
  readonly onError?: (problem: Error) => void;
}

const TIMESTAMPTZ = 1184;
const INT8 = 20;

/** Instants come back as epoch milliseconds and counters as numbers, so that no row holds a `Date` or a digit string. */
const types: pg.CustomTypesConfig = {
  getTypeParser(oid, format) {
    if (oid === TIMESTAMPTZ) return (text: string) => readTimestamp(text);
    if (oid === INT8) return (text: string) => Number(text);
    return pg.types.getTypeParser(oid, format);
  },
};

/** PostgreSQL's ISO form under `TimeZone=UTC`, e.g. `2026-03-02 08:00:00.5+00`. */
function readTimestamp(text: string): Instant {
  if (text === 'infinity') return Number.POSITIVE_INFINITY;
  if (text === '-infinity') return Number.NEGATIVE_INFINITY;
  return Temporal.Instant.from(text).epochMilliseconds;
}

/** An instant as a query parameter. Every statement gets its time so, and never reads the server's clock. */
export function timestamp(at: Instant): string {
  return formatInstant(at);
}

/** `timestamp` for what may be absent. */
export function timestampOrNull(at: Instant | undefined): string | null {
  return at === undefined ? null : formatInstant(at);
}

/** Text that PostgreSQL can hold: it refuses NUL in every text type. */
export function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD');
}

/** Connection settings for `pg`, the same for the pool and for single clients. */
export function clientConfig(options: PoolOptions): pg.ClientConfig {
  const { address } = options;
  return {
    ...('url' in address
      ? { connectionString: address.url }
      : { host: address.socketFolder, user: address.user, database: address.database, password: '' }),
    application_name: options.applicationName,
    options: '-c TimeZone=UTC -c DateStyle=ISO -c default_transaction_isolation=read\\ committed',
    connectionTimeoutMillis: 10_000,
    statement_timeout: 60_000,
    ...(options.queryTimeoutMs === undefined ? {} : { query_timeout: options.queryTimeoutMs }),
    types,
  };
}

/** Opens a pool; connections are made when they are needed. End it with `pool.end()`. */
export function openPool(options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({ ...clientConfig(options), max: options.connections ?? 8 });
  pool.on('error', (problem) => options.onError?.(problem));
  return pool;
}

/** Runs several statements in one transaction; a throw rolls all of it back and is thrown on. */
export async function inTransaction<Value>(
  pool: pg.Pool,
  run: (client: pg.PoolClient) => Promise<Value>,
): Promise<Value> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const value = await run(client);
    await client.query('commit');
    return value;
  } catch (problem) {
    // A connection that cannot even roll back is thrown away instead of being given to the next caller.
    await client.query('rollback').catch((second: Error) => {
      broken = second;
    });
    throw problem;
  } finally {
    client.release(broken);
  }
}
