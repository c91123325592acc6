import { expect, test } from 'vitest';
import { DAY_MS } from '#kernel/instant.ts';
import { compilePlan } from '#plan/compile.ts';
import { budgetText } from '#plan/error-budget.ts';
import { viewBudgetsOf } from './budget-view.ts';

const { plan } = compilePlan([
  {
    path: 'plan.yaml',
    text: `plan: shop
launch: 2026-01-20T09:00:00Z
phases: { early: T+0 .. T+7d, late: from T+7d }
severities: { soon: { notify: [] } }
probes:
  api: { check: GET https://shop.example/, every: 1m }
  web: { check: GET https://shop.example/, every: 1m }
signals:
  uptime: availability(api) over 30d
  web_uptime: availability(web) over 7d
  uptime_burn: burn(uptime) over 6h
objectives:
  uptime: { early: target >= 99%, otherwise: target >= 99.9% }
rules:
  fast: { when: burn(uptime) > 14.4 in 1h and burn(uptime) > 14.4 in 5m, severity: soon }
  slow: { when: uptime_burn > 6, severity: soon }
  lately: { when: uptime over 1h < 50%, severity: soon }
  low: { when: uptime is off target, severity: soon }
  other: { when: web_uptime < 99%, severity: soon }
  failing: { when: api failing, severity: soon }
`,
  },
]);
if (plan === undefined) throw new Error('the plan of the test is wrong');

const readings = [
  {
    signal: 'uptime',
    group: '[]',
    reading: {
      state: 'value',
      value: 0.9995,
      sampleSize: 30 * 24 * 60,
      knownMs: 30 * DAY_MS,
      at: (plan.launch ?? 0) + 40 * DAY_MS,
    },
  },
] as const;

function budgetsOf(rule: string, phase: string) {
  const found = plan?.rules.find(({ name }) => name === rule);
  if (plan === undefined || found === undefined) throw new Error(`there is no rule ${rule}`);
  const line = { kind: 'line', key: 'line', phase } as unknown as Parameters<typeof viewBudgetsOf>[0]['line'];
  return viewBudgetsOf({ plan, line }, found, readings);
}

test('a rule tells of the budget of what it reads, in whatever window, and of that whose burn it reads', () => {
  for (const rule of ['fast', 'slow', 'lately', 'low']) {
    const budgets = budgetsOf(rule, 'late');
    expect(budgets.map(({ signal }) => signal)).toEqual(['uptime']);
    expect(budgets.map(budgetText)).toEqual([
      '21m36s of the 43m12s that a target of 99.9% allows used, 21m36s left, 0.5 times as fast as allowed',
    ]);
  }
  for (const rule of ['other', 'failing']) expect(budgetsOf(rule, 'late')).toEqual([]);
});

test('the target is that of the phase in force', () => {
  expect(budgetsOf('fast', 'early').map(budgetText)).toEqual([
    '21m36s of the 7h12m that a target of 99% allows used, 6h50m24s left, 0.05 times as fast as allowed',
  ]);
});

test('more may be gone than there is', () => {
  const budget = { target: 0.99, allowedMs: 60_000, usedMs: 90_000, leftMs: -30_000, burn: 1.5 };
  expect(budgetText(budget)).toBe(
    '1m30s of the 1m that a target of 99% allows used, 30s more than there is, 1.5 times as fast as allowed',
  );
});
