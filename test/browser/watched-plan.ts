import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerProcess } from '../crash/server-process.ts';
import { emptyFolder, getApi, INGEST_KEY, makeServer, sendEvents, until } from '../end-to-end/program.ts';
import { ERROR, TRACE } from './every-page.ts';

/** A plan with something of every sort, whose windows are so long that what was sent stays. */
export const WATCHED_PLAN = `plan: watched
title: Watched over
timezone: Europe/Berlin
launch: 2026-01-20 09:00
phases:
  first-month: T+0 .. T+30d
  after:       from T+30d
people:
  mia: { email: mia@tea.example }
  ben: { email: ben@tea.example }
roles:
  engineering: [mia, ben]
channels:
  # Nobody listens there, so that a message has a story of failures.
  ops: { kind: webhook, url: secret OPS_WEBHOOK_URL, secret: secret OPS_WEBHOOK_SECRET }
services:
  shop:     { importance: critical }
  payments: { importance: critical, needs: [shop] }
  email:    { importance: minor }
probes:
  # Nobody listens there.
  shop-health: { check: "GET http://127.0.0.1:9/health", every: 2s, service: shop }
heartbeats:
  nightly: { every: 'cron "0 3 * * *"', grace: 30m, longest: 2h }
webhooks:
  github: { secret: secret WATCHED_GITHUB_HOOK, service: shop }
  stripe: { secret: secret WATCHED_STRIPE_SIGNING }
sources:
  payments: events "payment" with amount in $
  joined:   events "sign_up"
signals:
  error_rate:      share(requests where status >= 500) over 1h, at least 20
  p95_response:    p95(requests.duration by route) over 1h
  payment_success: share(payments where outcome = "ok") over 1h, at least 20
  revenue:         sum(payments.amount where outcome = "ok") over 1h
  failures:        count(payments where outcome = "failed" by shop) over 1h
  refunds:         share(payments where outcome = "refunded") over 1h, at least 5000
  sign_ups:        count(joined) over 1h
objectives:
  error_rate:      target < 0.5%, warning > 1%, critical > 5%
  p95_response:    target < 500ms, critical > 2s
  payment_success: target > 98%, critical < 90%
  refunds:         target < 1%
reviews:
  first-payments: { of: payments, first: 5, show: [amount, outcome, shop], ask: Is this payment as the customer made it?, by: mia }
comparisons:
  cash-book: { of: payments, key: id, fields: [amount], by: engineering }
severities:
  urgent: { notify: [engineering by app, webhook:ops], respond: 15m }
  soon:   { notify: [mia by app], respond: 4h }
rules:
  shop-failing:
    when:     failures > 3
    severity: urgent
    service:  payments
    runbook:  https://runbooks.example/payments
  errors: { when: error_rate > 1% for 1s, severity: soon, service: shop }
  odd-payments: { when: first-payments wrong or cash-book differs, severity: soon }
  # Read, so that nothing is left to say of the text; at rest, so that nobody is told.
  dark: { when: shop-health failing or nightly late, severity: soon, enabled: false }
assessments:
  sound: { of: [shop-health, nightly, errors], during: after }
`;

/** What the plan's webhook of GitHub is signed with. */
export const GITHUB_SECRET = 'known to the repository and to us';

/** A server with the plan, without any event yet. */
export async function startWatched(): Promise<{ readonly server: ServerProcess; readonly dataFolder: string }> {
  const folder = await emptyFolder();
  const dataFolder = join(folder, 'data');
  const plan = join(folder, 'plan.yaml');
  await writeFile(plan, WATCHED_PLAN);
  const server = await makeServer({
    dataFolder,
    plan,
    environment: {
      WATCHBILL_INGEST_KEY: INGEST_KEY,
      WATCHBILL_EGRESS_ALLOW: '127.0.0.1:9',
      OPS_WEBHOOK_URL: 'http://127.0.0.1:9/pages',
      OPS_WEBHOOK_SECRET: 'a webhook that nobody answers',
      WATCHED_GITHUB_HOOK: GITHUB_SECRET,
      WATCHED_STRIPE_SIGNING: 'whsec_that_nobody_signs_with',
    },
  });
  server.start();
  await server.untilReady();
  return { server, dataFolder };
}

/** One checkout as three services tell of it, with their lines. */
function tracedCheckout(): readonly Readonly<Record<string, unknown>>[] {
  const span = (
    name: string,
    id: string,
    parent: string | undefined,
    service: string,
    duration: number,
    more: object,
  ) => ({
    name,
    trace_id: TRACE,
    span_id: id,
    ...(parent === undefined ? {} : { parent_span_id: parent }),
    service,
    duration_ms: duration,
    ...more,
  });
  const line = (level: string, service: string, message: string, more: object = {}) => ({
    name: 'log',
    level,
    service,
    message,
    'host.name': `${service}-1`,
    ...more,
  });
  return [
    span('call', '53995c3f42cd8ad8', '00f067aa0ba902b7', 'shop', 310, { span: 'POST payments', outcome: 'error' }),
    span('query', '5fb397be34d26b51', '00f067aa0ba902b7', 'shop', 40, { span: 'select basket', outcome: 'ok' }),
    span('span', '93564f51e1abe1c2', '53995c3f42cd8ad8', 'payments', 290, { span: 'charge', outcome: 'error' }),
    span('span', '00f067aa0ba902b7', undefined, 'shop', 420, { span: 'POST /checkout', outcome: 'error' }),
    ...Array.from({ length: 40 }, (_, index) =>
      line('info', 'shop', `served /products/${index}`, { path: '/products' }),
    ),
    line('warning', 'payments', 'the provider answers slowly', {
      path: '/api/payments',
      trace_id: TRACE,
      span_id: '93564f51e1abe1c2',
    }),
    line('error', 'payments', 'payment declined: card expired', {
      path: '/api/payments',
      state: 'FAILED',
      trace_id: TRACE,
      span_id: '93564f51e1abe1c2',
    }),
    line('info', 'payments', 'ready for the next one', { path: '/api/payments' }),
  ];
}

/** Lets it burn: two alerts fire, one figure is off target, one has too few events. */
export async function burn(server: ServerProcess, dataFolder: string): Promise<void> {
  const events: Readonly<Record<string, unknown>>[] = [
    ...Array.from({ length: 300 }, (_, index) => ({
      name: 'request',
      status: index % 40 === 0 ? 500 : 200,
      route: ['/orders', '/products', '/'][index % 3],
      duration_ms: 20 + ((index * 37) % 600),
    })),
    ...Array.from({ length: 200 }, (_, index) => ({
      name: 'payment',
      outcome: index % 10 === 0 ? 'failed' : 'ok',
      shop: index % 3 === 0 ? 'hamburg' : 'berlin',
      amount: 5 + (index % 40),
    })),
    ...tracedCheckout(),
    { name: 'deployment', service: 'payments', version: '2.3.0', environment: 'production', origin: 'release train' },
  ];
  const { status } = await sendEvents(server, events);
  if (status !== 200) throw new Error(`the events were answered ${status}`);
  await until('two alerts and the messages about them', async () => {
    const { alerts } = await getApi<{ alerts: readonly { state: string }[] }>(
      server,
      dataFolder,
      '/api/plans/watched/alerts',
    );
    return alerts.filter(({ state }) => state === 'firing').length >= 3 ? true : undefined;
  });
}

/** Errors of two groups, of which `ERROR` is one; they are in the store when it resolves. */
export async function breakDown(server: ServerProcess, dataFolder: string): Promise<void> {
  const errors = Array.from({ length: 12 }, (_, index) => ({
    name: 'error',
    fingerprint: index % 4 === 3 ? 'provider-slow' : ERROR,
    type: index % 4 === 3 ? 'TimeoutError' : 'PaymentError',
    message: `card ${4_000 + index} was declined`,
    level: 'error',
    service: 'payments',
    environment: 'production',
    release: 'payments@2.4.0',
    route: '/api/payments',
    user: `buyer-${index % 5}`,
    trace_id: TRACE,
    'tag.region': index % 3 === 0 ? 'us' : 'eu',
    stack: JSON.stringify({
      exceptions: [
        {
          type: 'PaymentError',
          frames: [
            {
              function: 'charge',
              file: '/srv/payments/charge.js',
              line: 41,
              column: 9,
              inApp: true,
              code: 'throw new PaymentError(card);',
            },
            { function: 'dispatch', file: '/srv/node_modules/router/index.js', line: 7, column: 3 },
          ],
          leftOut: 0,
        },
      ],
    }),
  }));
  await sendEvents(server, errors);
  await until('the errors in the store', async () => {
    const found = await getApi<{ readonly errors: number }>(server, dataFolder, '/api/plans/watched/errors');
    return found.errors === errors.length ? true : undefined;
  });
}
