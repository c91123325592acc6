import { createApplication } from '#http/application.ts';
import type { ApiServices } from '#http/services.ts';
import { type Access, createAccess } from '#http/sign-in/access.ts';
import { SESSION_COOKIE } from '#http/sign-in/cookie.ts';
import type { Clock } from '#kernel/ports.ts';
import { createSystemRandom } from '../../src/system-random.ts';
import { clock as systemClock, temporaryPostgres } from './postgres.ts';

export const ADMIN_TOKEN = 'wb_admin_of-this-test';
export const PASSWORD = 'what the tide brings';

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: each test knows what it asked for.
  readonly body: any;
  /** The token that the answer put into the session cookie; empty when it took it away. */
  readonly cookie: string | undefined;
}

export interface Asking {
  readonly method?: string;
  readonly body?: unknown;
  readonly cookie?: string | undefined;
  readonly bearer?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The real application with real sign-in on a PostgreSQL of its own. What reads and changes plans is stood in for. */
export async function startAccess(
  options: {
    readonly clock?: Clock;
    readonly plans?: readonly string[];
    /** What is not about sign-in. */
    readonly others?: Partial<ApiServices>;
    readonly publicUrl?: string;
    readonly trustedProxies?: number;
  } = {},
) {
  const database = await temporaryPostgres();
  const clock = options.clock ?? systemClock;
  const random = createSystemRandom();
  const plans = options.plans ?? ['shop', 'bakery'];
  const logged: string[] = [];
  const log = (message: string, detail?: unknown) => void logged.push(`${message} ${JSON.stringify(detail)}`);
  const start = (
    wanted: {
      /** In place of the real ones, sign-in included. */
      readonly services?: ApiServices;
    } = {},
  ): { access: Access; ask: (path: string, asking?: Asking) => Promise<Answered> } => {
    const access = createAccess({
      ...{ pool: database.pool, clock, random, adminToken: ADMIN_TOKEN, authSecret: 'x'.repeat(40) },
      isPlan: (name) => plans.includes(name),
      publicUrl: options.publicUrl ?? 'http://localhost',
    });
    const application = createApplication({
      services: wanted.services ?? withStandIns({ ...options.others, ...access.services }),
      authenticate: access.authenticate,
      audit: access.audit,
      hosts: ['localhost', 'watch.example'],
      ...{ random, clock, version: '1.2.3', log },
      ...(options.publicUrl === undefined ? {} : { publicUrl: options.publicUrl }),
      ...(options.trustedProxies === undefined ? {} : { trustedProxies: options.trustedProxies }),
    });
    return { access, ask: (path, asking) => ask((request) => application.fetch(request), path, asking) };
  };
  const first = start();
  return {
    ...first,
    pool: database.pool,
    logged,
    /** The same on the same database, as after a restart. */
    restart: start,
    /** Makes the first owner; the token of their session. */
    async setUpOwner(email = 'mia@shop.example'): Promise<string> {
      const token = (await first.access.makeSetUpPath())?.split('=')[1];
      const made = await first.ask('/set-up', { body: { token, name: 'Mia', email, password: PASSWORD } });
      if (made.cookie === undefined) throw new Error(made.text);
      return made.cookie;
    },
    /** Invites somebody as the admin token, and accepts; the token of their session. */
    async join(email: string, level: string, plan?: string): Promise<string> {
      const invited = await first.ask('/invitations', { bearer: ADMIN_TOKEN, body: { email, level, plan } });
      const token = String(invited.body.path).split('=')[1];
      const joined = await first.ask('/invitations/accept', { body: { token, name: email, password: PASSWORD } });
      if (joined.cookie === undefined) throw new Error(`${invited.text} ${joined.text}`);
      return joined.cookie;
    },
    close: database.close,
  };
}

async function ask(fetch: (request: Request) => Response | Promise<Response>, path: string, asking: Asking = {}) {
  const method = asking.method ?? (asking.body === undefined ? 'GET' : 'POST');
  const headers = new Headers({ host: 'localhost', ...asking.headers });
  if (asking.bearer !== undefined) headers.set('authorization', `Bearer ${asking.bearer}`);
  if (asking.cookie !== undefined) {
    headers.set('cookie', `theme=dark; ${SESSION_COOKIE}=${asking.cookie}`);
    if (method !== 'GET' && !headers.has('origin')) headers.set('origin', 'http://localhost');
  }
  if (asking.body !== undefined) headers.set('content-type', 'application/json');
  const init = { method, headers, ...(asking.body === undefined ? {} : { body: JSON.stringify(asking.body) }) };
  const response = await fetch(new Request(`http://localhost/api${path}`, init));
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: JSON.parse(text === '' ? 'null' : text),
    cookie: /watchbill-session=([^;]*);/.exec(response.headers.get('set-cookie') ?? '')?.[1],
  };
}

/** Services of any name that answer anything with nothing: an object for JSON, and an empty stream for streams. */
export function standIns(onAsked: (noun: string, name: string) => void = () => {}): ApiServices {
  const nothing = () => new ReadableStream({ start: (controller) => controller.close() });
  return new Proxy({} as ApiServices, {
    get: (_, noun) =>
      new Proxy(
        {},
        {
          get: (__, name) => () => {
            onAsked(String(noun), String(name));
            return Promise.resolve(nothing());
          },
        },
      ),
  });
}

function withStandIns(real: Partial<ApiServices>): ApiServices {
  const others = standIns();
  return new Proxy(others, { get: (_, noun) => real[noun as keyof ApiServices] ?? others[noun as keyof ApiServices] });
}
