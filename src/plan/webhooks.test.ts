import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compilePlan } from './compile.ts';
import { completeAt } from './editor/complete.ts';
import { explainPlan } from './explain.ts';
import { intakeSecrets } from './intake-secrets.ts';

const text = readFileSync(new URL('./fixtures/webhooks.good.yaml', import.meta.url), 'utf8');
const compilation = compilePlan([{ path: 'plan.yaml', text }]);

test('a plan with webhooks is executed whole', () => {
  expect(compilation.diagnostics).toEqual([]);
  expect(compilation.notExecuted).toEqual([]);
});

test('kinds, proofs and mappings are compiled', () => {
  const webhooks = Object.fromEntries((compilation.plan?.webhooks ?? []).map((one) => [one.name, one]));
  expect(webhooks['stripe']).toEqual({ kind: 'stripe', name: 'stripe', secret: 'STRIPE_SIGNING' });
  expect(webhooks['code']).toMatchObject({ kind: 'github', service: 'api', workflow: 'Deploy' });
  expect(webhooks['crm']).toEqual({
    kind: 'json',
    name: 'crm',
    secret: 'CRM_HOOK',
    proof: { kind: 'hmac', hash: 'sha256', header: 'x-signature' },
    event: 'order',
    id: { path: ['data', 'id'] },
    time: { path: ['data', 'created_at'] },
    user: { path: ['data', 'customer', 'id'] },
    value: { path: ['data', 'items', '0', 'price'] },
    fields: {
      amount: { path: ['data', 'total'] },
      status: { path: ['data', 'state'] },
      attempt: { header: 'x-attempt' },
    },
  });
  expect(webhooks['clerk']).toMatchObject({ event: 'webhook clerk', proof: { kind: 'standard-webhooks' } });
  expect(webhooks['forms']).toMatchObject({ secret: 'FORMS_TOKEN', proof: { kind: 'token' } });
});

test('`--explain` says where each is reached, and what its events are called', () => {
  const explained = explainPlan(compilation);
  expect(explained).toContain('  stripe: stripe, at POST /v1/webhooks/webhooks/stripe\n    secret: STRIPE_SIGNING\n');
  expect(explained).toContain('    events: "webhook stripe"  (default)\n');
  expect(explained).toContain('    events: "order"\n');
});

test('sources of webhooks are the events that they bring', () => {
  const { sources = {} } = compilation.plan ?? {};
  const failed = { kind: 'compare', field: 'type', operator: '=', value: 'charge.failed' };
  expect(sources['failed-charges']).toMatchObject({ event: 'webhook stripe', where: failed, oncePer: 'id' });
  const ofCrm = { kind: 'compare', field: 'webhook', operator: '=', value: 'crm' };
  expect(sources['orders']).toMatchObject({ event: 'order', where: ofCrm, units: { amount: '$' } });
  expect(sources['large-orders']).toMatchObject({ event: 'order', where: { kind: 'and', of: [ofCrm, {}] } });
});

test('the secrets that intake needs are known by name', () => {
  if (compilation.plan === undefined) throw new Error('no plan');
  expect(intakeSecrets(compilation.plan).toSorted()).toEqual([
    'CLERK_HOOK',
    'CRM_HOOK',
    'FORMS_TOKEN',
    'GITHUB_HOOK',
    'STRIPE_SIGNING',
    'VERCEL_HOOK',
  ]);
});

describe('completion', () => {
  const labels = (line: string, rest = ''): readonly string[] => {
    const whole = `plan: shop\n${rest}webhooks:\n${line.replace('|', '')}`;
    const offset = whole.length - (line.length - line.indexOf('|') - 1);
    return (completeAt(whole, offset)?.items ?? []).map(({ label }) => label);
  };

  test('offers the settings of the kind and no others', () => {
    const keys = labels('  code: { kind: github, | }');
    expect(keys).toContain('workflow');
    expect(keys).not.toContain('signature');
    expect(labels('  stripe: { | }')).toEqual(['kind', 'secret']);
  });

  test('offers kinds, services and secrets as values', () => {
    expect(labels('  code: { kind: | }')).toEqual(['stripe', 'github', 'vercel', 'json']);
    expect(labels('  code: { kind: github, service: | }', 'services: { api: {} }\n')).toEqual(['api']);
    expect(labels('  code: { kind: github, secret: | }')).toEqual(['secret']);
  });

  test('offers the plan`s webhooks as sources', () => {
    const whole = 'plan: shop\nwebhooks: { stripe: { secret: secret A } }\nsources:\n  x: web';
    const items = completeAt(whole, whole.length)?.items ?? [];
    expect(items.map(({ insert }) => insert)).toContain('webhook "stripe"');
  });
});
