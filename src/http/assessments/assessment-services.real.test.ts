import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Alert, Fact, World } from '#core/model.ts';
import { Play } from '#core/testing.ts';
import type { Sample } from '#core/vouched.ts';
import { DAY_MS, formatInstant, HOUR_MS, type Instant, MINUTE_MS } from '#kernel/instant.ts';
import { compilePlan } from '#plan/compile.ts';
import type { CompiledPlan } from '#plan/model.ts';
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
  /** Why the samples cannot be read. */
  readonly unread?: string;
  /** What people said of samples; without it, that all are right. */
  readonly judged?: readonly Pick<Sample, 'sample' | 'state'>[];
}

const SAMPLES = ['P-1', 'P-2', 'P-3'];

function planOf(text: string): CompiledPlan {
  const { plan } = compilePlan([{ path: 'plan.yaml', text }]);
  if (plan === undefined) throw new Error('the plan of the test is wrong');
  return plan;
}

/** Somebody has said something of samples, after the phase that they are of. */
function worldOf(plan: CompiledPlan, judged: NonNullable<Known['judged']>): World {
  const said = { review: 'first-payments', by: 'mia', at: START + 26 * HOUR_MS, via: 'web', version: 1 } as const;
  const rows = judged.map(({ sample, state }) => {
    const key = `first-payments/${sample}`;
    return [key, { ...said, kind: 'sample', key, sample, state, label: sample }] as const;
  });
  return { ...new Play(plan).world, samples: new Map(rows) };
}

/** The services of a plan, of which the core's rows may change. */
function servicesOf(
  { alerts = [], facts = [], appliedAt = START, unread }: Known,
  world: () => World,
  now = () => NOW,
) {
  return createAssessmentServices({
    core: {
      plans: () => ['shop'],
      lastWorld: world,
      repositories: {
        listAlerts: async ({ rule }) => alerts.filter((alert) => alert.rule === rule) as Alert[],
        listFacts: async () => facts.map((fact, sequence) => ({ ...fact, sequence })) as never,
        planHistory: async () => [{ plan: 'shop', version: 1, appliedAt, appliedBy: 'mia' }],
      },
    },
    askTelemetry: (ask) => ask(telemetry.client, AbortSignal.timeout(10_000)),
    reviews: {
      samples: async () =>
        ({ review: { unread }, samples: SAMPLES.map((sample) => ({ sample, at: formatInstant(START) })) }) as never,
    },
    clock: { now } as never,
  });
}

/** `assessment phase` to its verdict and those of its checks. */
async function read({ assessments }: ReturnType<typeof servicesOf>) {
  return Object.fromEntries(
    (await assessments('shop')).assessments.flatMap(({ name, phases }) =>
      phases.map(({ phase, state, checks }) => [`${name} ${phase}`, { state, checks }] as const),
    ),
  );
}

async function verdicts(known: Known = {}, of = text) {
  const world = worldOf(planOf(of), known.judged ?? SAMPLES.map((sample) => ({ sample, state: 'right' })));
  return read(servicesOf(known, () => world));
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
  const found = await verdicts({ judged: [{ sample: 'P-1', state: 'right' }] });
  expect(found['sales past']?.checks[1]).toMatchObject({ name: 'first-payments', state: 'unknown', unknownMs: DAY_MS });
});

test('a review whose samples cannot be read proves nothing, and what is wrong of it is known all the same', async () => {
  const unread = 'ClickHouse does not answer.';
  const state = async (known: Known): Promise<unknown> => (await verdicts(known))['sales past']?.checks[1]?.state;
  expect(await state({ unread })).toBe('unknown');
  expect(await state({ unread, judged: [{ sample: 'P-1', state: 'wrong' }] })).toBe('failed');
});

test('what people say of a phase that is over for long is shown at once', async () => {
  const plan = planOf(text);
  const right = SAMPLES.map((sample) => ({ sample, state: 'right' as const }));
  let [world, now] = [worldOf(plan, right), NOW];
  const services = servicesOf(
    {},
    () => world,
    () => now,
  );
  const said = async (): Promise<unknown> => (await read(services))['sales past']?.checks[1]?.state;
  expect(await said()).toBe('held');
  world = worldOf(plan, [...right.slice(1), { sample: 'P-1', state: 'wrong' }]);
  now += MINUTE_MS;
  expect(await said()).toBe('failed');
});

test('a rule that was not there as it is, rests, is switched off, or reads one of those proves nothing', async () => {
  const at = START + 12 * HOUR_MS;
  const applied = (body: Fact['body']): Known => ({ facts: [{ kind: 'plan-applied', at, body }] });
  const unknown = async (known: Known, of?: string): Promise<unknown> =>
    (await verdicts(known, of))['jobs past']?.checks[1]?.unknownMs;
  expect(await unknown(applied({ rulesAdded: ['backups'] }))).toBe(12 * HOUR_MS);
  expect(await unknown(applied({ rulesAdded: [], rulesChanged: ['backups'], rulesAnew: ['backups'] }))).toBe(
    12 * HOUR_MS,
  );
  // Another runbook is no other rule; of versions that do not tell the two apart nobody knows.
  expect(await unknown(applied({ rulesAdded: [], rulesChanged: ['backups'], rulesAnew: [] }))).toBe(0);
  expect(await unknown(applied({ rulesAdded: [], rulesChanged: ['backups'] }))).toBe(12 * HOUR_MS);
  const rule = 'backups: { when: backup late, severity: soon }';
  const instead = (...rules: readonly string[]): string => text.replace(rule, rules.join('\n  '));
  expect(await unknown({}, instead('backups: { when: backup late, severity: soon, enabled: false }'))).toBe(DAY_MS);
  expect(await unknown({}, instead('backups: { when: { now: backup late }, severity: soon }'))).toBe(DAY_MS);
  expect(await unknown({}, instead('backups: { when: backup late, severity: { now: soon } }'))).toBe(DAY_MS);
  expect(
    await unknown(
      {},
      instead(
        'backups: { when: backup late and resting firing, severity: soon }',
        'resting: { when: refused > 5, severity: { now: soon } }',
      ),
    ),
  ).toBe(DAY_MS);
});
