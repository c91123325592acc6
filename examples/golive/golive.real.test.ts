import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Egress } from '#egress/egress.ts';
import type { Probe } from '#plan/probe.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#storage/embedded/embedded-postgres.ts';
import { openPool } from '#storage/postgres/pool.ts';
import type { ProbeResult } from '../../src/probes/result.ts';
import { localEgress, lookAt, probesOf } from '../../test/kit/look-at.ts';
import { clock, temporaryFolder } from '../../test/kit/postgres.ts';
import { type Doorway, openDoorway } from '../../test/kit/postgres-doorway.ts';
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
