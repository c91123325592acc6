/** The customers: loops that walk through the shop over real HTTP. */
export interface Load {
  stop(): void;
}

interface LoadOptions {
  readonly url: string;
  readonly factor: number;
  readonly random: () => number;
}

/** A shop's day, shortened so that one can watch it: custom rises and falls by a quarter. */
const DAY_MS = 600_000;
const VISITORS_AT_ONCE = 100;
const REQUEST_TIMEOUT_MS = 10_000;

const teas = ['assam', 'darjeeling', 'genmaicha', 'rooibos'] as const;

/** Visits a second at noon's and midnight's middle. Buyers come evenly enough that a second seldom passes without one. */
const journeys = { browse: 3, buy: 4, join: 0.5 } as const;

/** Starts the customers; they stop coming when told, and those in the shop leave. */
export function startLoad(options: LoadOptions): Load {
  const stopped = new AbortController();
  const timers = new Map<string, NodeJS.Timeout>();
  const visits = { browse, buy, join };
  let visitors = 0;

  function comeAgain(journey: keyof typeof journeys): void {
    const timeOfDay = 1 + 0.25 * Math.sin((2 * Math.PI * Date.now()) / DAY_MS);
    const everyMs = 1_000 / (journeys[journey] * options.factor * timeOfDay);
    const timer = setTimeout(
      () => {
        comeAgain(journey);
        if (visitors >= VISITORS_AT_ONCE) return;
        visitors += 1;
        // A shop that does not answer is left; the shop's own figures show it.
        visits[journey]()
          .catch(() => {})
          .finally(() => {
            visitors -= 1;
          });
      },
      everyMs * (0.5 + options.random()),
    );
    timers.set(journey, timer);
  }

  async function browse(): Promise<void> {
    await request('GET', '/');
    await request('GET', '/products');
  }

  async function buy(): Promise<void> {
    await request('GET', '/products');
    const product = teas[Math.floor(options.random() * teas.length)] ?? teas[0];
    const order = {
      product,
      quantity: 1 + Math.floor(options.random() * 3),
      user: `guest_${Math.floor(options.random() * 1e6)}`,
    };
    const first = await request('POST', '/orders', order);
    // Who cannot pay tries once more.
    if (first.status === 402) await request('POST', '/orders', order);
  }

  async function join(): Promise<void> {
    const form = await request('GET', '/sign-up');
    if (form.text.includes('formaction="/sign-ups"')) await request('POST', '/sign-ups', {});
  }

  async function request(method: string, path: string, body?: unknown): Promise<{ status: number; text: string }> {
    const response = await fetch(new URL(path, options.url), {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      signal: AbortSignal.any([stopped.signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
    });
    return { status: response.status, text: await response.text() };
  }

  if (options.factor > 0) for (const journey of Object.keys(journeys)) comeAgain(journey as keyof typeof journeys);
  return {
    stop() {
      for (const timer of timers.values()) clearTimeout(timer);
      stopped.abort();
    },
  };
}
