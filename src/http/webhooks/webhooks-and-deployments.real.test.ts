import { afterAll, beforeAll, expect, test } from 'vitest';
import { Play } from '#core/testing.ts';
import type { Core } from '#engine/core-process.ts';
import type { PlanData } from '#intake/link.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { formatInstant, HOUR_MS } from '#kernel/instant.ts';
import { compilePlan } from '#plan/compile.ts';
import type { EventRecord } from '#signals/record.ts';
import { insertEvents } from '#storage/clickhouse/events.ts';
import { type AskTelemetry, askWithin } from '#storage/clickhouse/within.ts';
import { clock } from '../../../test/kit/postgres.ts';
import { temporaryTelemetry } from '../../../test/kit/telemetry.ts';
import { createDeploymentServices } from '../deployments/deployment-services.ts';
import { createWebhookServices } from './webhook-services.ts';

let telemetry: Awaited<ReturnType<typeof temporaryTelemetry>>;
let askTelemetry: AskTelemetry;
const now = clock.now();

const { plan } = compilePlan([
  {
    path: 'plan.yaml',
    text: `plan: shop
webhooks:
  stripe: { secret: secret STRIPE_SIGNING }
  crm:    { kind: json, token: secret CRM_TOKEN, event: order }
sources: { orders: webhook "crm" }
`,
  },
]);
if (plan === undefined) throw new Error('The plan does not compile.');

function deployment(id: string, agoMs: number, attributes: EventRecord['attributes']): EventRecord {
  return { name: 'deployment', id, time: now - agoMs, attributes };
}
const sent: readonly EventRecord[] = [
  deployment('old', 30 * HOUR_MS, { service: 'api', version: '1.0.0' }),
  deployment('new', HOUR_MS, { service: 'api', version: '1.1.0', origin: 'github', url: 'https://ci.example/1' }),
  deployment('nameless', HOUR_MS, { version: '9' }),
  { name: 'order', id: 'crm:1', time: now - 5_000, attributes: { webhook: 'crm', total: 5 } },
  { name: 'order', id: 'other', time: now - 1_000, attributes: { total: 5 } },
];
const data: PlanData = {
  since: now - HOUR_MS,
  accepted: 1,
  rejections: [],
  fieldTypes: [],
  webhooks: [
    {
      name: 'stripe',
      requests: 4,
      duplicates: 1,
      lastAt: now - 2_000,
      refusals: [
        { code: 'body-too-large', count: 1, lastAt: now, example: 'Too large.' },
        { code: 'signature-invalid', count: 3, lastAt: now, example: 'The header stripe-signature is missing.' },
      ],
    },
  ],
};

beforeAll(async () => {
  telemetry = await temporaryTelemetry();
  askTelemetry = askWithin(telemetry.client, clock);
  await insertEvents(
    telemetry.client,
    's-1',
    sent.map((event) => ({ plan: 'shop', receivedAt: event.time, event })),
  );
  const elsewhere = deployment('foreign', 1_000, { service: 'api', version: '2' });
  await insertEvents(telemetry.client, 's-2', [{ plan: 'other', receivedAt: now, event: elsewhere }]);
});
afterAll(() => telemetry?.close());

function coreWith(intake: PlanData | undefined): Core {
  return {
    plans: () => ['shop'],
    lastWorld: () => new Play(plan as NonNullable<typeof plan>).world,
    link: { data: async () => intake },
  } as unknown as Core;
}

function webhooks(ask: AskTelemetry, intake: PlanData | undefined) {
  return createWebhookServices({
    core: coreWith(intake),
    askTelemetry: ask,
    clock,
    resolveSecret: async (name) => (name === 'CRM_TOKEN' ? 'set' : undefined),
    intakeUrl: 'https://in.shop.example',
  }).webhooks('shop');
}

test('deployments of the range, with the version before it', async () => {
  const services = createDeploymentServices({ core: coreWith(data), askTelemetry, clock });
  const { deployments, more } = await services.deployments('shop', {});
  expect({ deployments, more }).toEqual({
    deployments: [
      {
        id: 'new',
        at: formatInstant(now - HOUR_MS),
        service: 'api',
        version: '1.1.0',
        previous: '1.0.0',
        origins: ['github'],
        url: 'https://ci.example/1',
      },
    ],
    more: false,
  });
  const longer = await services.deployments('shop', { from: formatInstant(now - 48 * HOUR_MS) });
  expect(longer.deployments.map(({ id }) => id)).toEqual(['old', 'new']);
  await expect(services.deployments('shop', { from: formatInstant(now + HOUR_MS) })).rejects.toThrow('ends before');
  await expect(services.deployments('nowhere', {})).rejects.toThrow(WatchbillError);
});

test('webhooks with their addresses, secrets, counts and refusals', async () => {
  const answer = await webhooks(askTelemetry, data);
  expect(answer.since).toBe(formatInstant(now - HOUR_MS));
  expect(answer.webhooks).toMatchObject([
    {
      name: 'stripe',
      kind: 'stripe',
      url: 'https://in.shop.example/v1/webhooks/shop/stripe',
      proof: 'Stripe-Signature',
      secret: 'STRIPE_SIGNING',
      secretSet: false,
      event: 'webhook stripe',
      sources: [],
      lastAt: formatInstant(now - 2_000),
      requests: 4,
      duplicates: 1,
      refusals: [{ code: 'signature-invalid', count: 3 }, { code: 'body-too-large' }],
    },
    {
      name: 'crm',
      proof: 'Authorization: Bearer',
      secretSet: true,
      event: 'order',
      sources: ['orders'],
      lastAt: formatInstant(now - 5_000),
      requests: 0,
      refusals: [],
    },
  ]);
});

test('without intake and without the telemetry store the addresses are known all the same', async () => {
  const away: AskTelemetry = () => Promise.reject(new WatchbillError('telemetry-away', 'Away.'));
  const answer = await webhooks(away, undefined);
  expect(answer).not.toHaveProperty('since');
  expect(answer.webhooks.map(({ url }) => url)).toEqual([
    'https://in.shop.example/v1/webhooks/shop/stripe',
    'https://in.shop.example/v1/webhooks/shop/crm',
  ]);
  expect(answer.webhooks[1]).not.toHaveProperty('lastAt');
});
