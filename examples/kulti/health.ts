import { createServer, type Server } from 'node:http';

/** Asks one thing that the product needs, and tells details of it; rejects with the reason when it is not well. */
export type Ask = (signal: AbortSignal) => Promise<Details>;
type Details = Readonly<Record<string, string | number | boolean>>;

/** What is told of one thing that was asked. */
export type CheckAnswer = Details & {
  readonly state: 'up' | 'down';
  readonly latencyMs: number;
  /** ISO 8601: when the answer, or the want of one, was known. */
  readonly checkedAt: string;
  /** Why it is down. */
  readonly message?: string;
};

/** Of the last minutes; null where nothing is known. Times in ms, shares from 0 to 1. */
export interface Figures {
  readonly responseTime: number | null;
  readonly errorRate: number | null;
  readonly queryTime: number | null;
  readonly cacheHitRate: number | null;
}

export interface HealthAnswer {
  /** `ok` only when everything that the product cannot do without is up. */
  readonly status: 'ok' | 'down';
  readonly timestamp: string;
  readonly checks: {
    readonly database: CheckAnswer;
    readonly hms: CheckAnswer;
    readonly external: { readonly state: 'operational' | 'degraded' } & Readonly<
      Record<string, CheckAnswer | 'operational' | 'degraded'>
    >;
  };
  readonly performance: Figures;
}

export interface HealthOptions {
  readonly database: Ask;
  readonly hms: Ask;
  /** What it can do without for a while, by name. */
  readonly external: Readonly<Record<string, Ask>>;
  readonly performance: (signal: AbortSignal) => Promise<Figures>;
  /** Each check has so long, whatever the others do. */
  readonly timeoutMs: number;
  readonly now: () => number;
}

const NOTHING_KNOWN: Figures = { responseTime: null, errorRate: null, queryTime: null, cacheHitRate: null };

/** Asks everything at the same time. Takes no longer than the time that one check has, and never rejects. */
export async function readHealth(options: HealthOptions): Promise<HealthAnswer> {
  const { timeoutMs, now } = options;
  const names = Object.keys(options.external);
  const [database, hms, figures, ...others] = await Promise.all([
    check(options.database, timeoutMs, now),
    check(options.hms, timeoutMs, now),
    withinTime(options.performance, timeoutMs).catch(() => NOTHING_KNOWN),
    ...names.map((name) => check(options.external[name] as Ask, timeoutMs, now)),
  ]);
  const isWell = database.state === 'up' && hms.state === 'up';
  const state = others.every((other) => other.state === 'up') ? 'operational' : 'degraded';
  const external = {
    ...Object.fromEntries(names.map((name, index) => [name, others[index] as CheckAnswer])),
    state,
  } as const;
  return {
    status: isWell ? 'ok' : 'down',
    timestamp: new Date(now()).toISOString(),
    checks: { database, hms, external },
    performance: figures,
  };
}

/** `GET /api/health`: 200 when it is well, 503 when not. */
export function createHealthServer(options: HealthOptions): Server {
  return createServer((request, response) => {
    if (request.url?.split('?', 1)[0] !== '/api/health') {
      response.writeHead(404).end();
      return;
    }
    void readHealth(options).then((health) => {
      response.writeHead(health.status === 'ok' ? 200 : 503, {
        'content-type': 'application/json',
        'cache-control': 'no-store',
      });
      response.end(JSON.stringify(health));
    });
  });
}

async function check(ask: Ask, timeoutMs: number, now: () => number): Promise<CheckAnswer> {
  const began = performance.now();
  const done = () => ({
    latencyMs: Math.round((performance.now() - began) * 10) / 10,
    checkedAt: new Date(now()).toISOString(),
  });
  try {
    return { ...(await withinTime(ask, timeoutMs)), state: 'up', ...done() };
  } catch (error) {
    const details = error instanceof DetailedError ? error.details : {};
    return { ...details, state: 'down', message: error instanceof Error ? error.message : String(error), ...done() };
  }
}

/** Why a check is down, with what is known of it all the same. */
export class DetailedError extends Error {
  override readonly name = 'DetailedError';
  readonly details: Details;

  constructor(message: string, details: Details) {
    super(message);
    this.details = details;
  }
}

/** The task's result, or a rejection when its time is over, also when the task does not heed the signal. */
function withinTime<Result>(task: (signal: AbortSignal) => Promise<Result>, timeoutMs: number): Promise<Result> {
  const signal = AbortSignal.timeout(timeoutMs);
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`no answer within ${timeoutMs} ms`)), { once: true });
  });
  return Promise.race([task(signal), late]);
}
