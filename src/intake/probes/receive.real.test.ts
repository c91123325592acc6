import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parseEgressAllow } from '#egress/allowance.ts';
import { scopesOfKind } from '#kernel/ingest-key.ts';
import { compilePlan } from '#plan/compile.ts';
import type { ProberOrders } from '#plan/prober-orders.ts';
import { runProber } from '#probes/run-prober.ts';
import { createSystemClock } from '../../system-clock.ts';
import { createIntake, type Intake } from '../intake.ts';
import { type RunningServer, startServer } from '../server.ts';
import { VolatileDisk } from '../spool/volatile-disk.ts';
import { CountingExecutor, seededRandom } from '../test-support.ts';

const PROBER = `wb_prober_${'a'.repeat(16)}_${'b'.repeat(32)}`;
const INGEST = `wb_ingest_${'c'.repeat(16)}_${'d'.repeat(32)}`;
const OWN = 'key-of-the-own-prober';

const clock = createSystemClock();
const disk = new VolatileDisk();
const target = createServer((_request, response) => response.end('fine'));
const heard = new CountingExecutor(clock.now());
const { seen } = heard;
let plan = '';
let intake: Intake;
let server: RunningServer;

function create(): Promise<Intake> {
  return createIntake({
    disk,
    clock,
    random: seededRandom(5),
    log: () => {},
    executors: { create: () => heard, restore: () => heard },
    compile: ({ files }) => compilePlan(files).plan,
    events: { insert: async () => {} },
    readings: { write: async () => {} },
    proberKey: OWN,
  });
}

const sha256 = (key: string): string => createHash('sha256').update(key).digest('hex');

beforeAll(async () => {
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
  plan = `plan: shop\ntitle: Shop\ntimezone: UTC\nprobes:\n  fast: { check: "GET http://127.0.0.1:${(target.address() as AddressInfo).port}/", every: 1s }\n  daily: { check: "tcp 127.0.0.1:${(target.address() as AddressInfo).port}", every: 1d }\n`;
  intake = await create();
  intake
    .connect(() => {})
    .receive({
      type: 'configure',
      plans: [{ name: 'shop', version: 1, files: [{ path: 'plan.yaml', text: plan }], watermark: 0 }],
      keys: [
        { id: 'a'.repeat(16), plan: 'shop', scopes: scopesOfKind.prober, hash: sha256(PROBER) },
        { id: 'c'.repeat(16), plan: 'shop', scopes: scopesOfKind.ingest, hash: sha256(INGEST) },
      ],
    });
  await vi.waitUntil(() => intake.takes('shop'));
  server = await startServer({ intake, host: '127.0.0.1', port: 0, clock, log: () => {} });
});

afterAll(async () => {
  await server.stop(100);
  await intake.stop();
  target.closeAllConnections();
  target.close();
});

const address = (path: string): string => `http://127.0.0.1:${server.port}${path}`;

async function ask(key: string, query: string): Promise<{ readonly status: number; readonly body: ProberOrders }> {
  const response = await fetch(address(`/v1/probes?${query}`), { headers: { authorization: `Bearer ${key}` } });
  return { status: response.status, body: (await response.json()) as ProberOrders };
}

async function tell(key: string, query: string, results: readonly object[]) {
  const response = await fetch(address(`/v1/checks?${query}`), {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ results }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const resultAt = (dueAt: number, location: string) => ({
  ...{ probe: 'fast', location, dueAt, at: dueAt + 5, outcome: 'passed', durationMs: 5, fields: { status: 200 } },
});

describe('orders', () => {
  test('say what is to be done, and nothing more to who knows it', async () => {
    const { status, body } = await ask(PROBER, 'location=frankfurt');
    expect(status).toBe(200);
    expect(body.plans).toMatchObject([{ plan: 'shop', probes: [{ name: 'fast' }, { name: 'daily' }], last: {} }]);
    expect(Object.keys((await ask(PROBER, `location=frankfurt&revision=${body.revision}`)).body)).not.toContain(
      'plans',
    );
    expect((await ask(OWN, 'location=here')).body.plans).toHaveLength(1);
  });

  test.each([
    ['a key that sends events', INGEST, 'location=frankfurt', 403],
    ['no location', PROBER, '', 400],
    ['the server’s own location', PROBER, 'location=here', 400],
    ['a key that nobody knows', `${PROBER.slice(0, -1)}c`, 'location=frankfurt', 401],
  ])('are refused to %s', async (_name, key, query, status) => {
    expect((await ask(key, query)).status).toBe(status);
    expect((await tell(key, query, [])).status).toBe(status);
  });
});

describe('results', () => {
  test('count once, however they come again, and are what the next start goes on from', async () => {
    const dueAt = clock.now() - 1_000;
    expect((await tell(OWN, 'plan=shop&location=here', [resultAt(dueAt, 'here')])).body).toMatchObject({ accepted: 1 });
    const again = [resultAt(dueAt, 'here'), resultAt(dueAt + 1, 'here')];
    expect((await tell(OWN, 'plan=shop&location=here', again)).body).toMatchObject({ accepted: 2, duplicates: 1 });
    // Another place looked at the same instant.
    const elsewhere = await tell(PROBER, 'location=frankfurt', [resultAt(dueAt, 'frankfurt')]);
    expect(elsewhere.body).toMatchObject({ accepted: 1 });
    expect(seen.filter(({ name }) => name === 'check')).toHaveLength(3);
    const { plans = [] } = (await ask(OWN, 'location=here')).body;
    expect(plans[0]?.last).toEqual({ fast: { dueAt: dueAt + 1, isFailing: false } });
    await server.stop(100);
    await intake.stop();
    intake = await create();
    server = await startServer({ intake, host: '127.0.0.1', port: 0, clock, log: () => {} });
    expect((await ask(OWN, 'location=here')).body.plans?.[0]?.last).toEqual(plans[0]?.last);
  });

  test('of a plan that is not here are not taken', async () => {
    expect((await tell(OWN, 'plan=other&location=here', [])).status).toBe(503);
  });
});

test('a prober elsewhere does its orders, the long ones at once', async () => {
  intake
    .connect(() => {})
    .receive({
      type: 'configure',
      plans: [{ name: 'shop', version: 1, files: [{ path: 'plan.yaml', text: plan }], watermark: 0 }],
      keys: [{ id: 'a'.repeat(16), plan: 'shop', scopes: scopesOfKind.prober, hash: sha256(PROBER) }],
    });
  await vi.waitUntil(async () => (await ask(PROBER, 'location=oslo')).status === 200);
  const allow = parseEgressAllow('127.0.0.1');
  if (!allow.ok) throw new Error(allow.failure.message);
  const { stop } = runProber({
    location: 'oslo',
    intakeUrl: address('/'),
    key: PROBER,
    allow: allow.value,
    clock,
    secret: () => ({ state: 'unset' }),
    wantSecrets: () => {},
    log: () => {},
  });
  const seenOf = (probe: string) =>
    seen.filter(({ attributes }) => attributes['location'] === 'oslo' && attributes['probe'] === probe);
  await vi.waitUntil(() => seenOf('fast').length > 1 && seenOf('daily').length > 0, { timeout: 10_000 });
  await stop();
  expect(seenOf('daily')).toMatchObject([{ attributes: { outcome: 'passed', kind: 'tcp' } }]);
  expect(seenOf('fast')[0]).toMatchObject({ attributes: { outcome: 'passed', status: 200, kind: 'http' } });
});

test('a key that is not for this is said at once', async () => {
  const refused = Promise.withResolvers<string | undefined>();
  const { stop } = runProber({
    location: 'oslo',
    intakeUrl: address(''),
    key: INGEST,
    allow: [],
    clock,
    secret: () => ({ state: 'unset' }),
    wantSecrets: () => {},
    log: () => {},
    onRefused: ({ code }) => refused.resolve(code),
  });
  expect(['scope-missing', 'credential-invalid']).toContain(await refused.promise);
  await stop();
});
