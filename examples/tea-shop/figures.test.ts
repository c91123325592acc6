import { expect, test } from 'vitest';
import { createFigures, SERIES_SECONDS } from './figures.ts';

const START = 1_772_440_000_000;

function figuresAt() {
  let now = START;
  const figures = createFigures(
    () => now,
    () => 100 + (now - START) / 1_000,
  );
  return { figures, pass: (seconds: number) => (now += seconds * 1_000) };
}

const order = { id: 'o', at: START, product: 'assam', quantity: 1, amount: 7.5, user: 'mia' };

test('an empty shop has no response time, and zero of the rest', () => {
  const { figures } = figuresAt();
  expect(figures.snapshot()).toMatchObject({ orders: [], recentResponseMs: null, ordersPerMinute: 0, revenue: 0 });
});

test('each second has its value, also one in which nothing happened; the running one waits', () => {
  const { figures, pass } = figuresAt();
  figures.order(order);
  figures.order({ ...order, amount: 10.1 });
  pass(2);
  figures.signUp();
  expect(figures.snapshot()).toMatchObject({ orders: [2, 0], signUps: [0, 0], totalOrders: 2, revenue: 17.6 });
  pass(1);
  expect(figures.snapshot()).toMatchObject({ orders: [2, 0, 0], signUps: [0, 0, 1], memoryMb: [100, 102, 102] });
});

test('rates are of a minute, or of the time since the shop opened, made into one', () => {
  const { figures, pass } = figuresAt();
  for (let second = 0; second < 30; second += 1) {
    figures.order(order);
    pass(1);
  }
  expect(figures.snapshot().ordersPerMinute).toBe(60);
  pass(45);
  expect(figures.snapshot().ordersPerMinute).toBe(15);
});

test('the response time is that which 95 of 100 requests keep', () => {
  const { figures, pass } = figuresAt();
  for (let duration = 1; duration <= 100; duration += 1) figures.request(duration);
  pass(1);
  const { responseMs, recentResponseMs } = figures.snapshot();
  expect([responseMs, recentResponseMs]).toEqual([[95], 95]);
  pass(11);
  expect(figures.snapshot().recentResponseMs).toBeNull();
});

test('two minutes are kept, and the last orders, however long it runs', () => {
  const { figures, pass } = figuresAt();
  for (let second = 0; second < 500; second += 1) {
    figures.order({ ...order, id: String(second) });
    pass(1);
  }
  pass(10_000);
  const { orders, latestOrders, totalOrders } = figures.snapshot();
  expect(orders).toHaveLength(SERIES_SECONDS);
  expect(latestOrders.map(({ id }) => id)).toEqual(['499', '498', '497', '496', '495', '494', '493', '492']);
  expect(totalOrders).toBe(500);
});
