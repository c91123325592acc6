import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DeploymentsAnswer } from '#contract/deployments.ts';
import type { ErrorDetailAnswer, ErrorListAnswer } from '#contract/errors.ts';
import type { StatusAnswer } from '#contract/status.ts';
import type { ServerProcess } from '../crash/server-process.ts';
import { cleanUp, emptyFolder, getApi, makeServer, until, watchbill } from './program.ts';

const PLAN = `plan: shop
timezone: UTC
launch: 2026-01-01 00:00
people: { mia: {} }
signals:
  requests_seen: count(requests) over 1h
  error_rate: share(requests where status >= 500) over 1h
  errors_seen: count(errors) over 1h
  declined: count(errors where type = "PaymentError") over 1h
  concerned: unique(errors.user) over 1h
  by_route: count(requests by route) over 1h
severities: { urgent: { notify: [mia by app] } }
rules:
  errors: { when: error_rate > 90%, severity: urgent }
`;

/** What the shop counted itself. */
interface Counted {
  readonly errors: number;
  readonly byKind: Readonly<Record<string, number>>;
  readonly users: number;
  readonly usersOfKind: Readonly<Record<string, number>>;
  readonly requests: number;
  readonly failedRequests: number;
  readonly repeated: number;
}

let server: ServerProcess;
let dataFolder: string;
let dsn: string;
afterAll(cleanUp);
beforeAll(async () => {
  const folder = await emptyFolder();
  dataFolder = join(folder, 'data');
  const plan = join(folder, 'plan.yaml');
  await writeFile(plan, PLAN);
  server = await makeServer({ dataFolder, plan });
  server.start();
  await server.untilReady();
  const made = await watchbill(['key', 'create', 'browsers', '--for', 'sentry', '--data', dataFolder]);
  expect(made).toMatchObject({ exit: 0, errors: '' });
  dsn = made.output.trim();
});

/** Runs the shop to its end. */
function runShop(environment: Readonly<Record<string, string>>): Promise<Counted> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'sentry-shop.ts')], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.once('close', (exit) => {
      if (exit === 0) resolve(JSON.parse(output) as Counted);
      else reject(new Error(`The shop ended with ${exit}.`));
    });
  });
}

async function signals(): Promise<ReadonlyMap<string, number | undefined>> {
  const { plans } = await getApi<StatusAnswer>(server, dataFolder, '/api/status?plan=shop');
  return new Map(plans[0]?.signals.map(({ signal, group, value }) => [[signal, ...group].join(' '), value]));
}

test('the figures of a stock Sentry SDK equal those of an independent counter', async () => {
  expect(dsn).toMatch(/^http:\/\/wb_sentry_[a-z2-7]{16}_[a-z2-7]{32}@127\.0\.0\.1:\d+\/1$/);
  const counted = await runShop({ SENTRY_DSN: dsn });
  expect(counted.errors).toBeGreaterThanOrEqual(1_000);
  expect(counted.repeated).toBeGreaterThan(50);

  const list = await until('all errors in the store', async () => {
    const found = await getApi<ErrorListAnswer>(server, dataFolder, '/api/plans/shop/errors?sort=count');
    return found.errors >= counted.errors && found.segmentsWaiting === 0 ? found : undefined;
  });
  expect(list.errors).toBe(counted.errors);
  const kindOf = ({ type }: { readonly type?: string | undefined }): string => type ?? 'message';
  expect(Object.fromEntries(list.groups.map((group) => [kindOf(group), group.count]))).toEqual(counted.byKind);
  expect(Object.fromEntries(list.groups.map((group) => [kindOf(group), group.users]))).toEqual(counted.usersOfKind);
  expect(list.groupsThere).toBe(5);

  const live = await until('the live figures', async () => {
    const now = await signals();
    return now.get('requests_seen') === counted.requests ? now : undefined;
  });
  expect(live.get('errors_seen')).toBe(counted.errors);
  expect(live.get('declined')).toBe(counted.byKind['PaymentError']);
  expect(live.get('concerned')).toBe(counted.users);
  expect(live.get('error_rate')).toBeCloseTo(counted.failedRequests / counted.requests, 10);
  expect([live.get('by_route /checkout'), live.get('by_route /search'), live.get('by_route /orders/:id')]).toEqual(
    new Array(3).fill(counted.requests / 3),
  );

  const payment = list.groups.find(({ type }) => type === 'PaymentError');
  const detail = await getApi<ErrorDetailAnswer>(server, dataFolder, `/api/plans/shop/errors/${payment?.error}`);
  const attributes: Readonly<Record<string, unknown>> = detail.latest[0]?.attributes ?? {};
  expect(attributes).toMatchObject({ release: 'shop@1.0.0', service: 'shop', environment: 'test', handled: true });
  expect(JSON.parse(String(attributes['stack'])).exceptions[0].frames[0]).toMatchObject({
    function: expect.stringContaining('chargeCard'),
    file: expect.stringContaining('sentry-shop.ts'),
    inApp: true,
    code: expect.stringContaining('was declined'),
  });
  expect(detail.values.find(({ field }) => field === 'tag.shelf')?.values).toHaveLength(3);
  expect(JSON.stringify(detail)).not.toContain('@shop.example');

  const again = await runShop({ SENTRY_DSN: dsn, RELEASE: 'shop@1.1.0', REQUESTS: '24' });
  const { deployments } = await until('the deployment', async () => {
    const found = await getApi<DeploymentsAnswer>(server, dataFolder, '/api/plans/shop/deployments');
    return found.deployments.length > 0 ? found : undefined;
  });
  expect(deployments).toMatchObject([
    { service: 'shop', version: '1.1.0', previous: '1.0.0', environment: 'test', origins: ['sentry'] },
  ]);
  const both = await until('the errors of both releases', async () => {
    const found = await getApi<ErrorListAnswer>(server, dataFolder, '/api/plans/shop/errors');
    return found.errors >= counted.errors + again.errors ? found : undefined;
  });
  expect([both.errors, both.groupsThere]).toEqual([counted.errors + again.errors, 5]);
});

test('a key in a DSN is stored as a hash alone', async () => {
  const key = /\/\/(\w+)@/.exec(dsn)?.[1] ?? '';
  expect(key).not.toBe('');
  const keys = await getApi<readonly { readonly name: string; readonly scopes: readonly string[] }[]>(
    server,
    dataFolder,
    '/api/plans/shop/keys',
  );
  expect(keys).toMatchObject([{ name: 'browsers', scopes: ['sentry:write'] }]);
  expect(JSON.stringify(keys)).not.toContain(key);
  const cached = await readFile(join(dataFolder, 'intake', 'configuration.json'), 'utf8').catch(() => '');
  expect(cached).not.toContain(key);
});
