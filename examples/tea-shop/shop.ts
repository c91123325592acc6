import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createFaultSwitches, type FaultSwitches, faultEffects, isFaultName } from './faults.ts';
import { answer, listen, readBody, stop } from './http.ts';
import { startLoad } from './load.ts';
import { createTelemetry, type TelemetryCounts } from './telemetry.ts';

export interface ShopOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Where the faults are switched; loopback like the shop itself. */
  readonly controlPort: number;
  /** Watchbill's intake, e.g. `http://127.0.0.1:4318`. */
  readonly intakeUrl: string;
  /** A key of the plan that may write events. */
  readonly key: string;
  /** Customers, as a multiple of the usual few a second; 0 for an empty shop. */
  readonly load?: number;
  /** Uniform in [0, 1): decides who comes and what goes wrong. */
  readonly random?: () => number;
}

export interface Shop {
  readonly url: string;
  readonly controlUrl: string;
  readonly faults: FaultSwitches;
  readonly telemetry: Readonly<TelemetryCounts>;
  close(): Promise<void>;
}

const products = [
  { id: 'assam', name: 'Assam', price: 7.5 },
  { id: 'darjeeling', name: 'Darjeeling, first flush', price: 14.9 },
  { id: 'genmaicha', name: 'Genmaicha', price: 9.2 },
  { id: 'rooibos', name: 'Rooibos', price: 5.4 },
] as const;

/** What can be asked for; the pattern of a route is its name in the events. */
type Handler = (body: string, random: () => number) => Promise<{ readonly status: number; readonly body: unknown }>;

const REQUESTS_AT_ONCE = 200;
const PAYMENT_ATTEMPTS = 3;

/**
 * A small shop that sells tea, with customers of its own. It knows Watchbill only as a place to send events to, as any
 * product would.
 */
export async function startShop(options: ShopOptions): Promise<Shop> {
  const random = options.random ?? Math.random;
  const telemetry = createTelemetry(options);
  let requestsAtOnce = 0;

  const faults = createFaultSwitches((name, on) => {
    process.stdout.write(on ? `tea shop: BROKEN ${name}: ${faultEffects[name]}\n` : `tea shop: mended ${name}\n`);
    if (name === 'down') void (on ? stop(server) : listen(server, port));
  });

  async function database(): Promise<void> {
    const usualMs = 5 + 25 * random() ** 3;
    await wait(faults.isOn('database') ? usualMs + 1_000 + 2_000 * random() : usualMs);
  }

  /** Asks the payment provider, again when it does not work at all. Every attempt is a payment of its own. */
  async function pay(user: string, amount: number): Promise<'ok' | 'failed'> {
    for (let attempt = 1; ; attempt += 1) {
      await wait(20 + 30 * random());
      const broken = faults.isOn('payments');
      const declined = !broken && random() < 0.003;
      const outcome = broken || declined ? 'failed' : 'ok';
      const id = `pay_${randomUUID()}`;
      const reason = broken ? 'provider-error' : declined ? 'card-declined' : 'none';
      telemetry.record({
        name: 'payment',
        time: Date.now(),
        event_id: id,
        id,
        user,
        amount,
        value: amount,
        outcome,
        reason,
      });
      if (!broken || attempt === PAYMENT_ATTEMPTS) return outcome;
    }
  }

  const routes: Readonly<Record<string, Handler>> = {
    'GET /': async () => ({
      status: 200,
      body: '<h1>Tea</h1><p><a href="/products">Our teas</a>, <a href="/sign-up">join us</a>',
    }),
    'GET /health': async () => ({ status: 200, body: { status: 'ok' } }),
    'GET /products': async () => {
      await database();
      // One page in two thousand fails, as pages do.
      return random() < 0.0005 ? { status: 500, body: { error: 'shelf collapsed' } } : { status: 200, body: products };
    },
    'GET /sign-up': async () => {
      const button = faults.isOn('sign-ups') ? '' : '<button formaction="/sign-ups">Join</button>';
      return { status: 200, body: `<form method="post"><input name="email">${button}</form>` };
    },
    'POST /sign-ups': async () => {
      await database();
      const user = `user_${randomUUID()}`;
      telemetry.record({ name: 'sign_up', time: Date.now(), event_id: user, user });
      return { status: 201, body: { user } };
    },
    'POST /orders': async (body) => {
      const order = readOrder(body);
      if (order === undefined)
        return { status: 400, body: { error: 'Send {"product": …, "quantity": …, "user": …}.' } };
      await database();
      const outcome = await pay(order.user, order.amount);
      return outcome === 'ok'
        ? { status: 201, body: { order: randomUUID(), amount: order.amount } }
        : { status: 402, body: { error: 'The payment did not work.' } };
    },
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAt = performance.now();
    const method = request.method ?? 'GET';
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const handler = Object.hasOwn(routes, `${method} ${path}`) ? routes[`${method} ${path}`] : undefined;
    let result: Awaited<ReturnType<Handler>> = { status: 404, body: { error: 'No such page.' } };
    if (requestsAtOnce >= REQUESTS_AT_ONCE) {
      result = { status: 503, body: { error: 'The shop is full.' } };
    } else if (handler !== undefined) {
      requestsAtOnce += 1;
      try {
        const body = await readBody(request);
        result = body === undefined ? { status: 413, body: { error: 'Too long.' } } : await handler(body, random);
      } finally {
        requestsAtOnce -= 1;
      }
    }
    answer(response, result.status, result.body);
    telemetry.record({
      name: 'request',
      time: Date.now(),
      event_id: randomUUID(),
      method,
      // An unknown path is one route, or anybody could invent new ones.
      route: handler === undefined ? 'unknown' : path,
      status: result.status,
      duration_ms: Math.round((performance.now() - startedAt) * 100) / 100,
    });
  }

  const server = createServer((request, response) => void serve(request, response));
  const control = createServer((request, response) => void switchFault(request, response, faults));
  const port = await listen(server, options.port);
  const controlPort = await listen(control, options.controlPort);
  const url = `http://127.0.0.1:${port}`;
  const load = startLoad({ url, factor: options.load ?? 1, random });

  return {
    url,
    controlUrl: `http://127.0.0.1:${controlPort}`,
    faults,
    telemetry: telemetry.counts,
    async close() {
      load.stop();
      faults.close();
      await Promise.all([stop(server), stop(control)]);
      await telemetry.close();
    },
  };
}

/** `GET /faults` lists, `POST /faults/NAME {"on": true, "forSeconds": 60}` switches. */
async function switchFault(request: IncomingMessage, response: ServerResponse, faults: FaultSwitches): Promise<void> {
  const path = request.url ?? '';
  // A web page that the visitor has open may post to loopback too; only browsers send this header.
  if (request.headers.origin !== undefined) return answer(response, 403, { error: 'Not from a web page.' });
  if (request.method === 'GET' && path === '/faults')
    return answer(response, 200, { on: faults.active(), effects: faultEffects });
  const name = path.startsWith('/faults/') ? path.slice('/faults/'.length) : '';
  if (request.method !== 'POST' || !isFaultName(name)) {
    return answer(response, 404, { error: `POST /faults/NAME, with one of: ${Object.keys(faultEffects).join(', ')}.` });
  }
  const wanted = readObject((await readBody(request)) ?? '');
  const forSeconds = wanted?.forSeconds;
  if (typeof wanted?.on !== 'boolean' || (forSeconds !== undefined && !(Number(forSeconds) > 0))) {
    return answer(response, 400, {
      error: 'Send {"on": true} or {"on": false}, with "forSeconds" if it is to end by itself.',
    });
  }
  faults.set(name, wanted.on, forSeconds === undefined ? undefined : Number(forSeconds) * 1_000);
  answer(response, 200, { on: faults.active() });
}

function readOrder(body: string): { readonly user: string; readonly amount: number } | undefined {
  const order = readObject(body);
  const product = products.find((candidate) => candidate.id === order?.product);
  const quantity = order?.quantity;
  const user = order?.user;
  if (product === undefined || typeof user !== 'string' || user === '' || user.length > 100) return undefined;
  if (typeof quantity !== 'number' || !Number.isInteger(quantity) || quantity < 1 || quantity > 50) return undefined;
  return { user, amount: Math.round(product.price * quantity * 100) / 100 };
}

function readObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
