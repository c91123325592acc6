import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { limits } from '#kernel/limits.ts';
import { createSystemClock } from '../../system-clock.ts';
import type { WebhookData } from '../link.ts';
import { Secrets } from '../secrets.ts';
import { Receiving } from '../testing.ts';

const STRIPE_SECRET = 'whsec_of_the_test';
const plan = `plan: shop
webhooks:
  stripe: { secret: secret STRIPE_SIGNING }
  code:   { kind: github, secret: secret GITHUB_HOOK }
  crm:    { kind: json, secret: secret CRM_HOOK, signature: hmac-sha256 in x-signature, event: order, id: id, fields: { total: total } }
  unset:  { kind: json, token: secret NEVER_SET }
`;

const clock = createSystemClock();
const asked: string[] = [];
let there: Receiving;

beforeAll(async () => {
  const values: Record<string, string> = { STRIPE_SIGNING: STRIPE_SECRET, GITHUB_HOOK: 'hush', CRM_HOOK: 'shh' };
  const secrets: Secrets = new Secrets((names) => {
    asked.push(...names);
    setImmediate(() => secrets.accept(Object.fromEntries(names.map((name) => [name, values[name] ?? null]))));
  });
  there = await Receiving.start({ clock, secrets });
});

afterAll(() => there.stop());

interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown> & { readonly error?: { readonly code: string; readonly message: string } };
}

async function post(path: string, body: string, headers: Record<string, string>): Promise<Answered> {
  const response = await fetch(there.url(`/v1/webhooks/${path}`), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  return { status: response.status, body: (await response.json()) as Answered['body'] };
}

function charge(id: string): string {
  const created = Math.floor(clock.now() / 1_000);
  const object = { id: `ch_${id}`, object: 'charge', amount: 900, currency: 'eur' };
  return JSON.stringify({ id: `evt_${id}`, type: 'charge.failed', created, livemode: false, data: { object } });
}

function stripe(payload: string, secret = STRIPE_SECRET): Record<string, string> {
  return { 'stripe-signature': new Stripe('sk_test_x').webhooks.generateTestHeaderString({ payload, secret }) };
}

test('before the plans are known, senders are told to come again', async () => {
  const body = charge('early');
  expect(await post('shop/stripe', body, stripe(body))).toMatchObject({
    status: 503,
    body: { error: { code: 'not-ready' } },
  });
  await there.configure([], plan);
  await vi.waitUntil(() => there.intake.secret('CRM_HOOK').state === 'known', { timeout: 60_000 });
  expect(asked.toSorted()).toEqual(['CRM_HOOK', 'GITHUB_HOOK', 'NEVER_SET', 'STRIPE_SIGNING']);
});

describe('with the plan in force', () => {
  test('what Stripe signs is taken once, however often it comes', async () => {
    const body = charge('1');
    expect(await post('shop/stripe', body, stripe(body))).toEqual({ status: 200, body: { accepted: 1, rejected: [] } });
    const again = await post('shop/stripe', body, stripe(body));
    expect(again.status).toBe(200);
    // The same event in other bytes is known by its id.
    const other = `${body} `;
    expect((await post('shop/stripe', other, stripe(other))).body).toMatchObject({ duplicates: 1 });
    expect(there.heard.seen).toMatchObject([
      { name: 'webhook stripe', id: 'stripe:evt_1', attributes: { amount: 900 } },
    ]);
  });

  test('a wrong signature is refused, and said of the webhook', async () => {
    const body = charge('2');
    expect(await post('shop/stripe', body, stripe(body, 'whsec_other'))).toMatchObject({
      status: 401,
      body: { error: { code: 'signature-invalid' } },
    });
    expect(await post('shop/stripe', body, {})).toMatchObject({ status: 401 });
    expect(await dataOf('stripe')).toMatchObject({ requests: 3, refusals: [{ code: 'signature-invalid', count: 2 }] });
    expect(there.heard.seen).toHaveLength(1);
  });

  test('a webhook that there is not is answered like a plan that there is not', async () => {
    const body = charge('3');
    const [unknown, elsewhere] = [await post('shop/nobody', body, {}), await post('nowhere/stripe', body, {})];
    expect(unknown).toMatchObject({ status: 404, body: { error: { code: 'not-found' } } });
    expect(elsewhere.status).toBe(404);
    expect(elsewhere.body.error?.message).toBe(unknown.body.error?.message);
    expect(await dataOf('nobody')).toBeUndefined();
  });

  test('GitHub`s delivery and the deployment that it tells of come together', async () => {
    const body = JSON.stringify({
      action: 'created',
      deployment_status: { state: 'success', environment: 'production' },
      deployment: { id: 5, sha: 'c'.repeat(40), ref: 'main' },
      repository: { name: 'shop', full_name: 'tea/shop' },
    });
    const signature = `sha256=${createHmac('sha256', 'hush').update(body).digest('hex')}`;
    const headers = {
      'x-hub-signature-256': signature,
      'x-github-event': 'deployment_status',
      'x-github-delivery': 'd-9',
    };
    expect((await post('shop/code', body, headers)).body).toMatchObject({ accepted: 2 });
    expect(there.heard.seen.slice(-2).map(({ id }) => id)).toEqual(['code:d-9', 'code:deployment:5']);
  });

  test('bodies that are no JSON object, too large or of another type are refused by name', async () => {
    const sign = (body: string): Record<string, string> => ({
      'x-signature': createHmac('sha256', 'shh').update(body).digest('base64'),
    });
    for (const body of ['', '7', '{"id":', `{"a":${'['.repeat(100)}${']'.repeat(100)}}`]) {
      expect(await post('shop/crm', body, sign(body))).toMatchObject({
        status: 400,
        body: { error: { code: 'malformed-body' } },
      });
    }
    const large = JSON.stringify({ id: 1, text: 'x'.repeat(limits.webhookBodyBytes) });
    expect((await post('shop/crm', large, sign(large))).status).toBe(413);
    expect((await post('shop/crm', 'a=1', { ...sign('a=1'), 'content-type': 'text/plain' })).status).toBe(415);
    expect((await post('shop/crm', '{"id":1,"total":5}', sign('{"id":1,"total":5}'))).body).toMatchObject({
      accepted: 1,
    });
    const codes = (await dataOf('crm'))?.refusals.map(({ code }) => code);
    expect(codes).toEqual(['malformed-body', 'body-too-large', 'unsupported-type']);
  });

  test('a list is an event for each object, and a form one, for a mapping of the plan only', async () => {
    const send = (body: string, type: string, hook = 'crm') => {
      const signature = createHmac('sha256', hook === 'crm' ? 'shh' : 'hush')
        .update(body)
        .digest('hex');
      const header = hook === 'crm' ? 'x-signature' : 'x-hub-signature-256';
      return post(`shop/${hook}`, body, { [header]: signature, 'content-type': type });
    };
    const form = 'application/x-www-form-urlencoded';
    const list = '[{"id":"l1","total":1},{"id":"l2","total":2},7]';
    expect((await send(list, 'application/json')).body).toMatchObject({ accepted: 2, rejected: [{ index: 2 }] });
    expect((await send('id=f1&total=3&total=4', form)).body).toMatchObject({ accepted: 1, rejected: [] });
    const heard = there.heard.seen.filter(({ name }) => name === 'order').slice(-3);
    expect(heard.map(({ id, attributes }) => [id, attributes['total']])).toEqual([
      ['crm:l1', 1],
      ['crm:l2', 2],
      ['crm:f1', 3],
    ]);
    expect((await send('[]', 'application/json', 'code')).status).toBe(400);
    expect((await send('a=1', form, 'code')).status).toBe(415);
  });

  test('what of a record is not taken is counted in the answer, also when it comes again, and said of the webhook', async () => {
    const body = '[{"id":"t1","total":"much"},{"id":"t2","total":"more"},{"id":"t3","total":4}]';
    const headers = { 'x-signature': createHmac('sha256', 'shh').update(body).digest('hex') };
    const message = 'total: string was sent; the field is a number.';
    const answer = { accepted: 3, rejected: [], leftOut: [{ code: 'field-type-conflict', count: 2, message }] };
    expect((await post('shop/crm', body, headers)).body).toEqual(answer);
    expect((await post('shop/crm', body, headers)).body).toEqual(answer);
    const refusal = (await dataOf('crm'))?.refusals.find(({ code }) => code === 'field-type-conflict');
    expect(refusal).toMatchObject({ example: message });
  });

  test('whatever is posted with a good signature is answered, and the next request as well', async () => {
    const bodies = fc.oneof(
      fc.json(),
      fc.string(),
      fc.string({ unit: fc.constantFrom(...'{}[]":,1a') }),
      fc
        .dictionary(fc.constantFrom('id', 'total', '__proto__', 'a'), fc.jsonValue())
        .map((value) => JSON.stringify(value)),
    );
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        const bytes = Buffer.from(body.toWellFormed());
        const signature = createHmac('sha256', 'shh').update(bytes).digest('hex');
        const { status } = await post('shop/crm', bytes.toString(), { 'x-signature': signature });
        expect([200, 400]).toContain(status);
      }),
      { numRuns: 100 },
    );
    const good = '{"id":"after","total":1}';
    const signature = createHmac('sha256', 'shh').update(good).digest('hex');
    expect((await post('shop/crm', good, { 'x-signature': signature })).body).toMatchObject({ accepted: 1 });
  });

  test('strangers who post what is not signed use up nothing but what is left for that webhook', async () => {
    const large = JSON.stringify({ id: 'x'.repeat(limits.webhookBodyBytes - 100) });
    const seconds = limits.rateBurstMs / 1_000 + 2;
    const times = Math.ceil((limits.bytesPerSecond.alerts * seconds) / large.length / 2);
    const statuses = new Set<number>();
    for (let count = 0; count < times; count += 1) {
      statuses.add((await post('shop/code', large, { 'x-hub-signature-256': 'sha256=00' })).status);
      statuses.add((await post('shop/crm', large, { 'x-signature': '00' })).status);
    }
    expect(statuses).toContain(401);
    expect(there.intake.rateLimits.admit({ plan: 'shop', keyId: 'another' }, 'alerts', 0)).toBeUndefined();
  });

  test('a webhook whose secret nobody has set takes nothing and says so', async () => {
    const answer = await post('shop/unset', '{}', { authorization: 'Bearer x' });
    expect(answer).toMatchObject({ status: 503, body: { error: { code: 'not-ready' } } });
    expect((await dataOf('unset'))?.refusals[0]?.example).toContain('not set');
  });
});

async function dataOf(name: string) {
  const answer = Promise.withResolvers<NonNullable<ReturnType<typeof find>>[number] | undefined>();
  const session = there.intake.connect((message) => {
    if (message.type === 'data') answer.resolve(find(message.data)?.find((one) => one.name === name));
  });
  session.receive({ type: 'data-wanted', request: 1, plan: 'shop' });
  return await answer.promise;
}

function find(data: { readonly webhooks?: readonly WebhookData[] }) {
  return data.webhooks;
}
