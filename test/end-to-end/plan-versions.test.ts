import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import type { PlanVersionsAnswer, PlanVersionWithFiles } from '#contract/plan-versions.ts';
import type { ApplyAnswer } from '#contract/plans.ts';
import type { RehearsalMessage, ScenariosAnswer } from '#contract/rehearsals.ts';
import type { StatusAnswer } from '#contract/status.ts';
import { performanceOf } from '../../examples/kulti/dependencies.ts';
import { readHealth } from '../../examples/kulti/health.ts';
import type { ServerProcess } from '../crash/server-process.ts';
import { cleanUp, emptyFolder, makeServer, sendEvents, until } from './program.ts';

const PLAN = `plan: shop
launch: 2026-03-02 09:00
people: { mia: {} }
sources: { payments: events "payment" }
signals:
  failures: count(payments where outcome != "ok")
severities: { urgent: { notify: [mia by app] } }
rules:
  failing: { when: failures > 3 in 10s, severity: urgent }
`;
const SCENARIO = `scenario: Payments fail
steps:
  - at T+1m: load payments at 1/s with outcome = "declined"
  - at T+2m: expect page mia by app because failing
`;
/** Minutes of work for one thread. */
const LONG = `scenario: A month\nuntil: T+700h\nsteps:\n  - at T+0: load payments at 2000/s with outcome = "ok"\n`;

let server: ServerProcess;
let token: string;
let planFolder: string;
afterAll(cleanUp);
beforeAll(async () => {
  const folder = await emptyFolder();
  const dataFolder = join(folder, 'data');
  const plan = join(folder, 'shop');
  planFolder = plan;
  await mkdir(join(plan, 'scenarios'), { recursive: true });
  await writeFile(join(plan, 'plan.yaml'), PLAN);
  await writeFile(join(plan, 'scenarios/payments.scenario.yaml'), SCENARIO);
  server = await makeServer({ dataFolder, plan });
  server.start();
  await server.untilReady(60_000);
  token = (await readFile(join(dataFolder, 'admin-token'), 'utf8')).trim();
});

function ask(path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  return fetch(`${server.url}/api/plans/shop/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
}

async function answer<Answer>(path: string, body?: unknown): Promise<Answer> {
  const response = await ask(path, body);
  expect(response.status).toBe(200);
  return (await response.json()) as Answer;
}

async function refusal(path: string, body: unknown) {
  const response = await ask(path, body);
  const { error } = (await response.json()) as { readonly error: { readonly code: string; readonly message: string } };
  return { status: response.status, ...error };
}

describe('the versions of a plan', () => {
  test('are listed, read, previewed and added to', async () => {
    const first = await answer<PlanVersionsAnswer>('versions');
    expect(first).toMatchObject({ current: 1, versions: [{ version: 1, by: 'watchbill up' }] });
    const { files } = await answer<PlanVersionWithFiles>('versions/current');
    expect(files.map(({ path }) => path)).toEqual(['plan.yaml', 'scenarios/payments.scenario.yaml']);

    const next = files.map((file) => ({ ...file, text: file.text.replace('> 3 in 10s', '> 5 in 10s') }));
    const preview = await answer<ApplyAnswer>('versions', { files: next, expectedVersion: 1, preview: true });
    expect(preview).toMatchObject({ applied: false, changed: true, version: 2, effects: ['Rule failing changes.'] });
    const applied = await answer<ApplyAnswer>('versions', { files: next, expectedVersion: 1 });
    expect(applied).toMatchObject({ applied: true, version: 2 });
    expect((await answer<PlanVersionsAnswer>('versions')).versions.map(({ version }) => version)).toEqual([2, 1]);
    expect((await answer<PlanVersionWithFiles>('versions/1')).files).toEqual(files);
    expect((await ask('versions/3')).status).toBe(404);
  });

  test('of another plan, and on an outdated one, are refused', async () => {
    const { version, files } = await answer<PlanVersionWithFiles>('versions/current');
    const renamed = files.map((file) => ({ ...file, text: file.text.replace('plan: shop', 'plan: other') }));
    expect(await refusal('versions', { files: renamed, expectedVersion: version })).toMatchObject({
      status: 400,
      code: 'plan-renamed',
    });
    expect(await refusal('versions', { files, expectedVersion: version - 1 })).toMatchObject({
      status: 409,
      code: 'version-conflict',
    });
    const broken = [...files, { path: 'x.scenario.yaml', text: 'scenario: x\nstep: []\n' }];
    const answered = await answer<ApplyAnswer>('versions', { files: broken, expectedVersion: version });
    expect(answered).toMatchObject({ applied: false, diagnostics: [{ path: 'x.scenario.yaml' }, {}] });
  });
});

describe('a rehearsal', () => {
  test('of a scenario that came with the plan tells its progress and its result', async () => {
    const { scenarios } = await answer<ScenariosAnswer>('scenarios');
    expect(scenarios).toMatchObject([{ name: 'Payments fail', text: SCENARIO }]);
    const [scenario] = scenarios;
    const response = await ask('rehearsals', { scenario: { path: scenario?.path, text: scenario?.text } });
    expect(response.headers.get('content-type')).toContain('application/x-ndjson');
    const lines = (await response.text()).trim().split('\n');
    const messages = lines.map((line) => JSON.parse(line) as RehearsalMessage);
    expect(messages[0]).toMatchObject({ type: 'progress' });
    expect(messages.at(-1)).toMatchObject({ type: 'result', result: { state: 'passed' } });
  });

  test('that nobody waits for any more makes room, and keeps the core from nothing meanwhile', async () => {
    const leave = new AbortController();
    const long = await ask('rehearsals', { scenario: { path: 'long.scenario.yaml', text: LONG } }, leave.signal);
    const reader = long.body?.getReader();
    expect((await reader?.read())?.done).toBe(false);
    // The core answers while it plays: one that is kept busy would answer only after its end.
    expect((await ask('versions')).status).toBe(200);
    expect((await reader?.read())?.done).toBe(false);
    leave.abort();
    const next = await until('the next rehearsal', async () => {
      const response = await ask('rehearsals', { scenario: { path: 's.scenario.yaml', text: SCENARIO } });
      return response.status === 200 ? response.text() : undefined;
    });
    expect(next).toContain('"state":"passed"');
  });
});

// proves: KULTI-261, KULTI-265
test('the figures of a health endpoint are those that the API measured in the same window', async () => {
  const file = await readFile(join(import.meta.dirname, '../../examples/kulti/plan.yaml'), 'utf8');
  const { plan, title, timezone, launch, sources, signals } = parse(file) as Record<string, unknown>;
  // Without what would look at addresses of others.
  const own = Object.entries(signals as Record<string, string>).filter(([name]) => /_(?:time|rate)$/.test(name));
  const sent = Object.entries(sources as Record<string, string>).filter(([, source]) => source.startsWith('events '));
  const parts = { sources: Object.fromEntries(sent), signals: Object.fromEntries(own) };
  const text = stringify({ plan, title, timezone, launch, ...parts });
  const post = (path: string, body: unknown) =>
    fetch(`${server.url}/api/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  expect((await post('plans', { files: [{ path: 'plan.yaml', text }] })).status).toBe(200);
  const made = await post('plans/kulti/keys', { name: 'site' });
  const { key } = (await made.json()) as { readonly key: string };
  const events = Array.from({ length: 40 }, (_event, index) => [
    { name: 'request', event_id: `r-${index}`, duration_ms: 100 + index, status: index === 7 ? 500 : 200 },
    { name: 'query', event_id: `q-${index}`, duration_ms: 2 + index },
    { name: 'cache', event_id: `c-${index}`, result: index % 4 === 0 ? 'miss' : 'hit' },
  ]).flat();
  await until('the plan at intake', async () => {
    const answered = await sendEvents(server, events, key);
    return answered.body.accepted === events.length ? answered : undefined;
  });

  const read = performanceOf(server.url, token);
  const figures = await until('the figures', async () => {
    const found = await read(AbortSignal.timeout(10_000));
    return Object.values(found).every((value) => value !== null) ? found : undefined;
  });
  expect(figures).toEqual({ responseTime: 119.5, errorRate: 0.025, queryTime: 21.5, cacheHitRate: 0.75 });
  const well = async () => ({});
  const health = await readHealth({
    ...{ database: well, hms: well, external: {}, performance: read },
    ...{ timeoutMs: 30_000, now: () => Date.now() },
  });
  const { plans } = (await (
    await fetch(`${server.url}/api/status?plan=kulti`, { headers: { authorization: `Bearer ${token}` } })
  ).json()) as StatusAnswer;
  const measured = new Map(plans[0]?.signals.map(({ signal, value }) => [signal, value]));
  expect(health.performance).toEqual({
    responseTime: measured.get('response_time'),
    errorRate: measured.get('error_rate'),
    queryTime: measured.get('query_time'),
    cacheHitRate: measured.get('cache_hit_rate'),
  });
});

describe('a server that is started again with the same file', () => {
  test('goes on with what people have applied since, until the file changes', async () => {
    const { version, files } = await answer<PlanVersionWithFiles>('versions/current');
    expect(version).toBe(2);
    await server.stop();
    server.start();
    await server.untilReady(60_000);
    expect(await answer<PlanVersionWithFiles>('versions/current')).toMatchObject({ version, files });

    await server.stop();
    await writeFile(join(planFolder, 'plan.yaml'), PLAN.replace('> 3 in 10s', '> 7 in 10s'));
    server.start();
    await server.untilReady(60_000);
    const changed = await answer<PlanVersionWithFiles>('versions/current');
    expect(changed).toMatchObject({ version: 3, by: 'watchbill up' });
    expect(changed.files[0]?.text).toContain('> 7 in 10s');
  });
});

test('a measure of keys that a new version brings knows what came before it', async () => {
  const payment = (id: string, invoice: string) => ({ name: 'payment', event_id: id, invoice, outcome: 'ok' });
  const { version, files } = await answer<PlanVersionWithFiles>('versions/current');
  const { key } = await answer<{ readonly key: string }>('keys', { name: 'till' });
  const before = [payment('p1', 'i-1'), payment('p2', 'i-1'), payment('p3', 'i-2')];
  await until('the key at intake', async () => {
    const { body } = await sendEvents(server, before, key);
    return body.accepted === before.length ? body : undefined;
  });
  const next = files.map((file) => ({
    ...file,
    text: file.text.replace('signals:\n', 'signals:\n  twice: duplicates(payments.invoice) over 24h\n'),
  }));
  const applied = await answer<ApplyAnswer>('versions', { files: next, expectedVersion: version });
  expect(applied).toMatchObject({ applied: true });
  const twice = async (wanted: number) => {
    const response = await fetch(`${server.url}/api/status?plan=shop`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const { plans } = (await response.json()) as StatusAnswer;
    return plans[0]?.signals.find(({ signal, value }) => signal === 'twice' && value === wanted);
  };
  await until('what came before', () => twice(1));
  // One of before and one of now make a pair.
  await sendEvents(server, [payment('p4', 'i-2')], key);
  await until('what came since', () => twice(2));
});
