import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GithubWebhook, JsonWebhook } from '#plan/webhook.ts';
import type { Decoded } from '../decoding.ts';
import { RecordBuilder } from '../record-builder.ts';
import { type Delivery, isCardNumber, type Json, type JsonMap, readTime } from './delivery.ts';
import { mapGithub } from './github/map.ts';
import { mapJson } from './json/map.ts';
import { mapStripe } from './stripe/map.ts';
import { mapVercel } from './vercel/map.ts';

const NOW = 1_790_000_000_000;
const iso = (at: number): string => new Date(at).toISOString();

function mapped<Hook>(
  map: (hook: Hook, delivery: Delivery, builder: RecordBuilder) => void,
  hook: Hook,
  body: JsonMap,
  headers: Readonly<Record<string, string>> = {},
  place?: number,
): Decoded {
  const builder = new RecordBuilder({ receivedAt: NOW, fieldTypes: new Map(), makeId: () => 'made' });
  const request = { header: (name: string) => headers[name], receivedAt: NOW, ...(place !== undefined && { place }) };
  map(hook, { body, ...request }, builder);
  return builder.build();
}

describe('Stripe', () => {
  const hook = { kind: 'stripe', name: 'stripe', secret: 'S' } as const;
  const charge: JsonMap = {
    id: 'evt_1',
    object: 'event',
    type: 'charge.failed',
    created: NOW / 1_000 - 5,
    livemode: true,
    api_version: '2025-01-01',
    data: {
      object: {
        id: 'ch_1',
        object: 'charge',
        amount: 1_250,
        currency: 'eur',
        customer: 'cus_7',
        failure_code: 'card_declined',
        outcome: { risk_level: 'normal' },
        metadata: { order: 'o-9', note: '4242 4242 4242 4242' },
        billing_details: { name: 'Ada', address: { city: 'Ghent' } },
        payment_method_details: { card: { last4: '4242', exp_year: 2030 } },
        receipt_email: 'ada@tea.example',
        refunds: { data: [{ id: 're_1' }] },
      },
    },
  };

  test('values of the object come under their own names, without what is private', () => {
    const { records, ownIds } = mapped(mapStripe, hook, charge);
    expect(records).toEqual([
      {
        name: 'webhook stripe',
        id: 'stripe:evt_1',
        time: NOW - 5_000,
        user: 'cus_7',
        attributes: {
          webhook: 'stripe',
          type: 'charge.failed',
          livemode: true,
          api_version: '2025-01-01',
          id: 'ch_1',
          object: 'charge',
          amount: 1_250,
          currency: 'eur',
          customer: 'cus_7',
          failure_code: 'card_declined',
          'outcome.risk_level': 'normal',
          'metadata.order': 'o-9',
        },
      },
    ]);
    expect(ownIds).toEqual([true]);
  });

  test('an event that only names its object is kept', () => {
    const { records } = mapped(mapStripe, hook, {
      id: 'evt_2',
      object: 'v2.core.event',
      type: 'v1.billing.meter.error_report_triggered',
      created: iso(NOW - 1_000),
      related_object: { id: 'mtr_1', type: 'billing.meter' },
    });
    expect(records[0]).toMatchObject({ time: NOW - 1_000, attributes: { 'related_object.id': 'mtr_1' } });
  });

  test('what is no event is refused', () => {
    expect(mapped(mapStripe, hook, { id: 'evt_3' }).rejected).toMatchObject([{ code: 'field-invalid' }]);
  });
});

describe('GitHub', () => {
  const hook: GithubWebhook = { kind: 'github', name: 'code', secret: 'S', workflow: 'Deploy' };
  const repository = {
    name: 'shop',
    full_name: 'tea/shop',
    html_url: 'https://github.com/tea/shop',
    default_branch: 'main',
  };
  const commit = 'a'.repeat(40);
  const headers = (type: string): Record<string, string> => ({ 'x-github-event': type, 'x-github-delivery': 'd-1' });
  const status = (state: string, ref = 'main'): JsonMap => ({
    action: 'created',
    deployment_status: { id: 2, state, environment: 'production', created_at: iso(NOW - 2_000), log_url: '' },
    deployment: { id: 77, sha: commit, ref, environment: 'production', task: 'deploy' },
    repository,
    sender: { login: 'mia' },
  });

  test('a successful status is a deployment, any other only an event', () => {
    const { records } = mapped(mapGithub, hook, status('success'), headers('deployment_status'));
    expect(records).toMatchObject([
      {
        name: 'webhook code',
        id: 'code:d-1',
        time: NOW - 2_000,
        attributes: {
          webhook: 'code',
          type: 'deployment_status',
          action: 'created',
          repository: 'tea/shop',
          sender: 'mia',
          id: 77,
          state: 'success',
          environment: 'production',
          commit,
        },
      },
      {
        name: 'deployment',
        id: 'code:deployment:77',
        time: NOW - 2_000,
        attributes: {
          webhook: 'code',
          service: 'shop',
          version: 'aaaaaaa',
          environment: 'production',
          origin: 'github',
          url: `https://github.com/tea/shop/commit/${commit}`,
        },
      },
    ]);
    for (const state of ['failure', 'in_progress', 'inactive']) {
      expect(mapped(mapGithub, hook, status(state), headers('deployment_status')).records).toHaveLength(1);
    }
  });

  test('a tag is the version, and the plan may name the service', () => {
    const named = { ...hook, service: 'api' };
    const { records } = mapped(mapGithub, named, status('success', 'refs/tags/v1.4.2'), headers('deployment_status'));
    expect(records[1]?.attributes).toMatchObject({ service: 'api', version: 'v1.4.2' });
  });

  test('a successful run of the workflow that the plan names is a deployment', () => {
    const run = (changes: Record<string, Json>): JsonMap => ({
      action: 'completed',
      workflow_run: {
        id: 9,
        name: 'Deploy',
        head_branch: 'main',
        head_sha: commit,
        status: 'completed',
        conclusion: 'success',
        event: 'push',
        run_attempt: 2,
        run_started_at: iso(NOW - 90_000),
        updated_at: iso(NOW),
        html_url: 'https://github.com/tea/shop/actions/runs/9',
        ...changes,
      },
      repository,
    });
    const { records } = mapped(mapGithub, hook, run({}), headers('workflow_run'));
    expect(records[0]).toMatchObject({ durationMs: 90_000, attributes: { workflow: 'Deploy', conclusion: 'success' } });
    expect(records[1]).toMatchObject({
      name: 'deployment',
      id: 'code:run:9:2',
      attributes: { service: 'shop', version: 'aaaaaaa', url: 'https://github.com/tea/shop/actions/runs/9' },
    });
    for (const changes of [{ name: 'Test' }, { conclusion: 'failure' }, { event: 'pull_request' }]) {
      expect(mapped(mapGithub, hook, run(changes), headers('workflow_run')).records).toHaveLength(1);
    }
  });

  test('a push is dated when it came, and a type without fields of its own is kept', () => {
    const push = mapped(mapGithub, hook, { ref: 'refs/heads/main', after: commit, repository }, headers('push'));
    expect(push.records[0]).toMatchObject({ time: NOW, attributes: { ref: 'refs/heads/main', commit } });
    const other = mapped(mapGithub, hook, { action: 'edited', repository }, headers('team_add'));
    expect(other.records[0]?.attributes).toMatchObject({ type: 'team_add', action: 'edited' });
  });

  test('a release that was published long ago is dated when it came', () => {
    const release = { release: { tag_name: 'v1', published_at: iso(NOW - 90 * 86_400_000) }, repository };
    expect(mapped(mapGithub, hook, release, headers('release')).records[0]).toMatchObject({ time: NOW });
  });

  test('a request without the headers of GitHub is refused', () => {
    expect(mapped(mapGithub, hook, {}).rejected).toMatchObject([{ code: 'field-invalid' }]);
  });
});

describe('Vercel', () => {
  const hook = { kind: 'vercel', name: 'vercel', secret: 'S' } as const;
  const event = (type: string, target: string | null): JsonMap => ({
    id: 'uev_1',
    type,
    createdAt: NOW - 1_000,
    region: 'fra1',
    payload: {
      target,
      project: { id: 'prj_1' },
      name: 'shop-web',
      deployment: {
        id: 'dpl_1',
        name: 'shop-web',
        url: 'shop-web-1.vercel.app',
        meta: { githubCommitSha: 'b'.repeat(40) },
      },
      links: { deployment: 'https://vercel.com/tea/shop-web/dpl_1' },
    },
  });

  test('a deployment to production that succeeded is a deployment', () => {
    const { records } = mapped(mapVercel, hook, event('deployment.succeeded', 'production'));
    expect(records).toMatchObject([
      {
        name: 'webhook vercel',
        id: 'vercel:uev_1',
        time: NOW - 1_000,
        attributes: {
          type: 'deployment.succeeded',
          project: 'shop-web',
          environment: 'production',
          deployment: 'dpl_1',
        },
      },
      {
        name: 'deployment',
        id: 'vercel:deployment:dpl_1',
        attributes: {
          service: 'shop-web',
          version: 'bbbbbbb',
          environment: 'production',
          origin: 'vercel',
          url: 'https://vercel.com/tea/shop-web/dpl_1',
        },
      },
    ]);
  });

  test('a preview, and one that failed, are only events', () => {
    expect(mapped(mapVercel, hook, event('deployment.succeeded', null)).records).toMatchObject([
      { attributes: { environment: 'preview' } },
    ]);
    expect(mapped(mapVercel, hook, event('deployment.error', 'production')).records).toHaveLength(1);
  });
});

describe('any JSON', () => {
  const hook: JsonWebhook = {
    kind: 'json',
    name: 'crm',
    secret: 'S',
    proof: { kind: 'token' },
    event: 'order',
    id: { path: ['data', 'id'] },
    time: { path: ['data', 'at'] },
    user: { path: ['data', 'customer', 'id'] },
    value: { path: ['data', 'items', '0', 'price'] },
    fields: { amount: { path: ['data', 'total'] }, attempt: { header: 'x-attempt' }, odd: { path: ['data'] } },
  };
  const body: JsonMap = {
    data: { id: 17, at: NOW / 1_000 - 1, customer: { id: 5 }, total: 12.5, items: [{ price: '3.25' }] },
  };

  test('one event by the mapping', () => {
    expect(mapped(mapJson, hook, body, { 'x-attempt': '2' }).records).toEqual([
      {
        name: 'order',
        id: 'crm:17',
        time: NOW - 1_000,
        user: '5',
        value: 3.25,
        attributes: { webhook: 'crm', amount: 12.5, attempt: '2' },
      },
    ]);
  });

  test('several of one request are told apart by their place, where only the request has an id', () => {
    const { id: _, ...unnamed } = hook;
    const headers = { 'webhook-id': 'msg_1' };
    const idOf = (place?: number) => mapped(mapJson, unnamed, body, headers, place).records[0]?.id;
    expect([idOf(), idOf(0), idOf(1)]).toEqual(['crm:msg_1', 'crm:msg_1:0', 'crm:msg_1:1']);
  });

  test('without fields every value comes under its path', () => {
    const { fields: _, ...whole } = hook;
    expect(mapped(mapJson, whole, { ...body, webhook: 'stripe' }).records[0]?.attributes).toMatchObject({
      webhook: 'crm',
      'data.customer.id': 5,
      'data.items.0.price': '3.25',
    });
  });

  test('a time that is none is refused, and one that is absent is that of receipt', () => {
    expect(mapped(mapJson, hook, { data: { id: 1, at: 'soon' } }).rejected).toMatchObject([{ code: 'time-invalid' }]);
    expect(mapped(mapJson, hook, { data: { id: 1 } }).records[0]).toMatchObject({ time: NOW });
  });

  test('whatever is posted, nothing is thrown and nothing is inherited', () => {
    const { fields: _, ...whole } = hook;
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), (any) => {
        const map = JSON.parse(JSON.stringify(any)) as JsonMap;
        for (const each of [hook, whole]) {
          const { records, rejected } = mapped(mapJson, each, map);
          expect(records.length + rejected.length).toBe(1);
        }
        mapped(mapStripe, { kind: 'stripe', name: 's', secret: 'S' }, { ...map, id: 'evt', type: 't' });
        mapped(mapGithub, { kind: 'github', name: 'g', secret: 'S' }, map, {
          'x-github-event': 'deployment_status',
          'x-github-delivery': '1',
        });
        mapped(
          mapVercel,
          { kind: 'vercel', name: 'v', secret: 'S' },
          { ...map, id: 'x', type: 'deployment.succeeded' },
        );
      }),
    );
    const body = JSON.parse('{"__proto__": {"id": 7}, "data": {"constructor": {"name": "x"}}}') as JsonMap;
    const reaching: JsonWebhook = { ...hook, id: { path: ['data', 'constructor', 'prototype'] }, fields: {} };
    expect(mapped(mapJson, reaching, body).ownIds).toEqual([false]);
  });
});

test('times are read as ISO 8601, seconds and milliseconds', () => {
  for (const value of [iso(NOW), NOW, NOW / 1_000, String(NOW), String(NOW / 1_000)]) expect(readTime(value)).toBe(NOW);
  for (const value of ['', 'tomorrow', 0, -1, null, true, '2026-01-01T00:00:00'])
    expect(readTime(value)).toBeUndefined();
});

test('numbers of payment cards are recognised, other numbers are not', () => {
  for (const text of ['4242424242424242', '4242 4242 4242 4242', '5555-5555-5555-4444', '378282246310005']) {
    expect(isCardNumber(text)).toBe(true);
  }
  for (const text of ['4242424242424241', '1790000000000', '', 'order 4242424242424242', '0000000000000000']) {
    expect(isCardNumber(text)).toBe(false);
  }
});
