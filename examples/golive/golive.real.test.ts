import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PhaseVerdictAnswer } from '#contract/assessments.ts';
import { Play } from '#core/testing.ts';
import type { Egress } from '#egress/egress.ts';
import { createAssessmentServices } from '#http/assessments/assessment-services.ts';
import { MINUTE_MS } from '#kernel/instant.ts';
import { compilePlan } from '#plan/compile.ts';
import type { CompiledPlan } from '#plan/model.ts';
import type { Probe } from '#plan/probe.ts';
import { rollUpCheckRuns } from '#storage/clickhouse/check-runs.ts';
import { insertEvents, type StorableEvent } from '#storage/clickhouse/events.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#storage/embedded/embedded-postgres.ts';
import { openPool } from '#storage/postgres/pool.ts';
import type { ProbeResult } from '../../src/probes/result.ts';
import { localEgress, lookAt, probesOf } from '../../test/kit/look-at.ts';
import { clock, temporaryFolder } from '../../test/kit/postgres.ts';
import { type Doorway, openDoorway } from '../../test/kit/postgres-doorway.ts';
import { temporaryTelemetry } from '../../test/kit/telemetry.ts';
import { type Fault, type FaultName, faults } from './faults.ts';
import { seed } from './seed.ts';

let home: Awaited<ReturnType<typeof temporaryFolder>>;
let postgres: EmbeddedPostgres;
let pool: pg.Pool;
let doorway: Doorway;
let egress: Egress;
let probes: readonly Probe[];

beforeAll(async () => {
  home = await temporaryFolder();
  postgres = await startEmbeddedPostgres({ dataFolder: home.folder, clock });
  pool = openPool({ address: postgres.address, applicationName: 'test' });
  doorway = await openDoorway(postgres.address);
  await pool.query('create role watcher login; grant pg_read_all_data to watcher');
  egress = localEgress();
  probes = await probesOf(join(import.meta.dirname, 'plan.yaml'));
});
afterAll(async () => {
  egress.close();
  await doorway.close();
  await pool.end();
  await postgres.stop();
  await home.remove();
});

/** Results of all probes that ask the database, as a prober gets them. */
async function measure(port = doorway.port): Promise<ReadonlyMap<string, ProbeResult>> {
  const url = `postgres://watcher:x@127.0.0.1:${port}/${doorway.database}`;
  const asking = probes.filter(({ check }) => check.kind === 'query');
  const results = await Promise.all(asking.map((probe) => lookAt(probe, egress, url)));
  return new Map(results.map((result) => [result.probe, result]));
}

function failing(results: ReadonlyMap<string, ProbeResult>): readonly string[] {
  return [...results.values()].filter(({ outcome }) => outcome !== 'passed').map(({ probe }) => probe);
}

// proves: GOLIVE-009, GOLIVE-011, GOLIVE-014, GOLIVE-015, GOLIVE-016, GOLIVE-032, GOLIVE-033, GOLIVE-034, GOLIVE-035, GOLIVE-039
// proves: GOLIVE-040, GOLIVE-058, GOLIVE-059, GOLIVE-060, GOLIVE-092, GOLIVE-093, GOLIVE-094, GOLIVE-095, GOLIVE-102, GOLIVE-103
// proves: GOLIVE-104, GOLIVE-105, GOLIVE-111
describe('the integrity checks of the ERP', () => {
  it('find nothing where nothing was planted', async () => {
    await seed(pool);
    const results = await measure();
    expect(results.size).toBeGreaterThan(25);
    expect([...results.values()].filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
  });

  it('are all the target of a fault but for the one that only connects', () => {
    const found = new Set<string>(Object.values(faults).map(({ foundBy }) => foundBy));
    const asking = probes.filter(({ check }) => check.kind === 'query').map(({ name }) => name);
    expect(asking.filter((name) => !found.has(name))).toEqual(['database']);
  });

  it.each(Object.keys(faults) as FaultName[])(
    '%s is found by its probe, with its key, and by no other',
    async (name) => {
      await seed(pool, [name]);
      const results = await measure();
      const { foundBy, alsoBy = [], shown }: Fault = faults[name];
      expect(failing(results).toSorted()).toEqual([foundBy, ...alsoBy].toSorted());
      const result = results.get(foundBy);
      expect(result).toMatchObject({ outcome: 'failed', reason: 'expectation-failed' });
      const rows = (result?.evidence ?? '').split('\n').slice(2);
      expect(rows.some((row) => row.split(/ *\| */).some((cell) => cell.startsWith(shown)))).toBe(true);
      expect(rows).toHaveLength(1);
    },
  );

  it('say by how much a day is less than what was counted, beyond two of a hundred', async () => {
    await seed(pool);
    const totals = async (expected: number, actual: number) => {
      await pool.query(`delete from erp.day_total; insert into erp.day_total values ('2020-01-02', ${expected});
        delete from erp.sale where id = 7001;
        insert into erp.sale values (7001, 'INV-007001', 1, 11, 'Somebody', 'ready', 'draft', ${actual}, '2020-01-02 12:00Z')`);
      return (await measure()).get('day-totals');
    };
    expect(await totals(1_000, 1_000)).toMatchObject({ outcome: 'passed' });
    expect(await totals(1_000, 985)).toMatchObject({ outcome: 'passed' });
    const short = await totals(1_000, 900);
    expect(short?.outcome).toBe('failed');
    expect(
      short?.evidence
        ?.split('\n')[2]
        ?.split(/ *\| */)
        .slice(1),
    ).toEqual(['1000', '900', '-100']);
  });

  it('find all of them when all were planted', async () => {
    const planted = Object.keys(faults) as FaultName[];
    await seed(pool, planted);
    const expected = new Set<string>(planted.map((name) => faults[name].foundBy));
    expect(failing(await measure())).toEqual(expect.arrayContaining([...expected]));
  });

  it('say that the database is not there, and do not wait for it', async () => {
    const away = await openDoorway(postgres.address);
    await away.close();
    for (const result of (await measure(away.port)).values()) {
      expect(result).toMatchObject({ outcome: 'failed', reason: 'connection-failed' });
    }
  });
});

// proves: GOLIVE-075
describe('the verdict over days 8 to 14', () => {
  let telemetry: Awaited<ReturnType<typeof temporaryTelemetry>>;
  let plan: CompiledPlan;
  /** The first instant of today where the plan is: its days 8 to 14 have just ended. */
  const end = Temporal.Instant.fromEpochMilliseconds(clock.now()).toZonedDateTimeISO('Asia/Kolkata').startOfDay();
  const at = (day: number, time: string): number =>
    end.subtract({ days: 15 - day }).withPlainTime(time).epochMilliseconds;

  beforeAll(async () => {
    telemetry = await temporaryTelemetry();
    const compiled = compilePlan([
      { path: 'plan.yaml', text: await readFile(join(import.meta.dirname, 'plan.yaml'), 'utf8') },
    ]);
    if (compiled.plan === undefined) throw new Error('The plan has mistakes.');
    plan = { ...compiled.plan, launch: end.subtract({ days: 14 }).epochMilliseconds };
  });
  afterAll(() => telemetry?.close());

  type Results = ReadonlyMap<string, ProbeResult>;

  /** Two weeks of looks every 15 minutes, and of backups, as intake would have stored them, for a plan of this name. */
  async function store(name: string, resultsAt: (instant: number) => Results): Promise<void> {
    const checks = plan.assessments?.[0]?.of.filter(({ kind }) => kind === 'probe').map((check) => check.name) ?? [];
    const rows: StorableEvent[] = [];
    const add = (event: string, time: number, id: string, attributes: Record<string, string>): number =>
      rows.push({ plan: name, receivedAt: time, event: { name: event, time, id, attributes } });
    for (let due = at(7, '00:00'); due < at(15, '00:00'); due += 15 * MINUTE_MS) {
      const results = resultsAt(due);
      for (const probe of checks) {
        const { outcome = 'unmeasured', reason = '', message = '', evidence = '' } = results.get(probe) ?? {};
        const told = { outcome, reason, message, evidence };
        add('check', due, `${probe}-${due}`, { probe, location: 'here', kind: 'query', ...told });
      }
    }
    for (let day = 6; day < 15; day += 1)
      add('heartbeat', at(day, '02:10'), `backup-${day}`, { heartbeat: 'backup', state: 'succeeded' });
    await insertEvents(telemetry.client, name, rows);
  }

  /** What the API answers. */
  async function verdict(name: string): Promise<PhaseVerdictAnswer> {
    const { world } = new Play({ ...plan, name }, plan.launch);
    const { assessments } = createAssessmentServices({
      core: {
        plans: () => [name],
        lastWorld: () => world,
        repositories: {
          listAlerts: async () => [],
          listFacts: async () => [],
          planHistory: async () => [{ plan: name, version: 1, appliedAt: plan.launch ?? 0, appliedBy: 'anita' }],
        },
      },
      askTelemetry: (ask) => ask(telemetry.client, AbortSignal.timeout(60_000)),
      reviews: { samples: () => Promise.reject(new Error('The plan asks for none.')) },
      clock,
    });
    const found = (await assessments(name)).assessments[0]?.phases[0];
    if (found === undefined) throw new Error('There is no verdict.');
    return found;
  }

  it('is passed where nothing was found, fails for one check that failed once, and names it with its keys', async () => {
    await seed(pool);
    const sound = await measure();
    await store('sound', () => sound);
    expect(await verdict('sound')).toMatchObject({ phase: 'optimise', state: 'passed' });

    await seed(pool, ['wrong-total']);
    const wrong = await measure();
    const once = at(11, '13:15');
    await store('once', (due) => (due === once ? wrong : sound));
    const { state, checks } = await verdict('once');
    expect(state).toBe('failed');
    expect(checks.filter((check) => check.state !== 'held')).toMatchObject([
      {
        name: 'sale-totals',
        state: 'failed',
        failures: 1,
        failedMs: 15 * MINUTE_MS,
        firstFrom: new Date(once).toISOString(),
        isFailing: false,
        found: { at: new Date(once).toISOString(), evidence: expect.stringContaining(faults['wrong-total'].shown) },
      },
    ]);
    // What was wrong before day 8 is none of its failures.
    await store('before', (due) => (due < at(8, '00:00') ? wrong : sound));
    expect(await verdict('before')).toMatchObject({ state: 'passed' });
  });

  it('is not proved where the database was away for too long, and passed where that was soon over', async () => {
    await seed(pool);
    const sound = await measure();
    const closed = await openDoorway(postgres.address);
    await closed.close();
    const away = await measure(closed.port);
    await store('away', (due) => (due >= at(9, '10:00') && due < at(9, '14:00') ? away : sound));
    const { state, checks } = await verdict('away');
    expect(state).toBe('not proved');
    expect(checks.filter((check) => check.state !== 'unknown').map(({ name }) => name)).toEqual(['backup']);
    expect(checks[0]).toMatchObject({ failures: 0, unknownMs: 4 * 60 * MINUTE_MS });
    await store('soon-back', (due) => (due >= at(9, '10:00') && due < at(9, '11:00') ? away : sound));
    expect(await verdict('soon-back')).toMatchObject({ state: 'passed' });
    // What is kept when the results are not any more tells the two apart as well.
    await telemetry.client.command({
      query: "insert into readings_rolled_up (up_to, step) select toDateTime(intDiv({upTo:Int64}, 1000), 'UTC'), 3600",
      query_params: { upTo: at(9, '09:30') },
    });
    await rollUpCheckRuns(telemetry.client, at(9, '15:00'));
    const runs = await telemetry.client.query({
      query: "select distinct toString(result) as result from check_runs where plan = 'away' order by result",
      format: 'JSONEachRow',
    });
    expect(await runs.json()).toEqual([{ result: 'passed' }, { result: 'unread' }]);
    expect((await verdict('away')).checks[0]).toMatchObject({ failures: 0, unknownMs: 4 * 60 * MINUTE_MS });
  });
});

// proves: KULTI-262, RACHEL-078, RACHEL-170, RACHEL-174
describe('the database probes of the other launches', () => {
  const away = { outcome: 'failed', reason: 'connection-failed' };

  async function one(example: string, name: string, user = 'watcher', port = doorway.port): Promise<ProbeResult> {
    const probe = (await probesOf(join(import.meta.dirname, '..', example, 'plan.yaml'))).find(
      (found) => found.name === name,
    );
    if (probe === undefined) throw new Error(`${example} has no probe ${name}`);
    return lookAt(probe, egress, `postgres://${user}:x@127.0.0.1:${port}/${doorway.database}`);
  }

  it('tell a database that cannot be reached from one that lets nobody in, and read lag and pool', async () => {
    const closed = await openDoorway(postgres.address);
    await closed.close();
    for (const example of ['kulti', 'rachelfoods']) {
      expect(await one(example, 'database')).toMatchObject({ outcome: 'passed', fields: { value: 1 } });
      expect(await one(example, 'database', 'watcher', closed.port)).toMatchObject(away);
    }
    expect(await one('kulti', 'database', 'stranger')).toMatchObject({ reason: 'authentication-failed' });
    expect(await one('kulti', 'replication')).toMatchObject({ outcome: 'passed', fields: { value: 0 } });
    const pool = await one('kulti', 'pool');
    expect([pool.outcome, Number(pool.fields['value']) > 0]).toEqual(['passed', true]);
  });

  it('list the payments that do not match until they do', async () => {
    await pool.query(`
      create table payments (id int, state text, stripe_state text);
      insert into payments values (1, 'paid', 'paid'), (2, 'open', 'paid'), (3, 'open', null), (4, 'open', 'open')`);
    const before = await one('rachelfoods', 'unmatched');
    expect(before).toMatchObject({ outcome: 'failed', reason: 'expectation-failed', fields: { rows: 2 } });
    expect(before.evidence?.split('\n').slice(2)).toEqual(['2  | open  | paid', '3  | open  | null']);
    await pool.query(
      'update payments set state = coalesce(stripe_state, state), stripe_state = coalesce(stripe_state, state)',
    );
    expect(await one('rachelfoods', 'unmatched')).toMatchObject({ outcome: 'passed', fields: { rows: 0 } });
  });
});
