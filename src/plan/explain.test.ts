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
