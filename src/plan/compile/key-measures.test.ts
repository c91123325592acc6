import { expect, test } from 'vitest';
import { compilePlan } from '../compile.ts';
import { explainPlan } from '../explain.ts';
import type { CompiledPlan } from '../model.ts';

const BEFORE = `plan: keys
sources:
  sales:  events "sale" once per id
  orders: events "production_order"
people: { mia: { email: mia@tea.example } }
severities: { urgent: { notify: [mia by email] } }
`;

function compiled(signals: string, rules = '{}'): CompiledPlan | undefined {
  const { plan, diagnostics, notExecuted } = compilePlan([
    { path: 'plan.yaml', text: `${BEFORE}signals: ${signals}\nrules: ${rules}\n` },
  ]);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(notExecuted).toEqual([]);
  return plan;
}

test('keys are measured over up to 24 hours, in the window of the signal or of the condition', () => {
  const plan = compiled(
    '{ twice: "duplicates(sales.invoice where total > 0) over 24h", unlinked: "missing(sales.id, orders.sale_id)" }',
    '{ links: { when: unlinked > 0 in 6h, severity: urgent }, again: { when: "twice over 2h > 0", severity: urgent } }',
  );
  expect(Object.values(plan?.measures ?? {}).map(({ id: _, ...measure }) => measure)).toEqual([
    {
      text: 'duplicates(sales.invoice where total > 0) over 1d',
      function: 'duplicates',
      source: 'sales',
      where: { kind: 'compare', field: 'total', operator: '>', value: 0 },
      field: 'invoice',
      by: [],
      window: { kind: 'sliding', ms: 86_400_000 },
    },
    {
      text: 'missing(sales.id, orders.sale_id) over 6h',
      function: 'missing',
      source: 'sales',
      field: 'id',
      by: [],
      window: { kind: 'sliding', ms: 21_600_000 },
      partner: { source: 'orders', field: 'sale_id' },
      graceMs: 300_000,
    },
    expect.objectContaining({ function: 'duplicates', window: { kind: 'sliding', ms: 7_200_000 } }),
  ]);
  expect(Object.keys(plan?.sources ?? {})).toEqual(['sales', 'orders']);
});

test('a stream of keys that nothing uses is shown over the longest window', () => {
  const plan = compiled('{ unlinked: "missing(sales.id, orders.sale_id within 2h)" }');
  expect(Object.values(plan?.measures ?? {})).toMatchObject([{ window: { ms: 86_400_000 }, graceMs: 7_200_000 }]);
});

test('how long a value may wait, and whose partner it waits for, make another measure', () => {
  const plan = compiled(
    '{ a: "missing(sales.id, orders.sale_id) over 24h", b: "missing(sales.id, orders.sale_id within 5m) over 24h", ' +
      'c: "missing(sales.id, orders.sale_id within 10m) over 24h", d: "missing(sales.id, orders.id) over 24h" }',
  );
  expect(new Set(plan?.signals.map(({ formula }) => JSON.stringify(formula))).size).toBe(3);
});

test('keys are split where they are measured, and where a signal is used', () => {
  const plan = compiled(
    '{ twice: "duplicates(sales.invoice by branch) over 24h", unlinked: "missing(sales.id, orders.sale_id within 30m by branch)" }',
    '{ links: { when: unlinked by till > 0 in 6h, severity: urgent } }',
  );
  expect(Object.values(plan?.measures ?? {})).toMatchObject([
    { function: 'duplicates', by: ['branch'] },
    { function: 'missing', by: ['branch', 'till'], graceMs: 1_800_000 },
  ]);
  expect(plan?.signals.map(({ name, by }) => [name, by])).toEqual([
    ['twice', ['branch']],
    ['unlinked in 6h by till', ['branch', 'till']],
  ]);
});

test('how long partners are known stands in what a plan means', () => {
  const text = `${BEFORE}signals: { unlinked: "missing(sales.id, orders.sale_id) over 6h" }\n`;
  expect(explainPlan(compilePlan([{ path: 'plan.yaml', text }]))).toContain(
    'window: the last 6h, moving by 6s, after a wait of 5m; a partner is forgotten after 7h\n',
  );
});
