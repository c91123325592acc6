import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ServerProcess } from '../crash/server-process.ts';
import {
  cleanUp,
  emptyFolder,
  getApi,
  INGEST_KEY,
  makeServer,
  sendEvents,
  until,
  watchbill,
  watchbillJson,
} from './program.ts';
import { failuresOf, type Receiver, SHOP_PLAN, startReceiver } from './shop.ts';

/** One server for all: each test looks at another side of it, and the last one stops it. */
let folder: string;
let dataFolder: string;
let plan: string;
let receiver: Receiver;
let server: ServerProcess;

beforeAll(async () => {
  folder = await emptyFolder();
  dataFolder = join(folder, 'data');
  plan = join(folder, 'plan.yaml');
  await writeFile(plan, SHOP_PLAN);
  receiver = await startReceiver(folder);
  const environment = { ...receiver.environment, WATCHBILL_PUBLIC_INTAKE_URL: 'https://intake.example/' };
  server = await makeServer({ dataFolder, plan, environment });
  server.start();
  await server.untilReady();
});
afterAll(cleanUp);

const cli = (...words: readonly string[]) => watchbill([...words, '--data', dataFolder]);

test('it is alive and ready, and knows who asks', async () => {
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  expect(await (await fetch(`${server.url}/readyz`)).json()).toEqual({ ready: true, reasons: [] });
  expect((await fetch(`${server.url}/api/status`)).status).toBe(401);
});

test('senders are told the address of the proxy, and the commands go on with their own', async () => {
  const { intakeUrl } = await getApi<{ intakeUrl: string }>(server, dataFolder, '/api/plans/shop/data/rejections');
  expect(intakeUrl).toBe('https://intake.example');
  const record = JSON.parse(await readFile(join(dataFolder, 'server.json'), 'utf8'));
  expect(record.intakeUrl).toBe(server.intakeUrl);
});

test('channels are listed and tried out from the command line', async () => {
  const { exit, output } = await cli('channels');
  expect(exit).toBe(0);
  expect(output).toMatch(/^app +app +- +mia/m);
  const tested = await cli('channels', 'test', 'app', '--to', 'mia');
  expect(tested).toMatchObject({ exit: 0, errors: '' });
  expect(tested.output).toMatch(/^app took the message to mia/);
  expect((await cli('channels')).output).toMatch(/^app .*accepted \d{4}-/m);
  const nobody = await cli('channels', 'test', 'app', '--to', 'nobody');
  expect(nobody.exit).toBe(66);
});

test('a second server on the same data folder is refused', async () => {
  const second = await cli('up', plan, '--port', '0', '--intake-port', '0');
  expect(second.exit).toBe(73);
  expect(second.errors).toContain('data-folder-in-use: ');
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
});

test('a taken port is named before anything is started', async () => {
  const port = new URL(server.url).port;
  const other = await watchbill(['up', '--data', join(folder, 'other'), '--port', port, '--intake-port', '0']);
  expect(other.exit).toBe(78);
  expect(other.errors).toContain(`Port ${port} is taken`);
});

test('a plan with errors is refused before the start, each error at its place', async () => {
  const bad = join(folder, 'bad.yaml');
  await writeFile(
    bad,
    SHOP_PLAN.replace('count(payments', 'cuont(payments').replace('severity: urgent', 'severity: urgnt'),
  );
  const never = join(folder, 'never');
  const refused = await watchbill(['up', bad, '--data', never, '--port', '0', '--intake-port', '0']);
  expect(refused.exit).toBe(65);
  expect(refused.errors).toMatch(/bad\.yaml:11:\d+: error E\d+: .*cuont/);
  expect(refused.errors).toMatch(/bad\.yaml:16:\d+: error E\d+: .*urgnt/);
  expect(refused.errors).toContain('plan-invalid: ');
  await expect(stat(never)).rejects.toThrow('ENOENT');

  const notApplied = await cli('apply', bad);
  expect(notApplied.exit).toBe(65);
  expect(notApplied.output).toMatch(/bad\.yaml:11:\d+: error/);
  expect(notApplied.output).not.toContain('version');
});

test('parts that are not executed yet refuse the plan, with that reason', async () => {
  const early = join(folder, 'early.yaml');
  await writeFile(early, `${SHOP_PLAN}hours: { business: workdays 09:00 .. 17:00 }\n`);
  for (const refused of [
    await watchbill(['up', early, '--data', join(folder, 'early'), '--port', '0', '--intake-port', '0']),
    await cli('apply', early),
  ]) {
    expect(refused.errors).toContain('plan-not-executable: ');
    expect(refused.exit).toBe(65);
  }
});

test('apply previews, applies, and refuses what was made for another version', async () => {
  const next = join(folder, 'next.yaml');
  await writeFile(next, SHOP_PLAN.replace('title: Shop', 'title: The shop'));
  const preview = await cli('apply', next, '--preview');
  expect(preview).toMatchObject({ exit: 0 });
  expect(preview.output).toContain('it would become version 2');
  const conflict = await cli('apply', next, '--expect', '7');
  expect(conflict.exit).toBe(75);
  expect(conflict.errors).toContain('version-conflict: ');
  expect((await cli('apply', next, '--expect', '1')).output).toContain('shop is now version 2.');
  expect((await cli('apply', next)).output).toContain('runs this text already, as version 2.');
});

test('a channel without its secret is known before the first page', async () => {
  const next = join(folder, 'next.yaml');
  await writeFile(next, SHOP_PLAN.replace('SHOP_WEBHOOK_SECRET', 'MISSPELT_SECRET'));
  const notice = 'The secret MISSPELT_SECRET is not set: nobody can be told by ops.';
  expect((await cli('apply', next)).output).toContain(notice);
  expect((await cli('status')).output).toContain(`! ${notice}`);
  await writeFile(next, SHOP_PLAN);
  await cli('apply', next);
  expect((await cli('status')).output).not.toContain('MISSPELT_SECRET');
});

test('keys are made, listed without their secret, and refused once revoked', async () => {
  const created = await cli('key', 'create', 'a sender');
  expect(created).toMatchObject({ exit: 0, errors: '' });
  const key = created.output.trim();
  expect((await sendEvents(server, [{ name: 'payment', outcome: 'ok' }], key)).status).toBe(200);
  const listed = await cli('key', 'list', '--json');
  expect(listed.output).not.toContain(key.slice(-16));
  const known = (JSON.parse(listed.output) as { id: string; name: string }[]).find(({ name }) => name === 'a sender');
  expect(await cli('key', 'revoke', known?.id ?? '')).toMatchObject({ exit: 0 });
  await until('the refusal of the revoked key', async () =>
    (await sendEvents(server, [{ name: 'payment', outcome: 'ok' }], key)).status === 401 ? true : undefined,
  );
  const sent = await cli('send', 'payment', 'outcome=ok', '--key', key);
  expect(sent.exit).toBe(77);
  expect(sent.errors).toContain('credential-invalid: ');
  expect(await cli('key', 'revoke', known?.id ?? '')).toMatchObject({ exit: 66 });
});

test('send names each record that was not taken', async () => {
  const input =
    '{"name":"payment","outcome":"ok"}\n{"outcome":"ok"}\n[1]\n{"name":"payment","time":"2001-01-01T00:00:00Z"}\n';
  const words = ['send', '--file', '-', '--data', dataFolder, '--key', INGEST_KEY];
  const sent = await watchbill(words, { input });
  expect(sent.exit).toBe(65);
  expect(sent.output).toBe('1 accepted, 3 rejected.\n');
  expect(sent.errors).toContain('record 1: name-invalid: ');
  expect(sent.errors).toContain('record 2: record-not-object: ');
  expect(sent.errors).toContain('record 3: time-too-old: ');
  const answer = JSON.parse((await watchbill([...words, '--json'], { input })).output) as { rejected: unknown[] };
  expect(answer.rejected).toHaveLength(3);
});

interface Status {
  readonly ready: boolean;
  readonly intake: { readonly rejected: Readonly<Record<string, Readonly<Record<string, number>>>> };
  readonly plans: readonly {
    readonly signals: readonly Readonly<Record<string, unknown>>[];
    readonly alerts: readonly Readonly<Record<string, unknown>>[];
  }[];
}

test('failing payments are told once, the end too; status, explain, inbox and the journal agree', async () => {
  expect((await sendEvents(server, failuresOf('north', 5))).body.accepted).toBe(5);
  const page = await receiver.page('alert.firing', 'north');
  const alert = page.data.alert;

  // Asked at once: ten seconds later the failures have left their window.
  const [status, explained, explainedRule] = await Promise.all([
    until('status shows the alert', async () => {
      const read = await watchbillJson<Status>(['status', '--data', dataFolder]);
      return read.plans[0]?.alerts.some((row) => row.alert === alert) ? read : undefined;
    }),
    cli('explain', alert),
    cli('explain', 'shop-failing'),
  ]);
  const [shop] = status.plans;
  expect(status.ready).toBe(true);
  expect(status.intake.rejected.shop).toMatchObject({ 'name-invalid': 2, 'record-not-object': 2, 'time-too-old': 2 });
  expect(shop?.alerts).toContainEqual(
    expect.objectContaining({
      alert,
      rule: 'shop-failing',
      group: ['north'],
      severity: 'urgent',
      state: 'firing',
      since: expect.stringMatching(/^\d{4}-.*Z$/),
      reason: 'condition-true',
    }),
  );
  expect(shop?.signals).toContainEqual(
    expect.objectContaining({
      signal: 'failures',
      group: ['north'],
      state: 'no objective',
      value: 5,
      shown: '5',
      unit: '',
      sampleSize: 5,
      ageMs: expect.any(Number),
    }),
  );
  // Four payments that were not failures so far, and the five that were: fewer than the 20 that it needs.
  const success = shop?.signals.find(({ signal }) => signal === 'payment_success');
  expect(success).toMatchObject({ state: 'too few', group: [], unit: '%', reason: '20 needed' });
  expect(shop?.signals.find(({ signal }) => signal === 'refunds')).toMatchObject({ value: 0, sampleSize: 0 });

  expect(explained.output).toMatch(/failures > 3: true, 5 of 5, against 3/);
  expect(explained.output).toMatch(/mia by app: fired, first notification/);
  expect(explainedRule.output).toContain(`${alert} told`);
  const unknown = await cli('explain', 'A-999');
  expect(unknown).toMatchObject({ exit: 66, output: '' });

  const resolved = await receiver.page('alert.resolved', 'north');
  expect(resolved.data.alert).toBe(alert);
  const facts = await until('the journal to have the delivery of the end', async () => {
    const read = await getApi<readonly { kind: string; subject: string; body: Record<string, unknown> }[]>(
      server,
      dataFolder,
      '/api/plans/shop/facts?limit=1000',
    );
    return read.filter(({ kind }) => kind === 'delivery-accepted').length >= 4 ? read : undefined;
  });
  const kinds = facts.filter(({ subject, body }) => subject === alert || body.alert === alert).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'alert-fired')).toHaveLength(1);
  expect(kinds.filter((kind) => kind === 'alert-resolved')).toHaveLength(1);
  expect(kinds.filter((kind) => kind === 'notified')).toHaveLength(4);
  const inbox = await watchbillJson<readonly { step: string; alert: string }[]>(['inbox', 'mia', '--data', dataFolder]);
  expect(inbox.filter((message) => message.alert === alert).map(({ step }) => step)).toEqual(['resolved', 'fired']);
  expect(receiver.pages.filter(({ body }) => body.data.alert === alert)).toHaveLength(2);
  expect(receiver.forged).toEqual([]);
});

test('the inbox of nobody is not an empty inbox', async () => {
  expect(await cli('inbox', 'maria')).toMatchObject({ exit: 66 });
});

test('SIGTERM ends it in good order: exit code 0, and no process stays', async () => {
  const before = await server.processes();
  const parts = ['supervisor', 'core', 'intake', 'store', 'postgres'];
  expect([...new Set(before.map(({ part }) => part))]).toEqual(expect.arrayContaining(parts));
  expect(await server.stop()).toBe(0);
  for (const { pid } of before) await expect(stat(`/proc/${pid}`)).rejects.toThrow('ENOENT');
  // The signal goes to the whole group, as Ctrl-C does; nobody loses the database before the time.
  expect(server.output).not.toContain('PostgreSQL');
  const refused = await cli('status');
  expect(refused).toMatchObject({ exit: 69 });
  expect(refused.errors).toContain('server-unreachable: ');
});
