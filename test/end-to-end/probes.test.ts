import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { afterAll, expect, test } from 'vitest';
import type { ProbeHistoryAnswer } from '#contract/probes.ts';
import type { SeriesAnswer } from '#contract/signals.ts';
import type { StatusAnswer } from '#contract/status.ts';
import { HOUR_MS } from '#kernel/instant.ts';
import type { ServerProcess } from '../crash/server-process.ts';
import { cleanUp, emptyFolder, getApi, LAUNCHER, makeServer, onCleanUp, until, watchbill } from './program.ts';
import { startReceiver } from './shop.ts';

afterAll(cleanUp);

const TOKEN = 'token-of-this-test-alone';
/** The other place has one of its own, since no value of a secret leaves the server. */
const BERLINS_TOKEN = 'token-of-berlin-alone';
const STEADY_MS = 3_000;
/** A result of `health` holds no longer than two of its intervals and its timeout. */
const STALE_MS = 3_000;

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
  steady: { check: "tcp 127.0.0.1:${port}", every: ${STEADY_MS / 1_000}s }
severities: { urgent: { notify: [mia by app, webhook:ops] } }
rules: { dead: { when: health failing, until: health passing, severity: urgent } }
`;

interface Check {
  readonly probe: string;
  readonly location: string;
  readonly due: number;
  readonly at: number;
  readonly outcome: string;
}

test('a target that is dead pages, one that is back resolves, from two places, and no kill has an instant looked at twice or makes up what nobody saw', async () => {
  const folder = await emptyFolder();
  const dataFolder = join(folder, 'data');
  const plan = join(folder, 'plan.yaml');
  const target = await startTarget();
  await writeFile(plan, planOf(target.port));
  const receiver = await startReceiver(folder);
  const environment = {
    ...receiver.environment,
    WATCHBILL_EGRESS_ALLOW: `${receiver.environment['WATCHBILL_EGRESS_ALLOW']},127.0.0.1:${target.port}`,
    SHOP_TOKEN: TOKEN,
  };
  const server = await makeServer({ dataFolder, plan, environment });
  server.start();
  await server.untilReady();
  await until('a first look', () => (target.tokens.length > 0 ? true : undefined));
  expect(target.tokens[0]).toBe(TOKEN);
  const made = await watchbill(['key', 'create', 'berlin', '--for', 'prober', '--data', dataFolder]);
  const berlin = startElsewhere(server, made.output.trim(), { ...environment, SHOP_TOKEN: BERLINS_TOKEN });
  await until('a look of berlin', () => (target.tokens.includes(BERLINS_TOKEN) ? true : undefined));

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
    const own = (): number => target.tokens.slice(looks).filter((token) => token === TOKEN).length;
    await until('looks to go on', () => (own() > 1 ? true : undefined));
  }

  const ofBerlin = ({ probe, location }: Check): boolean => probe === 'steady' && location === 'berlin';
  await until('three instants of berlin', async () =>
    (await readChecks(dataFolder)).filter(ofBerlin).length > 2 ? true : undefined,
  );
  // Nobody looks for longer than a result holds. Berlin tells what it has before it ends.
  expect(await berlin.stop()).toBe(0);
  await server.killForGood();
  const goneAt = Date.now();
  await until('what is known to be too old', () => (Date.now() > goneAt + 2 * STALE_MS ? true : undefined));
  server.start();
  await server.untilReady();
  const again = startElsewhere(server, made.output.trim(), { ...environment, SHOP_TOKEN: BERLINS_TOKEN });
  const backAt = Date.now();
  for (const location of ['here', 'berlin']) {
    await until(`new results of ${location}`, () =>
      seen(dataFolder, (check) => check.probe === 'steady' && check.location === location && check.due > backAt),
    );
  }
  expect(await again.stop()).toBe(0);

  const checks = await readChecks(dataFolder);
  for (const location of ['here', 'berlin']) {
    const health = checks.filter((check) => check.probe === 'health' && check.location === location);
    expect(new Set(health.map(({ due }) => due)).size).toBe(health.length);
  }
  expect(checks.some(({ probe, outcome }) => probe === 'health' && outcome === 'failed')).toBe(true);
  // One grid, over all places and all starts.
  expect(new Set(checks.filter(({ probe }) => probe === 'health').map(({ due }) => due % 1_000)).size).toBe(1);
  const steady = checks.filter((check) => ofBerlin(check) && check.due < goneAt);
  // Whatever was killed on the server, berlin left no instant out.
  expect(steady.map(({ due }) => due)).toEqual(steady.map((_, index) => (steady[0]?.due ?? 0) + index * STEADY_MS));
  // The next instant is hours away: the one that had passed was looked at by each place, once, and by no other start again.
  expect(checks.filter(({ probe }) => probe === 'port').map(({ location, outcome }) => [location, outcome])).toEqual(
    expect.arrayContaining([
      ['here', 'passed'],
      ['berlin', 'passed'],
    ]),
  );
  expect(checks.filter(({ probe }) => probe === 'port')).toHaveLength(2);

  const health = checks.filter(({ probe }) => probe === 'health').toSorted((left, right) => left.at - right.at);
  const from = health.findLast(({ at }) => at <= goneAt)?.at ?? 0;
  const to = health.find(({ at }) => at > goneAt)?.at ?? 0;
  const range = new URLSearchParams({ from: new Date(from).toISOString(), to: new Date(to).toISOString() });
  const { probe, uptime } = await getApi<ProbeHistoryAnswer>(
    server,
    dataFolder,
    `/api/plans/shop/probes/health?${range}`,
  );
  expect(uptime.upMs + uptime.downMs).toBeLessThanOrEqual(probe.staleMs);
  expect(uptime.unknownMs).toBe(to - from - uptime.upMs - uptime.downMs);
  expect(uptime.unknownMs).toBeGreaterThanOrEqual(STALE_MS);

  // A signal that comes now begins with what the store knows: the target was not well for a while, long before it.
  await writeFile(
    plan,
    `${planOf(target.port)}signals: { uptime: availability(health) over 30d }\nobjectives: { uptime: target >= 99.9% }\n`,
  );
  expect((await watchbill(['apply', plan, '--data', dataFolder])).exit).toBe(0);
  const share = await until('an uptime', async () => {
    const { series } = await getApi<SeriesAnswer>(server, dataFolder, '/api/plans/shop/signals/uptime/series');
    return series[0]?.groups[0]?.last.findLast((value) => value !== null) ?? undefined;
  });
  expect(share).toBeGreaterThan(0);
  expect(share).toBeLessThan(1);
  // A place that was cut off tells much later what it saw then; that counts too.
  const cutOffAt = Date.now() - 2 * HOUR_MS;
  const results = Array.from({ length: 500 }, (_, index) => {
    const at = cutOffAt + index * 1_000;
    const outcome = { outcome: 'failed', reason: 'timed-out', durationMs: 5, fields: {} };
    return { probe: 'health', location: 'berlin', dueAt: at, at, ...outcome };
  });
  const told = await fetch(`${server.intakeUrl}/v1/checks?location=berlin`, {
    method: 'POST',
    headers: { authorization: `Bearer ${made.output.trim()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ results }),
  });
  expect(await told.json()).toMatchObject({ accepted: results.length });
  await until('an uptime that knows of it', async () => {
    const { plans } = await getApi<StatusAnswer>(server, dataFolder, '/api/status');
    const now = plans[0]?.signals.find(({ signal }) => signal === 'uptime')?.value ?? share;
    return now < share / 2 ? true : undefined;
  });
  expect(server.printed).not.toContain(TOKEN);
  expect(target.tokens.every((token) => token === TOKEN || token === BERLINS_TOKEN)).toBe(true);
}, 180_000);

/** `watchbill probe` as berlin, in a process group of its own. */
function startElsewhere(server: ServerProcess, key: string, environment: Readonly<Record<string, string>>) {
  const child = spawn(
    process.execPath,
    [LAUNCHER, 'probe', '--server', server.intakeUrl, '--location', 'berlin', '--key', key],
    { detached: true, stdio: 'ignore', env: { ...process.env, ...environment } },
  );
  const exited = once(child, 'exit');
  const signal = (name: NodeJS.Signals): void => {
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) process.kill(-child.pid, name);
  };
  onCleanUp(async () => signal('SIGKILL'));
  return {
    /** Resolves with its exit code. */
    async stop(): Promise<unknown> {
      signal('SIGTERM');
      return (await exited)[0];
    },
  };
}

async function seen(dataFolder: string, wanted: (check: Check) => boolean): Promise<true | undefined> {
  return (await readChecks(dataFolder)).some(wanted) ? true : undefined;
}

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
      query: `select strings['probe'] as probe, strings['location'] as location, toFloat64(numbers['due']) as due,
                toFloat64(toUnixTimestamp64Milli(ts)) as at, strings['outcome'] as outcome
              from events where name = 'check' order by due`,
      format: 'JSONEachRow',
    });
    return await answer.json<Check>();
  } finally {
    await client.close();
  }
}
