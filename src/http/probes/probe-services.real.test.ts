import { afterAll, beforeAll, expect, test } from 'vitest';
import { Play } from '#core/testing.ts';
import type { Core } from '#engine/core-process.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#kernel/instant.ts';
import { compilePlan } from '#plan/compile.ts';
import { insertEvents } from '#storage/clickhouse/events.ts';
import type { AskTelemetry } from '#storage/clickhouse/within.ts';
import { temporaryTelemetry } from '../../../test/kit/telemetry.ts';
import { createProbeServices } from './probe-services.ts';

const START = Math.floor(Date.now() / DAY_MS) * DAY_MS;
const text = `plan: shop
services: { web: {} }
severities: { soon: { notify: [] } }
probes:
  api:   { check: GET https://shop.example/health, every: 1m, while-failing: 5s, expect: time < 2s, service: web }
  quiet: { check: "tcp shop.example:25", every: 1h }
rules:
  api-down: { when: api failing, severity: none }
`;
let now = START;
let telemetry: Awaited<ReturnType<typeof temporaryTelemetry>>;
const gone = new AbortController().signal;

function services() {
  const { plan } = compilePlan([{ path: 'plan.yaml', text }]);
  if (plan === undefined) throw new Error('the plan of the test is wrong');
  const askTelemetry: AskTelemetry = (ask) => ask(telemetry.client, AbortSignal.timeout(10_000));
  return createProbeServices({
    core: { plans: () => ['shop'], lastWorld: () => new Play(plan).world } as unknown as Core,
    askTelemetry,
    clock: { now: () => now } as never,
  });
}

function result(at: number, outcome: string, more: Readonly<Record<string, string>> = {}) {
  const attributes = { probe: 'api', location: 'here', outcome, status: 200, 'time.connect': 5, ...more };
  const event = { name: 'check', time: at, id: `check-api-here-${at}`, durationMs: 30, attributes };
  return { plan: 'shop', receivedAt: at, event };
}

beforeAll(async () => {
  telemetry = await temporaryTelemetry();
  await insertEvents(
    telemetry.client,
    's-1',
    Array.from({ length: 120 }, (_, index) => result(START - 2 * HOUR_MS + index * MINUTE_MS, 'passed')),
  );
});
afterAll(() => telemetry?.close());

test('what came since the month was read is added to it, and a probe that never ran says so', async () => {
  const asked = services();
  const before = await asked.probes('shop', gone);
  expect(before.probes.map(({ name, state }) => [name, state])).toEqual([
    ['api', 'passing'],
    ['quiet', 'waiting'],
  ]);
  const [api] = before.probes;
  expect(api).toMatchObject({ everyMs: MINUTE_MS, service: 'web', day: { uptime: 1, upMs: 2 * HOUR_MS, downMs: 0 } });
  expect(api?.month.unknownMs).toBe(30 * DAY_MS - 2 * HOUR_MS);
  expect(api?.latest).toMatchObject([{ location: 'here', outcome: 'passed', durationMs: 30, fields: { status: 200 } }]);
  expect(api?.durations.filter((value) => value !== null)).toEqual([30, 30, 30, 30]);

  await insertEvents(telemetry.client, 's-2', [
    result(START, 'failed', { reason: 'timed-out', message: 'No answer in 10 s.', evidence: 'half of it' }),
  ]);
  now = START + 30_000;
  const [later] = (await asked.probes('shop', gone)).probes;
  expect(later).toMatchObject({
    state: 'failing',
    since: new Date(START).toISOString(),
    day: { upMs: 2 * HOUR_MS, downMs: 30_000 },
    latest: [{ outcome: 'failed', message: 'No answer in 10 s.' }],
  });
});

test('one probe over a time: course, failures, rules; and what is not there', async () => {
  now = START + 30_000;
  const range = { from: new Date(START - HOUR_MS).toISOString(), to: new Date(START + 30_000).toISOString() };
  const history = await services().probe('shop', 'api', range, gone);
  expect(history.segments.map(({ state }) => state)).toEqual(['up', 'down']);
  expect(history).toMatchObject({
    ...{ whileFailingMs: 5_000, timeoutMs: 5_000, expect: ['time < 2s'], rules: ['api-down'], parts: {} },
    uptime: { upMs: HOUR_MS, downMs: 30_000, unknownMs: 0 },
    failures: [{ reason: 'timed-out', evidence: 'half of it' }],
    moreFailures: false,
  });
  expect(history.buckets.reduce((sum, { results }) => sum + results, 0)).toBe(61);
  expect(history.buckets[0]).toMatchObject({ durationMs: 30, connectMs: 5 });
  expect(history.buckets[0]).not.toHaveProperty('tlsMs');
  await expect(services().probe('shop', 'other', {}, gone)).rejects.toMatchObject({ code: 'not-found' });
  await expect(services().probe('shop', 'api', { from: range.to, to: range.from }, gone)).rejects.toMatchObject({
    code: 'invalid-request',
  });
});
