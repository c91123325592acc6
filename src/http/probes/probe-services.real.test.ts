import { afterAll, beforeAll, expect, test } from 'vitest';
import { Play } from '#core/testing.ts';
import type { Core } from '#engine/core-process.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#kernel/instant.ts';
import { compilePlan } from '#plan/compile.ts';
import { insertEvents } from '#storage/clickhouse/events.ts';
import type { AskTelemetry } from '#storage/clickhouse/within.ts';
import { temporaryTelemetry } from '../../../test/kit/telemetry.ts';
import { createPlanServiceServices } from '../plan-services/plan-service-services.ts';
import { createProbeServices } from './probe-services.ts';

const START = Math.floor(Date.now() / DAY_MS) * DAY_MS;
const text = `plan: shop
timezone: UTC
launch: ${new Date(START - HOUR_MS).toISOString().slice(0, 16).replace('T', ' ')}
phases: { first: T+0 .. T+30m, then: T+30m .. T+90m, last: from T+90m }
services: { web: {}, db: {}, mail: {} }
severities: { soon: { notify: [] } }
probes:
  api:   { check: GET https://shop.example/health, every: 1m, while-failing: 5s, expect: time < 2s, agree: 1, service: web, parts: { db: json.db, mail: json.mail } }
  quiet: { check: "tcp shop.example:25", every: { first: 1h } }
rules:
  api-down: { when: api failing, severity: none }
`;
let now = START;
let telemetry: Awaited<ReturnType<typeof temporaryTelemetry>>;
const gone = new AbortController().signal;

function options(more = '') {
  const { plan } = compilePlan([{ path: 'plan.yaml', text: `${text}${more}` }]);
  if (plan === undefined) throw new Error('the plan of the test is wrong');
  const askTelemetry: AskTelemetry = (ask) => ask(telemetry.client, AbortSignal.timeout(10_000));
  return {
    core: { plans: () => ['shop'], lastWorld: () => new Play(plan).world } as unknown as Core,
    askTelemetry,
    clock: { now: () => now } as never,
  };
}
const services = (more = '') => createProbeServices(options(more));

function result(at: number, outcome: string, more: Readonly<Record<string, string>> = {}) {
  const attributes = { probe: 'api', location: 'here', outcome, status: 200, 'time.connect': 5, ...more };
  const id = `check-api-here-${at}-${more['part'] ?? ''}`;
  const event = { name: 'check', time: at, id, durationMs: 30, attributes };
  return { plan: 'shop', receivedAt: at, event };
}

beforeAll(async () => {
  telemetry = await temporaryTelemetry();
  await insertEvents(
    telemetry.client,
    's-1',
    Array.from({ length: 120 }, (_, index) => result(START - 2 * HOUR_MS + index * MINUTE_MS, 'passed')),
  );
  await insertEvents(
    telemetry.client,
    's-p',
    Array.from({ length: 60 }, (_, index) =>
      // Another one for the second half.
      result(START - HOUR_MS + index * MINUTE_MS, index < 30 ? 'passed' : 'failed', { part: 'db' }),
    ),
  );
});
afterAll(() => telemetry?.close());

test('what came since the month was read is added to it, and a probe that never ran says so', async () => {
  const asked = services();
  const before = await asked.probes('shop', gone);
  expect(before.probes.map(({ name, state }) => [name, state])).toEqual([
    ['api', 'passing'],
    ['quiet', 'resting'],
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
    // Closer, since it fails.
    nextAt: expect.stringMatching(/Z$/),
    since: new Date(START).toISOString(),
    day: { upMs: 2 * HOUR_MS, downMs: 30_000 },
    latest: [{ outcome: 'failed', message: 'No answer in 10 s.' }],
  });
  expect(Date.parse(later?.nextAt ?? '') - now).toBeLessThanOrEqual(5_000);
  expect(Date.parse(later?.nextAt ?? '')).toBeGreaterThan(now);
  // No later phase looks at it.
  expect(before.probes[1]).not.toHaveProperty('nextAt');
});

test('one probe over a time: course, failures, rules; and what is not there', async () => {
  now = START + 30_000;
  const range = { from: new Date(START - HOUR_MS).toISOString(), to: new Date(START + 30_000).toISOString() };
  const history = await services().probe('shop', 'api', range, gone);
  expect(history.segments.map(({ state }) => state)).toEqual(['up', 'down']);
  expect(history).toMatchObject({
    ...{ whileFailingMs: 5_000, timeoutMs: 5_000, agree: 1, expect: ['time < 2s'], rules: ['api-down'] },
    parts: { db: 'json.db', mail: 'json.mail' },
    uptime: { upMs: HOUR_MS, downMs: 30_000, unknownMs: 0 },
    failures: [{ reason: 'timed-out', evidence: 'half of it' }],
    moreFailures: false,
  });
  expect(history.buckets.reduce((sum, { results }) => sum + results, 0)).toBe(61);
  expect(history.buckets[0]).toMatchObject({ durationMs: 30, connectMs: 5 });
  expect(history.buckets[0]).not.toHaveProperty('tlsMs');
  expect(history.partHistory).toMatchObject([
    {
      ...{ service: 'db', field: 'json.db', state: 'failing', at: new Date(START - MINUTE_MS).toISOString() },
      uptime: { upMs: 30 * MINUTE_MS, downMs: 30.5 * MINUTE_MS, unknownMs: 0 },
    },
    // No answer has named it.
    { service: 'mail', state: 'unknown', uptime: { unknownMs: HOUR_MS + 30_000 } },
  ]);
  expect(history.partHistory[1]).not.toHaveProperty('at');
  expect(history.phases).toMatchObject([
    { name: 'first', everyMs: MINUTE_MS, uptime: 1, upMs: 30 * MINUTE_MS },
    { name: 'then', upMs: 30 * MINUTE_MS, downMs: 30_000, unknownMs: 0, to: new Date(now).toISOString() },
  ]);
  await expect(services().probe('shop', 'other', {}, gone)).rejects.toMatchObject({ code: 'not-found' });
  await expect(services().probe('shop', 'api', { from: range.to, to: range.from }, gone)).rejects.toMatchObject({
    code: 'invalid-request',
  });
});

test('a probe is shown without its parts while they are too much to read', async () => {
  now = START + 30_000;
  const shared = options();
  let isMuch = false;
  const askTelemetry: AskTelemetry = (ask) =>
    shared.askTelemetry((client, signal) =>
      ask(
        new Proxy(client, {
          get: (of, name) =>
            name !== 'query'
              ? Reflect.get(of, name)
              : (asked: Parameters<typeof of.query>[0]) => {
                  if (asked.query_params?.['ofParts'] !== true) return of.query(asked);
                  isMuch = true;
                  throw new WatchbillError('telemetry-away', 'The question needs too much memory.');
                },
        }),
        signal,
      ),
    );
  const asked = createProbeServices({ ...shared, askTelemetry });
  const { partHistory, partsProblem, uptime } = await asked.probe('shop', 'api', {}, gone);
  expect(isMuch).toBe(true);
  expect({ partHistory, partsProblem }).toEqual({
    partHistory: [],
    partsProblem: 'The question needs too much memory.',
  });
  expect(uptime.upMs).toBeGreaterThan(0);
});

test('services stand by their probes and parts, and by their alerts alone while the store is away', async () => {
  now = START + 30_000;
  const shared = options();
  const heartbeats = {
    heartbeats: async () => ({
      heartbeats: [
        {
          ...{ name: 'sync', service: 'mail', schedule: { kind: 'interval' as const, everyMs: HOUR_MS }, graceMs: 0 },
          ...{ state: 'late' as const, url: '', rules: [] },
        },
      ],
    }),
  };
  const found = await createPlanServiceServices({ ...shared, probes: services(), heartbeats }).services('shop');
  expect(found.away).toEqual([]);
  expect(found.services).toMatchObject([
    {
      ...{ name: 'web', state: 'trouble', since: new Date(START).toISOString() },
      probes: [
        {
          ...{ name: 'api', state: 'failing', reason: 'timed-out', rules: ['api-down'] },
          // Two hours, and half a minute in which it fails.
          ...{ dayUptime: expect.closeTo(240 / 241, 9), monthUptime: expect.closeTo(240 / 241, 9) },
        },
      ],
    },
    {
      ...{ name: 'db', state: 'trouble' },
      // Half an hour of either, and until now.
      parts: [{ probe: 'api', field: 'json.db', state: 'failing', dayUptime: expect.closeTo(60 / 121, 9) }],
    },
    { name: 'mail', state: 'trouble', parts: [{ state: 'unknown' }], heartbeats: [{ name: 'sync', state: 'late' }] },
  ]);
  expect(found.others).toMatchObject({ probes: [{ name: 'quiet', state: 'resting' }], heartbeats: [] });

  const askTelemetry: AskTelemetry = () => Promise.reject(new WatchbillError('telemetry-away', 'It is away.'));
  const away = { ...shared, askTelemetry };
  const blind = await createPlanServiceServices({ ...away, probes: createProbeServices(away), heartbeats }).services(
    'shop',
  );
  expect(blind.away).toEqual(['telemetry']);
  expect(blind.services).toMatchObject([
    { state: 'unknown', probes: [{ state: 'unknown' }] },
    { state: 'unknown', parts: [{ state: 'unknown' }] },
    { state: 'trouble' },
  ]);
});

// proves: GOLIVE-043
test('downtime has a beginning and an end', async () => {
  await insertEvents(telemetry.client, 's-3', [result(START + 40_000, 'passed')]);
  now = START + MINUTE_MS;
  const range = { from: new Date(START - MINUTE_MS).toISOString(), to: new Date(now).toISOString() };
  const { segments, uptime } = await services().probe('shop', 'api', range, gone);
  const [began, ended] = [START, START + 40_000].map((at) => new Date(at).toISOString());
  expect(segments).toEqual([
    { from: range.from, to: began, state: 'up' },
    { from: began, to: ended, state: 'down' },
    { from: ended, to: range.to, state: 'up' },
  ]);
  expect(uptime).toMatchObject({ upMs: 80_000, downMs: 40_000, unknownMs: 0 });
});

test('maintenance stands by itself, and counts neither as up nor as down', async () => {
  now = START + 30_000;
  const span = [START - 40 * MINUTE_MS, START - 10 * MINUTE_MS].map((at) => new Date(at).toISOString());
  const [from = '', to = ''] = span.map((at) => at.slice(0, 16).replace('T', ' '));
  const asked = services(`maintenance:
  move:  { span: "${from} .. ${to}", of: [web] }
  index: { span: "${from} .. ${to}", of: [db] }
`);
  const range = { from: new Date(START - HOUR_MS).toISOString(), to: new Date(START).toISOString() };
  const { segments, uptime, probe, partHistory } = await asked.probe('shop', 'api', range, gone);
  // Down since half an hour; of that the last ten minutes are none of the maintenance of the part.
  expect(partHistory[0]).toMatchObject({
    ...{ service: 'db', state: 'failing' },
    uptime: { upMs: 20 * MINUTE_MS, downMs: 10 * MINUTE_MS, unknownMs: 30 * MINUTE_MS },
  });
  expect(segments.map((one) => [one.state, one.from])).toEqual([
    ['up', range.from],
    ['maintenance', span[0]],
    ['up', span[1]],
  ]);
  expect(uptime).toMatchObject({ uptime: 1, upMs: HOUR_MS / 2, downMs: 0, unknownMs: HOUR_MS / 2 });
  expect(probe.day.upMs).toBe(2 * HOUR_MS - 30 * MINUTE_MS);
});
