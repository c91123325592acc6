import { expect, test } from 'vitest';
import { compilePlan } from '../compile.ts';
import { completeAt } from '../editor/complete.ts';
import { highlight } from '../editor/highlight.ts';
import { explainPlan } from '../explain.ts';

const text = `plan: shop
people: { mia: { email: mia@tea.example } }
severities: { urgent: { notify: [mia by app] } }
services: { database: {} }
sources: { sales: events "sale" }
phases: { early: T+0 .. T+1d, late: from T+1d }
probes:
  totals: { check: GET https://shop.example/totals }
  health: { check: GET https://shop.example/health, parts: { database: json.database } }
heartbeats:
  backup: { every: 1h }
reviews:
  first-sales: { of: sales, first: 20, by: mia }
comparisons:
  by-hand: { of: sales, key: invoice, by: mia }
rules:
  totals: { when: totals failing or health failing or backup late or first-sales wrong or by-hand differs, severity: urgent }
assessments:
  everything: { of: [probe totals, rule totals, health.database, backup, first-sales, by-hand] }
  late-only:  { of: backup, during: [late] }
`;

test('an assessment names checks of every kind, and phases in the order of the plan', () => {
  const compilation = compilePlan([{ path: 'plan.yaml', text }]);
  expect(compilation.diagnostics).toEqual([]);
  expect(compilation.plan?.assessments).toEqual([
    {
      name: 'everything',
      of: [
        { kind: 'probe', name: 'totals' },
        { kind: 'rule', name: 'totals' },
        { kind: 'part', name: 'health.database', probe: 'health', part: 'database' },
        { kind: 'heartbeat', name: 'backup' },
        { kind: 'review', name: 'first-sales' },
        { kind: 'comparison', name: 'by-hand' },
      ],
      during: ['early', 'late'],
    },
    { name: 'late-only', of: [{ kind: 'heartbeat', name: 'backup' }], during: ['late'] },
  ]);
  expect(explainPlan(compilation)).toContain(`assessments:
  everything: probe totals, rule totals, part health.database, heartbeat backup, review first-sales, comparison by-hand
    a verdict for each of: early, late  (every phase)
  late-only: heartbeat backup
    a verdict for each of: late
`);
});

test('the editor knows what an assessment may name', () => {
  const at = (before: string, after: string): readonly string[] => {
    const typed = `${text}  new: { ${before}`;
    return completeAt(`${typed}${after}\n`, typed.length)?.items.map(({ label }) => label) ?? [];
  };
  expect(at('of: [backup, ', '] }')).toEqual(
    expect.arrayContaining(['totals', 'health.database', 'backup', 'first-sales', 'by-hand']),
  );
  expect(at('of: [backup], during: ', ' }')).toEqual(expect.arrayContaining(['early', 'late']));
  const unknown = (plan: string) => highlight(plan).filter((one) => one.class === 'unknown');
  expect(unknown(text)).toEqual([]);
  const wrong = unknown(text.replace('rule totals', 'rule totls')).map(({ start, end }) => text.slice(start, end));
  expect(wrong).toHaveLength(1);
});
