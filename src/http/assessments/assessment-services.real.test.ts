import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Alert, Fact } from '#core/model.ts';
import { Play } from '#core/testing.ts';
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from '#kernel/instant.ts';
import { compilePlan } from '#plan/compile.ts';
import { insertEvents, type StorableEvent } from '#storage/clickhouse/events.ts';
import { temporaryTelemetry } from '../../../test/kit/telemetry.ts';
import { createAssessmentServices } from './assessment-services.ts';

const NOW = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
const START = NOW - 30 * HOUR_MS;
const text = `plan: shop
launch: ${new Date(START).toISOString()}
phases: { past: T+0 .. T+24h, now: T+24h .. T+48h, later: from T+48h }
people: { mia: { email: mia@shop.example } }
services: { db: {} }
severities: { soon: { notify: [mia by app] } }
sources: { payments: events "payment" }
signals: { refused: 'count(payments where outcome = "refused") over 5m' }
probes:
  health: { check: GET https://shop.example/health, every: 10m, parts: { db: json.db } }
heartbeats:
  backup: { every: 6h, grace: 30m }
reviews:
  first-payments: { of: payments, first: 20, during: past, by: mia }
rules:
  refused: { when: refused > 3, severity: soon }
  backups: { when: backup late, severity: soon }
assessments:
  parts: { of: [health, health.db] }
  jobs:  { of: [backup, backups] }
  sales: { of: [refused, first-payments], during: [past, now] }
`;
let telemetry: Awaited<ReturnType<typeof temporaryTelemetry>>;

interface Known {
  readonly alerts?: readonly Partial<Alert>[];
  readonly facts?: readonly Partial<Fact>[];
  readonly appliedAt?: Instant;
  /** Samples that wait. */
  readonly waiting?: number;
}

/** `assessment phase` to its verdict and those of its checks. */
async function verdicts({ alerts = [], facts = [], appliedAt = START, waiting = 0 }: Known = {}) {
  const { plan } = compilePlan([{ path: 'plan.yaml', text }]);
  if (plan === undefined) throw new Error('the plan of the test is wrong');
  const services = createAssessmentServices({
    core: {
      plans: () => ['shop'],
      lastWorld: () => new Play(plan).world,
      repositories: {
        listAlerts: async ({ rule }) => alerts.filter((alert) => alert.rule === rule) as Alert[],
        listFacts: async () => facts.map((fact, sequence) => ({ ...fact, sequence })) as never,
        planHistory: async () => [{ plan: 'shop', version: 1, appliedAt, appliedBy: 'mia' }],
      },
    },
    askTelemetry: (ask) => ask(telemetry.client, AbortSignal.timeout(10_000)),
    reviews: { list: async () => ({ reviews: [{ name: 'first-payments', chosen: 20, waiting }] }) as never },
    clock: { now: () => NOW } as never,
  });
  const { assessments } = await services.assessments('shop');
  return Object.fromEntries(
    assessments.flatMap(({ name, phases }) =>
      phases.map(({ phase, state, checks }) => [`${name} ${phase}`, { state, checks }] as const),
    ),
  );
}

beforeAll(async () => {
  telemetry = await temporaryTelemetry();
  const rows: StorableEvent[] = [];
  const add = (name: string, time: Instant, id: string, attributes: Record<string, string>): number =>
    rows.push({ plan: 'shop', receivedAt: time, event: { name, time, id, attributes } });
  for (let at = START - 10 * MINUTE_MS; at < NOW; at += 10 * MINUTE_MS) {
    const probe = { probe: 'health', location: 'here', kind: 'http' };
    add('check', at, `${at}`, { ...probe, outcome: 'passed' });
    const isDown = at === START + 5 * HOUR_MS;
    const found = isDown ? { outcome: 'failed', message: '`json.db` is false' } : { outcome: 'passed' };
    add('check', at, `${at}-db`, { ...probe, part: 'db', ...found });
  }
  for (const hour of [-3, 3, 9, 15, 21, 27]) {
    const failed = hour === 27 ? { state: 'failed', message: 'no space left' } : { state: 'succeeded' };
    add('heartbeat', START + hour * HOUR_MS, `backup-${hour}`, { heartbeat: 'backup', ...failed });
  }
  await insertEvents(telemetry.client, 's-1', rows);
  await telemetry.client.command({
    query: `insert into readings (plan, signal, group, at, value, sample_size, state)
      select 'shop', 'refused', '[]', fromUnixTimestamp64Milli({from:Int64} + number * 60000, 'UTC') as at, 0, 5, 'value'
      from numbers(1800) where number < 600 or number >= 900`,
    query_params: { from: START },
  });
}, 60_000);
afterAll(() => telemetry?.close());

test('each check is judged by what is kept of it', async () => {
  const found = await verdicts();
  expect(found['parts past']).toMatchObject({
    state: 'failed',
    checks: [
      { name: 'health', kind: 'probe', state: 'held', unknownMs: 0 },
      {
        ...{ name: 'health.db', kind: 'part', probe: 'health', state: 'failed', failures: 1, failedMs: 10 * MINUTE_MS },
        found: { message: '`json.db` is false' },
      },
    ],
  });
  expect(found['parts now']?.state).toBe('so far');
  expect(found['parts later']).toMatchObject({ state: 'not begun', checks: [{ state: 'not begun', failures: 0 }, {}] });
  expect(found['jobs past']).toMatchObject({ state: 'passed', checks: [{ unknownMs: 0 }, { unknownMs: 0 }] });
  expect(found['jobs now']).toMatchObject({
    state: 'failed',
    checks: [{ name: 'backup', isFailing: true, found: { message: 'no space left' } }, { state: 'held' }],
  });
  // For five hours the figure had no value.
  expect(found['sales past']).toMatchObject({
    state: 'not proved',
    checks: [
      { name: 'refused', state: 'unknown', unknownMs: 5 * HOUR_MS },
      { name: 'first-payments', state: 'held' },
    ],
  });
  expect(found['sales now']?.checks.map(({ state }) => state)).toEqual(['held', 'unknown']);
});

test('an alert that was open in the phase is a failure of its rule, whatever is known beside it', async () => {
  const openedAt = START + 12 * HOUR_MS;
  const alert = { key: 'A-7', rule: 'refused', openedAt, resolvedAt: openedAt + HOUR_MS, evidence: [] };
  const found = await verdicts({ alerts: [alert] });
  expect(found['sales past']).toMatchObject({
    state: 'failed',
    checks: [{ failures: 1, failedMs: HOUR_MS, isFailing: false, found: { alert: 'A-7' } }, {}],
  });
  expect(found['sales now']?.state).toBe('so far');
});

test('before the plan was there, while the core heard nothing and while a sample waits nothing is proved', async () => {
  const proved = async (known: Known): Promise<readonly unknown[]> => {
    const found = await verdicts(known);
    return ['jobs past', 'parts past'].map((name) => found[name]?.checks[0]?.unknownMs ?? 0);
  };
  const back = {
    kind: 'evaluated-again',
    at: START + 20 * HOUR_MS,
    body: { silentSince: START + 18 * HOUR_MS },
  } as const;
  expect(await proved({ facts: [back] })).toEqual([2 * HOUR_MS, 0]);
  expect(await proved({ appliedAt: START + HOUR_MS })).toEqual([HOUR_MS, 0]);
  const found = await verdicts({ waiting: 1 });
  expect(found['sales past']?.checks[1]).toMatchObject({ name: 'first-payments', state: 'unknown', unknownMs: DAY_MS });
});
