import { expect, test } from 'vitest';
import { compilePlan } from '#plan/compile.ts';
import { worseOf } from './worse-value.ts';

const text = `plan: erp
timezone: UTC
launch: 2026-03-02 08:00
phases:
  first: T+0 .. T+24h
  later: from T+24h
people:
  mia: { email: mia@tea.example }
sources:
  orders: events "order" with total in $
signals:
  twice:      duplicates(orders.number by branch) over 1h
  response:   p95(requests.duration) over 5m
  orders_in:  rate(orders) over 5m
  total:      sum(orders.total) over 1h
  stock:      max(orders.total) over 2h
  between_us: avg(orders.total) over 1h
  off:        max(orders.total) over 1h
objectives:
  response: target < 500ms
severities:
  soon: { notify: [mia by app] }
rules:
  few:    { when: orders_in < 2/min, until: orders_in > 3/min, severity: soon }
  stuck:  { when: response < 1ms, severity: soon }
  strange: { when: between_us < $1 or between_us > $9, severity: soon }
  spread: { when: total - stock > $5, severity: soon }
  resting: { when: off > $9, severity: soon, enabled: false }
`;

const { plan, diagnostics } = compilePlan([{ path: 'plan.yaml', text }]);

test.each<[string, 'higher' | 'lower' | undefined, string]>([
  ['twice', 'higher', 'every further one is a fault'],
  ['response', 'higher', 'its objective says so, whatever a rule reads'],
  ['orders_in', 'lower', 'the one rule fires below, and resolves above'],
  ['between_us', undefined, 'rules fire on both sides'],
  ['total', undefined, 'only a difference of it is compared'],
  ['off', undefined, 'its rule rests'],
])('of values of %s the worse is the %s one: %s', (name, worse) => {
  const signal = plan?.signals.find((one) => one.name === name);
  if (plan === undefined || signal === undefined) throw new Error(JSON.stringify(diagnostics));
  expect(worseOf(plan, signal, 'first')).toBe(worse);
});
