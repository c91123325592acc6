import { expect, test } from 'vitest';
import { recordOfFact } from './facts.ts';

test('what Watchbill says of its plan has another name for its version than deployments have for theirs', () => {
  const body = { version: 3, by: 'mia' };
  const fact = { kind: 'plan-applied', subject: 'shop', reason: 'applied', at: 1_790_000_000_000, sequence: 1, body };
  const { name, attributes } = recordOfFact('shop', fact as never);
  expect(name).toBe('plan');
  expect({ ...attributes }).toMatchObject({ kind: 'plan-applied', plan_version: 3, by: 'mia' });
  for (const field of ['service', 'version', 'previous', 'environment', 'origin', 'url']) {
    expect(attributes).not.toHaveProperty(field);
  }
});
