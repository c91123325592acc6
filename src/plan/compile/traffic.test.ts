import { expect, test } from 'vitest';
import { compilePlan } from '../compile.ts';

function compiled(text: string): ReturnType<typeof compilePlan> {
  return compilePlan([{ path: 'plan.yaml', text: `plan: shop\n${text}` }]);
}

test('limits are records a second, of the plan and of each key', () => {
  const { plan, notExecuted } = compiled(
    'limits:\n  events: 5000/s\n  logs: 2k per second\n  each-key: { events: 600/min }\n',
  );
  expect(plan?.limits).toEqual({ plan: { events: 5_000, logs: 2_000 }, eachKey: { events: 10 } });
  expect(notExecuted).toEqual([]);
});

test('the scrub list is changed by fields, each kept one with its reason', () => {
  const { plan, notExecuted } = compiled(
    'scrub:\n  drop: note\n  hash: [a, b.c]\n  keep: { card_type: only the brand }\n  user: hashed\n',
  );
  expect(plan?.scrub).toEqual({
    drop: ['note'],
    hash: ['a', 'b.c'],
    keep: { card_type: 'only the brand' },
    user: 'hashed',
  });
  expect(notExecuted).toEqual([]);
});

test('a plan that says nothing has neither', () => {
  expect(compiled('').plan).not.toHaveProperty('limits');
  expect(compiled('').plan).not.toHaveProperty('scrub');
});
