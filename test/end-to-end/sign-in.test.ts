import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SESSION_COOKIE } from '#http/sign-in/cookie.ts';
import type { ServerProcess } from '../crash/server-process.ts';
import { cleanUp, emptyFolder, INGEST_KEY, makeServer, until, watchbill, watchbillJson } from './program.ts';
import { SHOP_PLAN } from './shop.ts';

const PASSWORD = 'what the tide brings';
let dataFolder: string;
let server: ServerProcess;

beforeAll(async () => {
  const folder = await emptyFolder();
  dataFolder = join(folder, 'data');
  const plan = join(folder, 'plan.yaml');
  await writeFile(plan, SHOP_PLAN);
  const environment = {
    WATCHBILL_INGEST_KEY: INGEST_KEY,
    SHOP_WEBHOOK_URL: 'http://127.0.0.1:9/',
    SHOP_WEBHOOK_SECRET: `whsec_${Buffer.alloc(24, 7).toString('base64')}`,
    BETTER_AUTH_TELEMETRY: '1',
    BETTER_AUTH_URL: 'http://elsewhere.example',
  };
  server = await makeServer({ dataFolder, plan, environment });
  server.start();
  await server.untilReady();
});
afterAll(cleanUp);

const links = (): string[] => [...server.printed.matchAll(/\/set-up#token=([\w-]+)/g)].map(([, token]) => token ?? '');

async function ask(
  path: string,
  asking: { readonly body?: unknown; readonly cookie?: string; readonly method?: string } = {},
) {
  const response = await fetch(`${server.url}/api${path}`, {
    method: asking.method ?? (asking.body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(asking.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(asking.cookie === undefined ? {} : { cookie: `${SESSION_COOKIE}=${asking.cookie}`, origin: server.url }),
    },
    ...(asking.body === undefined ? {} : { body: JSON.stringify(asking.body) }),
  });
  const cookie = new RegExp(`${SESSION_COOKIE}=([^;]+);`).exec(response.headers.get('set-cookie') ?? '')?.[1] ?? '';
  // biome-ignore lint/suspicious/noExplicitAny: each step knows what it asked for.
  return { status: response.status, body: (await response.json()) as any, cookie };
}
const setUp = (token: string | undefined) =>
  ask('/set-up', { body: { token, name: 'Mia', email: 'mia@shop.example', password: PASSWORD } });

test('a core that is started again voids the link and prints another', async () => {
  const [first] = await until('the set-up link', () => (links().length === 1 ? links() : undefined));
  await server.kill('core');
  const [, second] = await until('another set-up link', () => (links().length === 2 ? links() : undefined));
  await server.untilReady();
  expect((await setUp(first)).body.error.code).toBe('link-invalid');
  const made = await setUp(second);
  expect(made.body).toMatchObject({ serverLevel: 'owner' });
  expect((await ask('/session', { cookie: made.cookie })).body).toMatchObject({ name: 'Mia' });
});

test('once there is an owner no link is printed, and sessions outlast a restart', async () => {
  const { cookie } = await ask('/sign-in', { body: { email: 'mia@shop.example', password: PASSWORD } });
  await server.kill('core');
  await server.untilReady();
  expect((await ask('/session', { cookie })).status).toBe(200);
  expect(links()).toHaveLength(2);
});

test('an open stream ends when its session does', async () => {
  const { cookie } = await ask('/sign-in', { body: { email: 'mia@shop.example', password: PASSWORD } });
  const stream = await fetch(`${server.url}/api/plans/shop/live`, {
    headers: { cookie: `${SESSION_COOKIE}=${cookie}` },
  });
  expect(stream.status).toBe(200);
  const reader = stream.body?.getReader();
  await reader?.read();
  await ask('/sign-out', { method: 'POST', cookie });
  const startedMs = performance.now();
  while ((await reader?.read())?.done === false);
  expect(performance.now() - startedMs).toBeLessThan(60_000);
});

test('whoever has the data folder can let somebody in again', async () => {
  const [mia] = await watchbillJson<{ email: string }[]>(['user', 'list', '--data', dataFolder]);
  expect(mia).toMatchObject({ email: 'mia@shop.example', serverLevel: 'owner' });
  const { output, exit } = await watchbill(['user', 'link', 'Mia@shop.example', '--data', dataFolder]);
  expect(exit).toBe(0);
  expect(output).toMatch(new RegExp(`^${server.url}/reset-password#token=[\\w-]{32}\\n$`));
  const body = { token: output.trim().split('=')[1], password: 'what another tide brings' };
  expect((await ask('/password-reset', { body })).body).toMatchObject({ name: 'Mia' });
  expect((await ask('/sign-in', { body: { email: 'mia@shop.example', password: PASSWORD } })).status).toBe(401);
  const unknown = await watchbill(['user', 'link', 'eve@shop.example', '--data', dataFolder]);
  expect(unknown).toMatchObject({ exit: 66 });
});

test('what the library would obey does not reach it', async () => {
  const parts = await server.processes();
  const core = parts.find(({ part }) => part === 'core');
  expect(await readFile(`/proc/${core?.pid}/environ`, 'utf8')).not.toContain('BETTER_AUTH_');
});
