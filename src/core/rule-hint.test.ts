import { expect, test } from 'vitest';
import { compilePlan } from '#plan/compile.ts';
import { ruleHint } from './rule-hint.ts';

function hint(name: string, rules: string): string {
  const text = `plan: shop
severities: { soon: { notify: [] } }
signals:
  refused: count(requests where status >= 500) over 5m
  orders: count(requests) over 5m
${rules === '' ? '' : `rules:\n${rules}`}`;
  const { plan } = compilePlan([{ path: 'plan.yaml', text }]);
  if (plan === undefined) throw new Error('the plan of the test is wrong');
  return ruleHint(plan, name);
}

const RULES = `  errors-high: { when: refused > 5, severity: soon }
  many-errors: { when: refused > 50 and orders > 3, severity: soon }
`;

test('what is near, else all rules', () => {
  expect(hint('error-high', RULES)).toBe('Did you mean `errors-high`?');
  expect(hint('nothing', RULES)).toBe('The rules are errors-high and many-errors.');
  expect(hint('nothing', '')).toBe('The plan has no rules.');
});

test('of a signal the rules that read it', () => {
  expect(hint('refused', RULES)).toBe('`refused` is a signal; the rules that read it are errors-high and many-errors.');
  expect(hint('orders', RULES)).toBe('`orders` is a signal; the rule that reads it is many-errors.');
  expect(hint('orders', '')).toBe('`orders` is a signal; no rule reads it.');
});

test('of many rules the first', () => {
  const many = Array.from({ length: 23 }, (_, at) => `  r${at}: { when: refused > ${at}, severity: soon }\n`).join('');
  expect(hint('nothing-at-all', many)).toMatch(/^The rules are r0, r1, .*, r19 and 3 more\.$/);
});
