import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createFaultSwitches, type FaultSwitches, faultEffects } from './faults.ts';
import { createFigures, type ShopFigures } from './figures.ts';
import { answer, listen, readBody, readObject, stop } from './http.ts';
import { createLeak } from './leak.ts';
import { startLoad } from './load.ts';
import { findProduct, type Product, products } from './products.ts';
import { shopFront, signUpForm } from './shop-front.ts';
import { createTelemetry, type TelemetryCounts } from './telemetry.ts';

export interface ShopOptions {
  /** Where customers come; 0 takes a free one. */
  readonly port: number;
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
  readonly faults: FaultSwitches;
  readonly figures: ShopFigures;
  readonly telemetry: Readonly<TelemetryCounts>;
  close(): Promise<void>;
}

/** What can be asked for; the pattern of a route is its name in the events. */
type Handler = (body: string, random: () => number) => Promise<{ readonly status: number; readonly body: unknown }>;

const REQUESTS_AT_ONCE = 200;
const PAYMENT_ATTEMPTS = 3;
const HEALTH_EVERY_MS = 2_000;

/**
 * A small shop that sells tea, with customers of its own. It knows Watchbill only as a place to send events to, as any
 * product would.
 */
export async function startShop(options: ShopOptions): Promise<Shop> {
  const random = options.random ?? Math.random;
  const telemetry = createTelemetry(options);
  const figures = createFigures(Date.now, memoryMb);
  const leak = createLeak();
  let requestsAtOnce = 0;

  const faults = createFaultSwitches((name, on) => {
    process.stdout.write(on ? `tea shop: BROKEN ${name}: ${faultEffects[name]}\n` : `tea shop: mended ${name}\n`);
    if (name === 'down') void (on ? stop(server) : listen(server, port));
    if (name === 'memory' && !on) leak.mend();
  });

  /** A query of this table. */
  async function database(table: string): Promise<void> {
    const startedAt = performance.now();
    const usualMs = 5 + 25 * random() ** 3;
    await wait(faults.isOn('database') ? usualMs + 1_000 + 2_000 * random() : usualMs);
    telemetry.record({
      name: 'query',
      time: Date.now(),
      event_id: randomUUID(),
      table,
      duration_ms: millisecondsSince(startedAt),
    });
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
      if (outcome === 'failed') figures.failedPayment();
      if (!broken || attempt === PAYMENT_ATTEMPTS) return outcome;
    }
  }

  const routes: Readonly<Record<string, Handler>> = {
    'GET /': async () => ({ status: 200, body: shopFront(products) }),
    'GET /health': async () => ({ status: 200, body: { status: 'ok' } }),
    'GET /products': async () => {
      await database('products');
      // One page in two thousand fails, as pages do.
      return random() < 0.0005 ? { status: 500, body: { error: 'shelf collapsed' } } : { status: 200, body: products };
    },
    'GET /sign-up': async () => ({ status: 200, body: signUpForm(!faults.isOn('sign-ups')) }),
    'POST /sign-ups': async () => {
      await database('users');
      const user = `user_${randomUUID()}`;
      telemetry.record({ name: 'sign_up', time: Date.now(), event_id: user, user });
      figures.signUp();
      return { status: 201, body: { user } };
    },
    'POST /orders': async (body) => {
      const order = readOrder(body);
      if (order === undefined)
        return { status: 400, body: { error: 'Send {"product": …, "quantity": …, "user": …}.' } };
      await database('orders');
      const { product, quantity, user } = order;
      const amount = Math.round(product.price * quantity * 100) / 100;
      if ((await pay(user, amount)) === 'failed') return { status: 402, body: { error: 'The payment did not work.' } };
      const id = `order_${randomUUID()}`;
      const at = Date.now();
      telemetry.record({ name: 'order', time: at, event_id: id, user, product: product.id, quantity, amount });
      figures.order({ id, at, product: product.name, quantity, amount, user });
      return { status: 201, body: { order: id, amount } };
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
    if (faults.isOn('memory')) leak.drip();
    answer(response, result.status, result.body);
    const durationMs = millisecondsSince(startedAt);
    figures.request(durationMs);
    telemetry.record({
      name: 'request',
      time: Date.now(),
      event_id: randomUUID(),
      method,
      // An unknown path is one route, or anybody could invent new ones.
      route: handler === undefined ? 'unknown' : path,
      status: result.status,
      duration_ms: durationMs,
    });
  }

  const server = createServer((request, response) => void serve(request, response));
  const port = await listen(server, options.port);
  const url = `http://127.0.0.1:${port}`;
  const load = startLoad({ url, factor: options.load ?? 1, random });
  const heartbeat = setInterval(() => {
    // Who is down says nothing at all.
    if (faults.isOn('down')) return;
    telemetry.record({ name: 'health', time: Date.now(), event_id: randomUUID(), memory: memoryMb() });
  }, HEALTH_EVERY_MS);

  return {
    url,
    faults,
    figures,
    telemetry: telemetry.counts,
    async close() {
      clearInterval(heartbeat);
      load.stop();
      faults.close();
      leak.mend();
      await stop(server);
      await telemetry.close();
    },
  };
}

interface OrderForm {
  readonly product: Product;
  readonly quantity: number;
  readonly user: string;
}

function readOrder(body: string): OrderForm | undefined {
  const order = readObject(body);
  const product = findProduct(order?.product);
  const quantity = order?.quantity;
  const user = order?.user;
  if (product === undefined || typeof user !== 'string' || user === '' || user.length > 100) return undefined;
  if (typeof quantity !== 'number' || !Number.isInteger(quantity) || quantity < 1 || quantity > 50) return undefined;
  return { product, quantity, user };
}

function memoryMb(): number {
  return Math.round(process.memoryUsage.rss() / 100_000) / 10;
}

function millisecondsSince(startedAt: number): number {
  return Math.round((performance.now() - startedAt) * 100) / 100;
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
