import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as Sentry from '@sentry/node';

/**
 * A shop that knows Watchbill by a DSN alone: the stock SDK, a plain HTTP server, and failures of five kinds. It asks itself and counts what it
 * does, and prints the counts as one line of JSON. Every tenth envelope is sent a second time, as after a lost answer.
 */
const REQUESTS = Number(process.env['REQUESTS'] ?? 420);
const USERS = 40;
const AT_ONCE = 12;
const REPEAT_EVERY = 10;

let envelopes = 0;
let repeated = 0;
Sentry.init({
  dsn: process.env['SENTRY_DSN'] ?? '',
  tracesSampleRate: 1,
  release: process.env['RELEASE'] ?? 'shop@1.0.0',
  environment: 'test',
  transport: (options) => {
    const stock = Sentry.makeNodeTransport(options);
    return {
      ...stock,
      async send(envelope) {
        envelopes += 1;
        if (envelopes % REPEAT_EVERY === 0) {
          repeated += 1;
          await stock.send(envelope);
        }
        return stock.send(envelope);
      },
    };
  },
});

class PaymentError extends Error {
  override readonly name = 'PaymentError';
}

/** Each throws at a place of its own, with something in its message that is never the same. */
const failures: Readonly<Record<string, (number: number) => void>> = {
  PaymentError: function chargeCard(number) {
    throw new PaymentError(`card ${4_000 + number} was declined`);
  },
  TypeError: function readCart(number) {
    const carts: Record<string, { readonly total: number } | undefined> = {};
    // biome-ignore lint/style/noNonNullAssertion: the mistake is what is sent
    carts[`cart-${number}`]!.total.toFixed();
  },
  RangeError: function setQuantity(number) {
    new Array(-1 - number).fill(0);
  },
  Error: function findOrder(number) {
    throw new Error(`order ${randomUUID()} was not found`, { cause: new SyntaxError(`row ${number}`) });
  },
};

const counted = {
  errors: 0,
  byKind: {} as Record<string, number>,
  users: new Set<string>(),
  usersOfKind: {} as Record<string, Set<string>>,
  requests: 0,
  failedRequests: 0,
};

function count(kind: string, user: string): void {
  counted.errors += 1;
  counted.byKind[kind] = (counted.byKind[kind] ?? 0) + 1;
  counted.users.add(user);
  counted.usersOfKind[kind] ??= new Set();
  counted.usersOfKind[kind].add(user);
}

function fail(number: number, user: string): void {
  const kinds = Object.entries(failures);
  const [kind, run] = kinds[number % kinds.length] as (typeof kinds)[number];
  try {
    run(number);
  } catch (error) {
    count(kind, user);
    Sentry.captureException(error);
  }
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://shop.example');
  const number = Number(url.searchParams.get('number'));
  const user = `user-${number % USERS}`;
  Sentry.setUser({ id: user, email: `${user}@shop.example` });
  Sentry.setTag('shelf', String(number % 3));
  fail(number, user);
  fail(number * 7 + 1, user);
  if (number % 2 === 0) {
    count('message', user);
    Sentry.captureMessage(`worker ${number} stalled`, 'error');
  }
  counted.requests += 1;
  const isFailed = number % 6 === 0;
  if (isFailed) counted.failedRequests += 1;
  response.statusCode = isFailed ? 500 : 200;
  response.end('{}');
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address() as AddressInfo;

const routes = ['/checkout', '/search', '/orders/'];
for (let from = 0; from < REQUESTS; from += AT_ONCE) {
  const numbers = Array.from({ length: AT_ONCE }, (_, index) => from + index);
  await Promise.all(
    numbers.map(async (number) => {
      const route = routes[number % routes.length];
      const path = route === '/orders/' ? `${route}${number}` : route;
      const answer = await fetch(`http://127.0.0.1:${port}${path}?number=${number}`);
      await answer.text();
    }),
  );
  // The SDK keeps 64 envelopes and drops the rest: a shop that is watched is not always as busy as this one.
  await Sentry.flush(5_000);
}
await Sentry.close(5_000);
server.close();

const usersOfKind = Object.fromEntries(Object.entries(counted.usersOfKind).map(([kind, users]) => [kind, users.size]));
process.stdout.write(`${JSON.stringify({ ...counted, users: counted.users.size, usersOfKind, repeated })}\n`);
