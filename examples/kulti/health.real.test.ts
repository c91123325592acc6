import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { statusSchema } from '#contract/status.ts';
import type { Egress } from '#egress/egress.ts';
import type { ProbeResult } from '../../src/probes/result.ts';
import { localEgress, lookAt, probesOf } from '../../test/kit/look-at.ts';
import { answeringCheck, databaseCheck, hmsCheck, performanceOf } from './dependencies.ts';
import { createHealthServer, type HealthAnswer, type HealthOptions, readHealth } from './health.ts';

/** Of what is meant to hang; whatever answers has all the time that it may need. */
const HANGS_MS = 300;
const figures = { responseTime: 310, errorRate: 0.002, queryTime: 12, cacheHitRate: 0.93 };
const well: HealthOptions = {
  database: async () => ({ canConnect: true, canQuery: true }),
  hms: async () => ({}),
  external: { twilio: async () => ({}), anthropic: async () => ({}), redis: async () => ({}), email: async () => ({}) },
  performance: async () => figures,
  timeoutMs: 30_000,
  now: () => Date.now(),
};
const broken = async () => {
  throw new Error('refused');
};
/** Answers nothing and heeds no signal. */
const hanging = () => new Promise<never>(() => {});

let egress: Egress;
const servers: Server[] = [];
beforeAll(() => {
  egress = localEgress();
});
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});
afterAll(() => egress.close());

async function listen(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const serve = (listener: RequestListener) => listen(createServer(listener));
const json = (status: number, body: unknown): RequestListener => {
  return (_, response) => void response.writeHead(status).end(JSON.stringify(body));
};

/** What the probe of the plan finds at an address of this test. */
async function probe(name: string, base: string, secret = ''): Promise<ProbeResult> {
  const found = (await probesOf(join(import.meta.dirname, 'plan.yaml'))).find((one) => one.name === name);
  if (found?.check.kind !== 'http') throw new Error(`there is no HTTP probe ${name}`);
  const url = found.check.url.replace(/^https:\/\/[^/?]+/, base);
  return lookAt({ ...found, check: { ...found.check, url } }, egress, secret);
}

async function health(options: Partial<HealthOptions> = {}) {
  const base = await listen(createHealthServer({ ...well, ...options }));
  const response = await fetch(`${base}/api/health`);
  return { status: response.status, body: (await response.json()) as HealthAnswer, seen: await probe('health', base) };
}

// proves: KULTI-257, KULTI-258, KULTI-259
describe('the health endpoint', () => {
  it('says what was asked, now', async () => {
    const { status, body, seen } = await health();
    expect(status).toBe(200);
    expect(body).toEqual({
      status: 'ok',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      checks: {
        database: expect.objectContaining({ state: 'up', canConnect: true, canQuery: true }),
        hms: expect.objectContaining({ state: 'up' }),
        external: expect.objectContaining({ state: 'operational', twilio: expect.objectContaining({ state: 'up' }) }),
      },
      performance: figures,
    });
    expect(Math.abs(Date.now() - Date.parse(body.timestamp))).toBeLessThan(30_000);
    expect(seen).toMatchObject({ outcome: 'passed', parts: { database: true, hms: true, redis: true } });
  });

  it.each(['database', 'hms'] as const)('does not say ok, nor answer with 200, when %s is broken', async (name) => {
    const { status, body, seen } = await health({ [name]: broken });
    expect([status, body.status, body.checks[name]]).toMatchObject([
      503,
      'down',
      { state: 'down', message: 'refused' },
    ]);
    expect(seen).toMatchObject({ outcome: 'failed', reason: 'expectation-failed', parts: { [name]: false } });
  });

  it('is not believed when it says ok beside a check that is down, or of another time', async () => {
    const answer = await readHealth(well);
    const lying = { ...answer, checks: { ...answer.checks, database: { ...answer.checks.database, state: 'down' } } };
    expect(await probe('health', await serve(json(200, lying)))).toMatchObject({
      outcome: 'failed',
      message: '`json.checks.database.state = "up"` was expected; `json.checks.database.state` was "down".',
    });
    const old = await readHealth({ ...well, now: () => Date.now() - 3_600_000 });
    expect(await probe('health', await serve(json(200, old)))).toMatchObject({
      outcome: 'failed',
      message: expect.stringMatching(/^`age\(json\.timestamp\) < 1m` was expected; `age\(json\.timestamp\)` was 1h/),
    });
    const { timestamp: _, ...timeless } = answer;
    expect(await probe('health', await serve(json(200, timeless)))).toMatchObject({ outcome: 'failed' });
    expect(await probe('health', await serve(json(200, answer)))).toMatchObject({ outcome: 'passed' });
  });
});

// proves: KULTI-260, KULTI-262, KULTI-263, KULTI-264
describe('its checks', () => {
  it('have a state, a latency and a time each, and one that hangs holds up none of the others', async () => {
    const { status, body } = await health({ timeoutMs: HANGS_MS, external: { ...well.external, redis: hanging } });
    const { state, twilio, redis } = body.checks.external;
    expect([status, body.status, state]).toEqual([200, 'ok', 'degraded']);
    expect(redis).toMatchObject({ state: 'down', message: `no answer within ${HANGS_MS} ms` });
    for (const one of [body.checks.database, body.checks.hms, twilio, redis]) {
      expect(one).toMatchObject({ latencyMs: expect.any(Number), checkedAt: expect.stringMatching(/Z$/) });
    }
    const latencyOf = (one: unknown) => (one as { latencyMs: number }).latencyMs;
    expect(latencyOf(twilio)).toBeLessThan(latencyOf(redis));
    const { seen } = await health({ timeoutMs: HANGS_MS, external: { ...well.external, redis: hanging } });
    // Each stands for itself.
    expect(seen).toMatchObject({
      outcome: 'passed',
      parts: { database: true, hms: true, twilio: true, anthropic: true, redis: false, email: true },
    });
  });

  it('outlast a dependency that answers badly, and one that is not there', async () => {
    const base = await serve(json(503, {}));
    const checks = { twilio: answeringCheck(base), email: answeringCheck('http://127.0.0.1:1') };
    const { body } = await health({ external: checks });
    expect(body.checks.external).toMatchObject({
      state: 'degraded',
      twilio: { state: 'down', message: 'status 503' },
      email: { state: 'down' },
    });
  });

  it('tell a database that lets nobody in from one that answers nothing', async () => {
    const refusing = databaseCheck({ connect: broken });
    const silent = databaseCheck({ connect: async () => ({ query: broken, release: () => {} }) });
    const answering = databaseCheck({ connect: async () => ({ query: async () => [], release: () => {} }) });
    const states = await Promise.all(
      [refusing, silent, answering].map(async (database) => (await readHealth({ ...well, database })).checks.database),
    );
    expect(states).toMatchObject([
      { state: 'down', canConnect: false, canQuery: false },
      { state: 'down', canConnect: true, canQuery: false },
      { state: 'up', canConnect: true, canQuery: true },
    ]);
  });

  it('tell a video provider that refuses the token from one that lists no rooms, and how slow it is', async () => {
    const provider = await serve((request, response) => {
      const isKnown = request.headers.authorization === 'Bearer good' || request.headers.authorization === 'good';
      json(isKnown ? 200 : 401, { data: [] })(request, response);
    });
    const listless = await serve(json(500, {}));
    const slow = await serve(
      (request, response) => void setTimeout(() => json(200, { data: [] })(request, response), 300),
    );
    const hms = async (url: string, token: string) =>
      (await readHealth({ ...well, hms: hmsCheck(url, token) })).checks.hms;
    expect(await hms(provider, 'good')).toMatchObject({ state: 'up', canAuthenticate: true, canListRooms: true });
    expect(await hms(provider, 'bad')).toMatchObject({ state: 'down', canAuthenticate: false, canListRooms: false });
    expect(await hms(listless, 'good')).toMatchObject({ state: 'down', canAuthenticate: true, canListRooms: false });
    expect((await hms(slow, 'good')).latencyMs).toBeGreaterThanOrEqual(295);

    // Watchbill's own look at it tells the same apart.
    expect(await probe('hms-rooms', provider, 'good')).toMatchObject({ outcome: 'passed' });
    expect(await probe('hms-rooms', provider, 'bad')).toMatchObject({ outcome: 'failed', fields: { status: 401 } });
    expect(await probe('hms-rooms', listless, 'good')).toMatchObject({ outcome: 'failed', fields: { status: 500 } });
    expect((await probe('hms-rooms', slow, 'good')).durationMs).toBeGreaterThanOrEqual(295);
  });

  it('leave it to the provider to say how it is', async () => {
    const says = (indicator: string) => serve(json(200, { status: { indicator, description: '' } }));
    expect(await probe('hms-status', await says('none'))).toMatchObject({ outcome: 'passed' });
    expect(await probe('hms-status', await says('minor'))).toMatchObject({ outcome: 'failed' });
  });
});

// proves: KULTI-261, KULTI-265
describe('its figures', () => {
  const reading = { group: [], unit: '', shown: '', sampleSize: 60, ageMs: 0 };
  const status = statusSchema.parse({
    version: '0.1.0',
    at: '2026-01-01T00:00:00.000Z',
    ready: true,
    reasons: [],
    intake: { connected: true, ready: true, reasons: [], spoolBytes: 0, segmentsWaiting: 0, accepted: 0, rejected: {} },
    plans: [
      {
        ...{ plan: 'kulti', title: 'Kulti', version: 1, alerts: [], notifications: {}, notices: [], coreLagMs: 0 },
        signals: [
          { ...reading, signal: 'response_time', state: 'on target', value: 310 },
          { ...reading, signal: 'error_rate', state: 'on target', value: 0.002 },
          { ...reading, signal: 'query_time', state: 'on target', value: 12 },
          { ...reading, signal: 'cache_hit_rate', state: 'too few', reason: '3 of 20' },
        ],
      },
    ],
  });

  it('are those of the API, and none where there are too few requests', async () => {
    const base = await serve((request, response) => {
      const isKnown = request.url === '/api/status?plan=kulti' && request.headers.authorization === 'Bearer token';
      json(isKnown ? 200 : 401, isKnown ? status : {})(request, response);
    });
    const { body, seen } = await health({ performance: performanceOf(base, 'token') });
    expect(body.performance).toEqual({ ...figures, cacheHitRate: null });
    expect(seen).toMatchObject({ outcome: 'passed' });
    const bad = await health({ performance: async () => ({ ...figures, errorRate: 0.02 }) });
    expect(bad.seen).toMatchObject({ outcome: 'failed', message: expect.stringContaining('errorRate') });
  });

  it('are unknown without the API, which makes nothing unwell', async () => {
    for (const performance of [performanceOf('http://127.0.0.1:1', 'token'), hanging]) {
      const { status: code, body, seen } = await health({ timeoutMs: HANGS_MS, performance });
      expect([code, body.performance]).toEqual([
        200,
        { responseTime: null, errorRate: null, queryTime: null, cacheHitRate: null },
      ]);
      expect(seen).toMatchObject({ outcome: 'passed' });
    }
  });
});
