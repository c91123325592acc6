import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compilePlan } from './compile.ts';

const compiled = (searches: string) =>
  compilePlan([
    {
      path: 'plan.yaml',
      text: `plan: shop\nsources:\n  orders: events "order" with amount in $\nsearches:\n${searches}`,
    },
  ]);

test('a search is the events of a source that satisfy its condition', () => {
  const { plan, diagnostics, notExecuted } = compiled(
    '  failed: logs where status = "FAILED" and path starts with "/api"\n  large: orders where amount > $100\n  all: errors\n',
  );
  expect([diagnostics, notExecuted]).toEqual([[], []]);
  expect(plan?.searches).toEqual([
    {
      name: 'failed',
      text: 'logs where status = "FAILED" and path starts with "/api"',
      event: 'log',
      where: {
        kind: 'and',
        of: [
          { kind: 'compare', field: 'status', operator: '=', value: 'FAILED' },
          { kind: 'text', field: 'path', test: 'starts with', text: '/api' },
        ],
      },
      units: {},
    },
    {
      name: 'large',
      text: 'orders where amount > $100',
      event: 'order',
      where: { kind: 'compare', field: 'amount', operator: '>', value: 100 },
      units: { amount: '$' },
    },
    { name: 'all', text: 'errors', event: 'error', units: {} },
  ]);
});

test('mistakes of a search are said at their place', () => {
  const { diagnostics } = compiled('  a: log where x = 1\n  b: logs where duration > 5\n');
  expect(diagnostics.map(({ line, column, code }) => `${line}:${column} ${code}`)).toEqual(['5:6 E131', '6:28 E150']);
});

test('what is not of events, or counted once, is named', () => {
  const { notExecuted } = compiled('  a: query main where x = 1\n  b: logs once per order_id\n');
  expect(notExecuted.map(({ where, what }) => `${where}: ${what}`)).toEqual([
    'searches.a: sources from a query',
    'searches.b: `once per` of a search',
  ]);
});

test('the searches of a whole plan are executed', () => {
  const text = readFileSync(new URL('./fixtures/rachelfoods.good.yaml', import.meta.url), 'utf8');
  const { plan } = compilePlan([{ path: 'plan.yaml', text }]);
  expect(plan?.searches?.map(({ name, event }) => `${name} ${event}`)).toEqual([
    'failed-payments log',
    'admin-actions log',
    'webhook-failures log',
    'failed-logins log',
    'smtp-errors log',
  ]);
});
