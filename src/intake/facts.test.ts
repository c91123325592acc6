import { expect, test } from 'vitest';
import type { FieldType } from './decoding.ts';
import { recordOfFact } from './facts.ts';

test('what Watchbill says of its plan leaves the names that deployments need free', () => {
  const fieldTypes = new Map<string, FieldType>();
  const body = { version: 3, by: 'mia' };
  const fact = { kind: 'plan-applied', subject: 'shop', reason: 'applied', at: 1_790_000_000_000, sequence: 1, body };
  const { name, attributes } = recordOfFact('shop', fact as never, fieldTypes);
  expect(name).toBe('plan');
  expect({ ...attributes }).toMatchObject({ kind: 'plan-applied', plan_version: 3, by: 'mia' });
  for (const field of ['service', 'version', 'previous', 'environment', 'origin', 'url']) {
    expect(fieldTypes.has(field)).toBe(false);
  }
});
