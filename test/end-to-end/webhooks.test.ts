import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Stripe from 'stripe';
import { afterAll, expect, test } from 'vitest';
import type { ServerProcess } from '../crash/server-process.ts';
import { cleanUp, emptyFolder, getApi, makeServer, until } from './program.ts';
import { startReceiver } from './shop.ts';

afterAll(cleanUp);

const SIGNING = 'whsec_of-this-test-alone';
const PLAN = `plan: shop
title: Shop
timezone: UTC
launch: 2026-01-01 00:00
people: { mia: { email: mia@shop.example } }
channels:
  ops: { kind: webhook, url: secret SHOP_WEBHOOK_URL, secret: secret SHOP_WEBHOOK_SECRET }
webhooks: { stripe: { secret: secret STRIPE_SIGNING } }
sources:  { declined: webhook "stripe" where type = "charge.failed" and currency = "eur" with amount in cent }
signals:
  declined_seen: count(declined) over 15m
  declined_lost: sum(declined.amount) over 15m
severities: { urgent: { notify: [mia by app, webhook:ops] } }
rules: { declining: { when: declined_seen > 3, severity: urgent } }
`;

test('what Stripe posts pages somebody, counted once, also by an intake that was killed before', async () => {
  const folder = await emptyFolder();
  const dataFolder = join(folder, 'data');
  const plan = join(folder, 'plan.yaml');
  await writeFile(plan, PLAN);
  const receiver = await startReceiver(folder);
  const server = await makeServer({
    dataFolder,
    plan,
    environment: { ...receiver.environment, STRIPE_SIGNING: SIGNING },
  });
  server.start();
  await server.untilReady();

  const bodies = [1, 2, 3, 4].map(chargeFailed);
  expect(await deliver(server, bodies[0] ?? '')).toBe(200);
  const intakeOf = async () => (await server.processes()).find(({ part }) => part === 'intake')?.pid;
  const before = await intakeOf();
  expect(await server.kill('intake')).toBe(true);
  await until('another intake', async () => {
    const pid = await intakeOf();
    return pid !== undefined && pid !== before ? pid : undefined;
  });
  // Stripe goes on trying until it is answered; some of what it sends again was taken already.
  for (const body of [...bodies, ...bodies]) {
    await until('the delivery to be taken', async () => ((await deliver(server, body)) === 200 ? true : undefined));
  }
  const page = await until('a page', () => receiver.pages.find(({ body }) => body.type === 'alert.firing'));
  expect(page.body.data).toMatchObject({ rule: 'declining' });
  const { plans } = await getApi<{ plans: { signals: { signal: string; value?: number }[] }[] }>(
    server,
    dataFolder,
    '/api/status',
  );
  const values = Object.fromEntries((plans[0]?.signals ?? []).map(({ signal, value }) => [signal, value]));
  expect(values).toEqual({ declined_seen: 4, declined_lost: 4_000 });
  expect(await server.stop()).toBe(0);
});

function chargeFailed(index: number): string {
  const object = { id: `ch_${index}`, object: 'charge', amount: 1_000, currency: 'eur', failure_code: 'card_declined' };
  const created = Math.floor(Date.now() / 1_000);
  return JSON.stringify({ id: `evt_${index}`, object: 'event', type: 'charge.failed', created, data: { object } });
}

/** The status of the answer; undefined while nothing listens. */
async function deliver(server: ServerProcess, payload: string): Promise<number | undefined> {
  const signature = new Stripe('sk_test_x').webhooks.generateTestHeaderString({ payload, secret: SIGNING });
  const headers = { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': signature };
  const options = { method: 'POST', headers, body: payload } as const;
  const response = await fetch(`${server.intakeUrl}/v1/webhooks/shop/stripe`, options).catch(() => undefined);
  await response?.arrayBuffer();
  return response?.status;
}
