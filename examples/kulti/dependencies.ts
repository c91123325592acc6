import { type Ask, DetailedError, type Figures } from './health.ts';

/** What a client of PostgreSQL offers, as far as it is asked here; `pg` does. */
export interface DatabaseClient {
  connect(): Promise<{ query(sql: string): Promise<unknown>; release(): void }>;
}

/** The database: whether it lets us in, and whether it answers then. */
export function databaseCheck(pool: DatabaseClient): Ask {
  return async () => {
    const connection = await pool.connect().catch((error: unknown) => {
      throw new DetailedError(textOf(error), { canConnect: false, canQuery: false });
    });
    try {
      await connection.query('select 1 from rooms limit 1');
      return { canConnect: true, canQuery: true };
    } catch (error) {
      throw new DetailedError(textOf(error), { canConnect: true, canQuery: false });
    } finally {
      connection.release();
    }
  };
}

/** The video provider: whether it takes our token, and whether it lists rooms. */
export function hmsCheck(url: string, token: string): Ask {
  return async (signal) => {
    const response = await fetch(`${url}/v2/rooms?limit=1`, { headers: { authorization: `Bearer ${token}` }, signal });
    const canAuthenticate = response.status !== 401 && response.status !== 403;
    const body = (await response.json().catch(() => undefined)) as { readonly data?: unknown } | undefined;
    const canListRooms = response.ok && Array.isArray(body?.data);
    if (canAuthenticate && canListRooms) return { canAuthenticate, canListRooms };
    throw new DetailedError(`status ${response.status}`, { canAuthenticate, canListRooms });
  };
}

/** Something outside that only has to answer well. */
export function answeringCheck(url: string, headers: Readonly<Record<string, string>> = {}): Ask {
  return async (signal) => {
    const response = await fetch(url, { headers, signal });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`status ${response.status}`);
    return {};
  };
}

/** The figures of the plan that this endpoint shows, by the name of their signal. */
const SIGNALS: Readonly<Record<keyof Figures, string>> = {
  responseTime: 'response_time',
  errorRate: 'error_rate',
  queryTime: 'query_time',
  cacheHitRate: 'cache_hit_rate',
};

/** What Watchbill measured of the plan `kulti` in the last minutes: `GET /api/status` of its API, with a token that may read the plan. */
export function performanceOf(watchbill: string, token: string): (signal: AbortSignal) => Promise<Figures> {
  return async (signal) => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${watchbill}/api/status?plan=kulti`, { headers, signal });
    if (!response.ok) throw new Error(`status ${response.status}`);
    const { plans } = (await response.json()) as {
      readonly plans: readonly { readonly signals: readonly { readonly signal: string; readonly value?: number }[] }[];
    };
    const figure = (name: string): number | null =>
      plans[0]?.signals.find(({ signal: one }) => one === name)?.value ?? null;
    return {
      responseTime: figure(SIGNALS.responseTime),
      errorRate: figure(SIGNALS.errorRate),
      queryTime: figure(SIGNALS.queryTime),
      cacheHitRate: figure(SIGNALS.cacheHitRate),
    };
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
