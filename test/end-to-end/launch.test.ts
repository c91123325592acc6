import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApiClient } from '#contract/client.ts';
import type { ServerProcess } from '../crash/server-process.ts';
import { cleanUp, emptyFolder, makeServer } from './program.ts';

const PLAN = `plan: shop
launch: on command
phases:
  first-day: T+0 .. T+24h
people: { mia: {} }
sources: { payments: events "payment" }
signals:
  failures: count(payments where outcome != "ok")
severities: { urgent: { notify: [mia by app] } }
rules:
  failing: { when: failures > 3 in 10s, severity: urgent }
`;

let server: ServerProcess;
let token: string;
afterAll(cleanUp);
beforeAll(async () => {
  const folder = await emptyFolder();
  const dataFolder = join(folder, 'data');
  const plan = join(folder, 'plan.yaml');
  await writeFile(plan, PLAN);
  server = await makeServer({ dataFolder, plan });
  server.start();
  await server.untilReady();
  token = (await readFile(join(dataFolder, 'admin-token'), 'utf8')).trim();
});

test('a plan that waits for its launch is launched once, by whoever has seen it as it is', async () => {
  const api = createApiClient({ fetch, baseUrl: server.url, headers: { authorization: `Bearer ${token}` } });
  const params = { plan: 'shop' };
  const overview = () => api.get('/plans/{plan}/overview', { params });
  expect((await overview()).launch).toEqual({ state: 'awaited' });

  const stale = api.post('/plans/{plan}/launch', { params, body: { expectedVersion: 7 } });
  await expect(stale).rejects.toMatchObject({ status: 409, code: 'version-conflict' });

  const { launchedAt } = await api.post('/plans/{plan}/launch', { params, body: { expectedVersion: 1 } });
  expect(await overview()).toMatchObject({ launch: { state: 'launched', at: launchedAt }, phase: 'first-day' });

  const again = api.post('/plans/{plan}/launch', { params, body: { expectedVersion: 1 } });
  await expect(again).rejects.toMatchObject({ status: 409, code: 'already-done' });
  expect((await overview()).launch.at).toBe(launchedAt);
});
