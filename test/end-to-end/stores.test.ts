import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ServerProcess, Victim } from '../crash/server-process.ts';
import { cleanUp, emptyFolder, INGEST_KEY, makeServer, sendEvents, until, watchbillJson } from './program.ts';
import { failuresOf, type Receiver, SHOP_PLAN, startReceiver, untilStored } from './shop.ts';

let dataFolder: string;
let receiver: Receiver;
let server: ServerProcess;

beforeAll(async () => {
  const folder = await emptyFolder();
  dataFolder = join(folder, 'data');
  const plan = join(folder, 'plan.yaml');
  await writeFile(plan, SHOP_PLAN);
  receiver = await startReceiver(folder);
  server = await makeServer({ dataFolder, plan, environment: receiver.environment });
  server.start();
  await server.untilReady();
});
afterAll(cleanUp);

const frozen: number[] = [];
afterEach(thaw);

/** Stops a part with SIGSTOP, until `thaw` or the end of the test. */
async function freeze(part: Victim | 'other'): Promise<void> {
  const pids = (await server.processes()).filter((candidate) => candidate.part === part).map(({ pid }) => pid);
  if (pids.length === 0) throw new Error(`there is no ${part}`);
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  frozen.push(...pids);
}

function thaw(): void {
  for (const pid of frozen.splice(0)) process.kill(pid, 'SIGCONT');
}

/** The reasons why it is not ready, as soon as it is not. */
function untilNotReady(): Promise<readonly string[]> {
  return until('not ready', async () => {
    const answer = await fetch(`${server.url}/readyz`);
    const body = (await answer.json()) as { ready: boolean; reasons: readonly string[] };
    return answer.status === 503 && !body.ready ? body.reasons : undefined;
  });
}

test('the telemetry store is killed while events come: they are answered, pages leave, and all is loaded later', async () => {
  expect(await server.kill('store')).toBe(true);
  for (let batch = 0; batch < 5; batch += 1) {
    expect((await sendEvents(server, failuresOf('killed', 4))).status).toBe(200);
  }
  expect((await receiver.page('alert.firing', 'killed')).data.rule).toBe('shop-failing');
  expect(await untilStored(dataFolder, 'killed', 20)).toBe(20);
});

test('the telemetry store is stopped: the same, and readiness names it', async () => {
  await freeze('store');
  expect(await untilNotReady()).toContain('The telemetry store does not answer.');
  for (let batch = 0; batch < 5; batch += 1) {
    expect((await sendEvents(server, failuresOf('stopped', 4))).status).toBe(200);
  }
  expect((await receiver.page('alert.firing', 'stopped')).data.rule).toBe('shop-failing');
  thaw();
  expect(await untilStored(dataFolder, 'stopped', 20)).toBe(20);
});

test('intake hangs: readiness names it, and status says that nothing is judged', async () => {
  await freeze('intake');
  expect(await untilNotReady()).toContain('Intake does not answer.');
  const status = await until('a notice that nothing is judged', async () => {
    const read = await watchbillJson<{
      plans: { notices: string[]; signals: { state: string; reason?: string }[] }[];
    }>(['status', '--data', dataFolder]);
    return read.plans[0]?.notices.some((notice) => notice.includes('nothing is judged')) ? read : undefined;
  });
  expect(status.plans[0]?.signals.map(({ state }) => state)).toEqual(
    expect.arrayContaining(['not evaluated', 'not evaluated', 'not evaluated']),
  );
  thaw();
  await server.untilReady();
  expect((await sendEvents(server, failuresOf('after the pause', 4), INGEST_KEY)).status).toBe(200);
  await receiver.page('alert.firing', 'after the pause');
  expect(receiver.forged).toEqual([]);
});

test('PostgreSQL hangs: readiness names it', async () => {
  await freeze('postgres');
  // Its backends, which answer although the postmaster is stopped.
  await freeze('other');
  expect(await untilNotReady()).toContain('PostgreSQL does not answer.');
  thaw();
  await server.untilReady();
});

test('PostgreSQL is killed: what comes meanwhile is paged when it is back, once', async () => {
  expect(await server.kill('postgres')).toBe(true);
  expect((await sendEvents(server, failuresOf('without a database', 4))).status).toBe(200);
  const { alert } = (await receiver.page('alert.firing', 'without a database')).data;
  await server.untilReady();
  expect(receiver.pages.filter(({ body }) => body.data.alert === alert && body.type === 'alert.firing')).toHaveLength(
    1,
  );
});
