/** The shop's own figures, counted apart from what it tells Watchbill: what its page shows. */
export interface ShopFigures {
  request(durationMs: number): void;
  order(order: Order): void;
  /** A payment that did not work. */
  failedPayment(): void;
  signUp(): void;
  snapshot(): FiguresSnapshot;
}

export interface Order {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly product: string;
  readonly quantity: number;
  /** In dollars. */
  readonly amount: number;
  readonly user: string;
}

/** Series have one value a second, the oldest first; the second that still runs is not in them. */
export interface FiguresSnapshot {
  readonly orders: readonly number[];
  readonly failedPayments: readonly number[];
  readonly signUps: readonly number[];
  /** 95th percentile in milliseconds; null in a second without a request. */
  readonly responseMs: readonly (number | null)[];
  readonly memoryMb: readonly number[];
  readonly ordersPerMinute: number;
  readonly failedPaymentsPerMinute: number;
  readonly signUpsPerMinute: number;
  /** 95th percentile of the last ten seconds. */
  readonly recentResponseMs: number | null;
  readonly latestOrders: readonly Order[];
  /** Since the shop opened. */
  readonly totalOrders: number;
  readonly revenue: number;
}

export const SERIES_SECONDS = 120;
const RECENT_SECONDS = 10;
const LATEST_ORDERS = 8;

interface Second {
  readonly at: number;
  orders: number;
  failedPayments: number;
  signUps: number;
  memoryMb: number;
  readonly durationsMs: number[];
}

/** `now` in milliseconds; `memoryMb` is read once a second. */
export function createFigures(now: () => number, memoryMb: () => number): ShopFigures {
  const openedAt = Math.floor(now() / 1_000);
  const seconds: Second[] = [];
  const latest: Order[] = [];
  let totalOrders = 0;
  let revenue = 0;

  /** The second that runs; those in which nothing happened are filled in. */
  function current(): Second {
    const at = Math.floor(now() / 1_000);
    let last = seconds.at(-1);
    if (last === undefined || last.at < at) {
      const first = Math.max(last === undefined ? at : last.at + 1, at - SERIES_SECONDS);
      const memory = memoryMb();
      for (let second = first; second <= at; second += 1) {
        last = { at: second, orders: 0, failedPayments: 0, signUps: 0, memoryMb: memory, durationsMs: [] };
        seconds.push(last);
      }
      seconds.splice(0, seconds.length - SERIES_SECONDS - 1);
    }
    // A clock that was set back counts into the newest second.
    return last ?? { at, orders: 0, failedPayments: 0, signUps: 0, memoryMb: memoryMb(), durationsMs: [] };
  }

  return {
    request: (durationMs) => void current().durationsMs.push(durationMs),
    failedPayment() {
      current().failedPayments += 1;
    },
    signUp() {
      current().signUps += 1;
    },
    order(order) {
      current().orders += 1;
      totalOrders += 1;
      revenue += order.amount;
      latest.unshift(order);
      latest.splice(LATEST_ORDERS);
    },
    snapshot() {
      const running = current();
      const past = seconds.filter((second) => second !== running);
      const recent = past.slice(-RECENT_SECONDS);
      const watchedSeconds = Math.min(Math.max(running.at - openedAt, 1), 60);
      const perMinute = (key: 'orders' | 'failedPayments' | 'signUps'): number =>
        Math.round((past.slice(-60).reduce((sum, second) => sum + second[key], 0) * 60) / watchedSeconds);
      return {
        orders: past.map((second) => second.orders),
        failedPayments: past.map((second) => second.failedPayments),
        signUps: past.map((second) => second.signUps),
        responseMs: past.map((second) => percentile95(second.durationsMs)),
        memoryMb: past.map((second) => second.memoryMb),
        ordersPerMinute: perMinute('orders'),
        failedPaymentsPerMinute: perMinute('failedPayments'),
        signUpsPerMinute: perMinute('signUps'),
        recentResponseMs: percentile95(recent.flatMap((second) => second.durationsMs)),
        latestOrders: [...latest],
        totalOrders,
        revenue: Math.round(revenue * 100) / 100,
      };
    },
  };
}

/** The smallest value that at least 95% of the values do not exceed. */
function percentile95(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? null;
}
