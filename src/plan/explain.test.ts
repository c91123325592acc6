import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compilePlan } from './compile.ts';
import { explainPlan } from './explain.ts';

test('the tea shop with its defaults', async () => {
  const text = readFileSync(new URL('../../examples/tea-shop/plan.yaml', import.meta.url), 'utf8');
  await expect(explainPlan(compilePlan([{ path: 'plan.yaml', text }]))).toMatchFileSnapshot(
    './fixtures/tea-shop.explained.txt',
  );
});

test('defaults that the author did not write are marked', () => {
  const explained = explainPlan(compilePlan([{ path: 'plan.yaml', text: 'plan: shop\n' }]));
  expect(explained).toContain('timezone: UTC  (default)');
  expect(explained).toContain('launch: on command  (default)');
});

test('a plan with errors explains nothing', () => {
  expect(explainPlan(compilePlan([{ path: 'plan.yaml', text: 'plan: 5\n' }]))).toBe('');
});

test('probes and heartbeats with their defaults', () => {
  const text = `plan: shop
timezone: Europe/Berlin
phases: { day-one: T+0 .. T+1d }
probes:
  shop: { check: GET https://shop.example, every: { day-one: 5s, otherwise: 1m }, while-failing: 2s }
  tls:  { check: "tls shop.example:443", every: 12h, expect: [days_left > 14, time < 2s] }
heartbeats:
  backup: { every: cron "0 3 * * *" }
  export: { every: 1h, grace: 5m, longest: 10m }
`;
  expect(explainPlan(compilePlan([{ path: 'plan.yaml', text }]))).toContain(`probes:
  shop: GET https://shop.example
    every: day-one: 5s; otherwise: 1m
    while failing: 2s
    timeout: 2s
    expects: a status from 200 to 299  (default)
    a result is fresh for: 2m2s  (default)
  tls: tls shop.example:443
    every: 12h
    timeout: 10s  (default)
    expects: days_left > 14, time < 2s
    a result is fresh for: 1d10s  (default)
heartbeats:
  backup: cron "0 3 * * *" in Europe/Berlin
    late after: 10m  (default)
  export: every 1h
    late after: 5m
    a run lasts at most: 10m
`);
});

test('services with what means that they are down, and the rules that are quiet then', () => {
  const text = `plan: shop
people: { mia: { email: mia@tea.example } }
severities: { urgent: { notify: [mia by app] } }
sources: { orders: events "order" }
services:
  shop:     { importance: critical, needs: [api, cache] }
  api:      { needs: [database] }
  cache:    { down: orders-stop }
  database: { down: [] }
probes:
  api:      { check: "tcp api.shop.example:443", service: api }
  database: { check: "tcp db.shop.example:5432", service: database }
rules:
  orders-stop:   { when: count(orders) < 1 in 5m, severity: urgent, service: shop }
  orders-few:    { when: count(orders) < 9 in 5m, severity: urgent, service: shop }
  api-down:      { when: api failing, severity: urgent, service: api }
  database-down: { when: database failing, severity: urgent, service: database }
`;
  const explained = explainPlan(compilePlan([{ path: 'plan.yaml', text }]));
  expect(explained).toContain(`services:
  shop: critical
    needs: api, cache
    down while: no rule says so  (default)
  api
    needs: database
    down while: api-down fires  (default)
  cache
    down while: orders-stop fires
  database
    down while: no rule says so
`);
  const quiet = explained.split('\n').filter((line) => line.includes('silent while down'));
  expect(quiet.map((line) => line.trim())).toEqual([
    'silent while down: api (api-down)',
    'silent while down: api (api-down)',
    'silent while down: cache (orders-stop)',
  ]);
});

test('what a target leaves room for, in each phase where that differs', () => {
  const text = `plan: shop
launch: 2026-01-20T09:00:00Z
phases: { early: days 1 to 1, middle: days 2 to 3, late: from day 4 }
probes: { api: { check: GET https://shop.example/, every: 1m } }
signals:
  uptime: availability(api) over 30d
  phased: availability(api) this phase
  launched: availability(api) since launch
objectives:
  uptime: { early: target >= 99%, otherwise: target >= 99.9% }
  phased: { early: target >= 99%, middle: target >= 99.5%, late: target > 99.9% }
  launched: target >= 99.9%
`;
  const explained = explainPlan(compilePlan([{ path: 'plan.yaml', text }]));
  for (const line of [
    'error budget: 43m12s of 30d or 7h12m of 30d',
    'error budget: 9m of 15h of early or 14m24s of 2d of middle or 0.1% of late',
    'error budget: 0.1% of the time since launch',
    'the known time of the phase in force',
  ]) {
    expect(explained).toContain(line);
  }
});

test('when a rule that only people decide resolves, and one that waits for a window', () => {
  const text = `plan: shop
people: { mia: { email: mia@tea.example } }
severities: { soon: { notify: [mia by app] } }
sources: { orders: events "order" }
reviews: { first-orders: { of: orders, first: 5, by: mia } }
comparisons: { till: { of: orders, key: number, by: mia } }
rules:
  wrong: { when: first-orders wrong or till differs, severity: soon }
  refused: { when: any orders where total < 0, severity: soon }
`;
  const explained = explainPlan(compilePlan([{ path: 'plan.yaml', text }]));
  expect(explained.match(/resolved after: .*/gu)).toEqual([
    'resolved after: at once when what people say makes it false  (default)',
    'resolved after: at once when the last one leaves the window  (default)',
  ]);
});
