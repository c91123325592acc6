import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { afterAll, expect, test } from 'vitest';
import type { ServerProcess } from '../crash/server-process.ts';
import { cleanUp, emptyFolder, makeServer, onCleanUp, until } from './program.ts';
import { startReceiver } from './shop.ts';

afterAll(cleanUp);

const TOKEN = 'token-of-this-test-alone';

const planOf = (port: number) => `plan: shop
title: Shop
timezone: UTC
launch: 2026-01-01 00:00
people: { mia: { email: mia@shop.example } }
channels:
  ops: { kind: webhook, url: secret SHOP_WEBHOOK_URL, secret: secret SHOP_WEBHOOK_SECRET }
services: { shop: {} }
probes:
  health: { check: "GET http://127.0.0.1:${port}/health", every: 1s, service: shop, headers: { Authorization: secret SHOP_TOKEN }, expect: json.state = "well" }
  port:   { check: "tcp 127.0.0.1:${port}", every: 2h }
severities: { urgent: { notify: [mia by app, webhook:ops] } }
rules: { dead: { when: health failing, until: health passing, severity: urgent } }
`;

interface Check {
  readonly probe: string;
  readonly due: number;
  readonly outcome: string;
}

test('a target that is dead pages, one that is back resolves, and no kill has an instant looked at twice', async () => {
  const folder = await emptyFolder();
  const dataFolder = join(folder, 'data');
  const plan = join(folder, 'plan.yaml');
  const target = await startTarget();
  await writeFile(plan, planOf(target.port));
  const receiver = await startReceiver(folder);
  const server = await makeServer({
    dataFolder,
    plan,
    environment: {
      ...receiver.environment,
      WATCHBILL_EGRESS_ALLOW: `${receiver.environment['WATCHBILL_EGRESS_ALLOW']},127.0.0.1:${target.port}`,
      SHOP_TOKEN: TOKEN,
    },
  });
  server.start();
  await server.untilReady(60_000);
  await until('a first look', () => (target.tokens.length > 0 ? true : undefined));
  expect(target.tokens[0]).toBe(TOKEN);

  target.isWell = false;
  const page = await until('a page', () => receiver.pages.find(({ body }) => body.type === 'alert.firing'));
  expect(page.body.data).toMatchObject({ rule: 'dead' });
  target.isWell = true;
  await until('its end', () => receiver.pages.find(({ body }) => body.type === 'alert.resolved'));

  for (const victim of ['prober', 'intake', 'prober'] as const) {
    const before = await pidOf(server, victim);
    expect(await server.kill(victim)).toBe(true);
    await until(`another ${victim}`, async () => {
      const pid = await pidOf(server, victim);
      return pid !== undefined && pid !== before ? pid : undefined;
    });
    const looks = target.tokens.length;
    await until('looks to go on', () => (target.tokens.length > looks + 1 ? true : undefined));
  }

  const instants = Math.floor(Date.now() / 1_000);
  const checks = await until('what was seen in the store', async () => {
    const found = await readChecks(dataFolder);
    return found.some(({ due }) => due / 1_000 >= instants) ? found : undefined;
  });
  const health = checks.filter(({ probe }) => probe === 'health');
  expect(new Set(health.map(({ due }) => due)).size).toBe(health.length);
  // One grid, over all starts of the prober.
  expect(new Set(health.map(({ due }) => due % 1_000)).size).toBe(1);
  expect(health.some(({ outcome }) => outcome === 'failed')).toBe(true);
  // The next instant is hours away: the one that had passed was looked at, once, and by no other start again.
  expect(checks.filter(({ probe }) => probe === 'port')).toMatchObject([{ outcome: 'passed' }]);
  expect(server.printed).not.toContain(TOKEN);
}, 120_000);

async function pidOf(server: ServerProcess, wanted: string): Promise<number | undefined> {
  return (await server.processes()).find(({ part }) => part === wanted)?.pid;
}

async function startTarget(): Promise<{ readonly port: number; readonly tokens: string[]; isWell: boolean }> {
  const tokens: string[] = [];
  const target = { tokens, isWell: true, port: 0 };
  const server: Server = createServer((request, response) => {
    tokens.push(request.headers.authorization ?? '');
    response.end(JSON.stringify({ state: target.isWell ? 'well' : 'ill', echo: request.headers.authorization }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onCleanUp(async () => {
    server.closeAllConnections();
    server.close();
  });
  target.port = (server.address() as AddressInfo).port;
  return target;
}

async function readChecks(dataFolder: string): Promise<readonly Check[]> {
  const { stores } = JSON.parse(await readFile(join(dataFolder, 'server.json'), 'utf8')) as {
    stores: { clickhouse: { url: string; username: string; password: string } };
  };
  const client = createClient({ ...stores.clickhouse, database: 'watchbill', log: { level: ClickHouseLogLevel.OFF } });
  try {
    const answer = await client.query({
      query: `select strings['probe'] as probe, toFloat64(numbers['due']) as due, strings['outcome'] as outcome from events
              where name = 'check' order by due`,
      format: 'JSONEachRow',
    });
    return await answer.json<Check>();
  } finally {
    await client.close();
  }
}
