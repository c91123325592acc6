import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parseEgressAllow } from '#egress/allowance.ts';
import { scopesOfKind } from '#kernel/ingest-key.ts';
import { limits } from '#kernel/limits.ts';
import { compilePlan } from '#plan/compile.ts';
import type { LookHeard } from '#plan/look-question.ts';
import type { ProberOrders } from '#plan/prober-orders.ts';
import { runProber } from '#probes/run-prober.ts';
import { compilePredicate } from '#signals/predicate.ts';
import { createSystemClock } from '../../system-clock.ts';
import { createSystemRandom } from '../../system-random.ts';
import { Secrets } from '../secrets.ts';
import { VolatileDisk } from '../spool/volatile-disk.ts';
import { keyOf, Receiving } from '../testing.ts';

const PROBER = `wb_prober_${'a'.repeat(16)}_${'b'.repeat(32)}`;
const INGEST = `wb_ingest_${'c'.repeat(16)}_${'d'.repeat(32)}`;
const RUN = `wb${'a'.repeat(24)}`;
const OTHER_RUN = `wb${'b'.repeat(24)}`;
const OWN = 'key-of-the-own-prober';
const TOKEN = 'token-of-the-provider';
const MAILS = `webhooks:
  mails: { kind: json, token: secret MAILS, event: mail, id: sg_event_id, fields: { run: run, status: event } }
sources: { delivered: webhook "mails" where status = "delivered" }
`;

const clock = createSystemClock();
const disk = new VolatileDisk();
const target = createServer((_request, response) => response.end('fine'));
let plan = '';
let there: Receiving;

beforeAll(async () => {
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
  plan = `plan: shop\ntitle: Shop\ntimezone: UTC\nlaunch: 2100-01-01 00:00\nphases: { far: T+0 .. T+1d }\nprobes:\n  fast: { check: "GET http://127.0.0.1:${(target.address() as AddressInfo).port}/", every: 1s }\n  daily: { check: "tcp 127.0.0.1:${(target.address() as AddressInfo).port}", every: 1d }\n  mail: { check: "POST http://127.0.0.1:1/", every: { far: 31d }, body: <run>, confirm: { event: mail-received, field: to, within: 10m } }\n${MAILS}`;
  const secrets: Secrets = new Secrets((names) => {
    setImmediate(() => secrets.accept(Object.fromEntries(names.map((name) => [name, TOKEN]))));
  });
  there = await Receiving.start({ clock, disk, proberKey: OWN, secrets });
  await there.configure([keyOf(PROBER, scopesOfKind.prober), keyOf(INGEST, scopesOfKind.ingest)], plan);
});

afterAll(async () => {
  await there.stop();
  target.closeAllConnections();
  target.close();
});

async function ask(key: string, query: string): Promise<{ readonly status: number; readonly body: ProberOrders }> {
  const response = await fetch(there.url(`/v1/probes?${query}`), { headers: { authorization: `Bearer ${key}` } });
  return { status: response.status, body: (await response.json()) as ProberOrders };
}

async function tell(key: string, query: string, results: readonly object[]) {
  const response = await fetch(there.url(`/v1/checks?${query}`), {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ results }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function asks(key: string, query: string, question: unknown) {
  const response = await fetch(there.url(`/v1/looks?${query}`), {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(question),
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
    expect(body.plans).toMatchObject([
      { plan: 'shop', probes: [{ name: 'fast' }, { name: 'daily' }, { name: 'mail' }], last: {} },
    ]);
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
    expect(there.heard.seen.filter(({ name }) => name === 'check')).toHaveLength(3);
    const { plans = [] } = (await ask(OWN, 'location=here')).body;
    expect(plans[0]?.last).toEqual({ fast: { dueAt: dueAt + 1, isFailing: false } });
    await there.restart();
    expect((await ask(OWN, 'location=here')).body.plans?.[0]?.last).toEqual(plans[0]?.last);
  });

  test('of a look that was begun come later, and until then a start sends nothing again', async () => {
    const dueAt = clock.now() + 500;
    const lasts = async () => (await ask(OWN, 'location=here')).body.plans?.[0]?.last['mail'];
    expect((await asks(OWN, 'plan=shop&location=here', { probe: 'mail', dueAt, run: RUN })).status).toBe(200);
    expect(await lasts()).toEqual({ dueAt, isFailing: false });
    const failed = { ...resultAt(dueAt, 'here'), probe: 'mail', outcome: 'failed', reason: 'not-confirmed' };
    await tell(OWN, 'plan=shop&location=here', [failed]);
    expect(await lasts()).toEqual({ dueAt, isFailing: true });
  });

  test('of a look are not waited for where the disk does not take that it begins', async () => {
    const dueAt = clock.now() + 5_000;
    disk.fault = async (operation) => {
      if (operation === 'sync') throw new Error('EIO');
    };
    const refused = await asks(OWN, 'plan=shop&location=here', { probe: 'mail', dueAt, run: RUN });
    disk.fault = async () => {};
    expect(refused).toMatchObject({ status: 503, body: { error: { code: 'spool-failed' } } });
    expect((await asks(OWN, 'plan=shop&location=here', { probe: 'mail', dueAt, run: RUN })).status).toBe(200);
  });

  test('of a plan that is not here are not taken', async () => {
    expect((await tell(OWN, 'plan=other&location=here', [])).status).toBe(503);
  });
});

describe('looks that send something', () => {
  const question = { probe: 'mail', dueAt: 1_790_000_000_000, run: RUN };
  const heardOf = async (run: string) =>
    (await asks(PROBER, 'location=frankfurt', { ...question, run })).body as unknown as LookHeard;

  test('are told when an event of the plan brings their id, and of nothing else', async () => {
    const before = await heardOf(RUN);
    expect(before).toEqual({ now: expect.any(Number), since: expect.any(Number) });
    expect(before.since).toBeLessThan(before.now);
    const send = (event: object) =>
      fetch(there.url('/v1/events'), {
        method: 'POST',
        headers: { authorization: `Bearer ${INGEST}`, 'content-type': 'application/json' },
        body: JSON.stringify(event),
      });
    // A mail address is scrubbed from what is stored, and carries the id all the same.
    await send({ name: 'mail-received', to: `arrived+${RUN}@shop.example` });
    await send({ name: 'mail-sent', to: OTHER_RUN });
    await send({ name: 'mail-received', subject: OTHER_RUN });
    const after = await heardOf(RUN);
    expect(after.heardAt).toBeGreaterThanOrEqual(before.now);
    expect(await heardOf(OTHER_RUN)).not.toHaveProperty('heardAt');
    expect(JSON.stringify(there.heard.seen)).not.toContain(`arrived+${RUN}`);
    await there.restart();
    expect((await heardOf(RUN)).heardAt).toBe(after.heardAt);
    expect((await heardOf(OTHER_RUN)).since).toBeGreaterThanOrEqual(after.now);
  });

  test.each([
    ['a key that sends events', INGEST, 'location=frankfurt', question, 403],
    ['a key that nobody knows', `${PROBER.slice(0, -1)}c`, 'location=frankfurt', question, 401],
    ['no location', PROBER, '', question, 400],
    ['a probe that is not of the plan', PROBER, 'location=oslo', { ...question, probe: 'other' }, 404],
    ['a plan that is not here', OWN, 'plan=other&location=here', question, 503],
    ['an id that is none', PROBER, 'location=oslo', { ...question, run: 'guess' }, 400],
    ['an instant that would stop the probe', PROBER, 'location=oslo', { ...question, dueAt: 9e15 }, 400],
    ['no object', PROBER, 'location=oslo', null, 400],
    ['too much', PROBER, 'location=oslo', { ...question, probe: 'x'.repeat(limits.probeQuestionBytes) }, 413],
  ])('are not heard with %s', async (_name, key, query, body, status) => {
    expect((await asks(key, query, body)).status).toBe(status);
  });
});

test('a prober elsewhere does its orders, the long ones at once', async () => {
  await there.configure([keyOf(PROBER, scopesOfKind.prober)], plan);
  await vi.waitUntil(async () => (await ask(PROBER, 'location=oslo')).status === 200, { timeout: 60_000 });
  const allow = parseEgressAllow('127.0.0.1');
  if (!allow.ok) throw new Error(allow.failure.message);
  const { stop } = runProber({
    location: 'oslo',
    intakeUrl: there.url('/'),
    key: PROBER,
    allow: allow.value,
    clock,
    random: createSystemRandom(),
    secret: () => ({ state: 'unset' }),
    wantSecrets: () => {},
    log: () => {},
  });
  const seenOf = (probe: string) =>
    there.heard.seen.filter(({ attributes }) => attributes['location'] === 'oslo' && attributes['probe'] === probe);
  await vi.waitUntil(() => seenOf('fast').length > 1 && seenOf('daily').length > 0, { timeout: 60_000 });
  await stop();
  expect(seenOf('daily')).toMatchObject([{ attributes: { outcome: 'passed', kind: 'tcp' } }]);
  expect(seenOf('fast')[0]).toMatchObject({ attributes: { outcome: 'passed', status: 200, kind: 'http' } });
});

test('the status of an answer leaves the field to the provider that says one in words, also after a restart', async () => {
  const hear = async (id: string, event: unknown) => {
    const response = await fetch(there.url('/v1/webhooks/shop/mails'), {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify([{ sg_event_id: id, event, run: RUN }]),
    });
    return response.status === 200 ? await response.json() : undefined;
  };
  const delivered = () => {
    const { where } = compilePlan([{ path: 'plan.yaml', text: plan }]).plan?.sources['delivered'] ?? {};
    if (where === undefined) throw new Error('The source has a condition.');
    const matches = compilePredicate(where);
    return there.heard.seen.filter((record) => record.name === 'mail' && matches(record)).map(({ id }) => id);
  };
  const statuses = there.heard.seen
    .filter(({ name }) => name === 'check')
    .map(({ attributes }) => attributes['status']);
  expect(statuses).toContain(200);
  expect(await vi.waitUntil(() => hear('m-1', 'delivered'), { timeout: 20_000 })).toEqual({
    accepted: 1,
    rejected: [],
  });
  expect(delivered()).toEqual(['mails:m-1']);

  await there.restart();
  await there.configure([keyOf(PROBER, scopesOfKind.prober), keyOf(INGEST, scopesOfKind.ingest)], plan);
  expect(await vi.waitUntil(() => hear('m-2', 'delivered'), { timeout: 20_000 })).toEqual({
    accepted: 1,
    rejected: [],
  });
  expect(delivered()).toContain('mails:m-2');
});

test('a key that is not for this is said at once', async () => {
  const refused = Promise.withResolvers<string | undefined>();
  const { stop } = runProber({
    location: 'oslo',
    intakeUrl: there.url(''),
    key: INGEST,
    allow: [],
    clock,
    random: createSystemRandom(),
    secret: () => ({ state: 'unset' }),
    wantSecrets: () => {},
    log: () => {},
    onRefused: ({ code }) => refused.resolve(code),
  });
  expect(['scope-missing', 'credential-invalid']).toContain(await refused.promise);
  await stop();
});
