import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseEgressAllow } from '#egress/allowance.ts';
import { createEgress, type Egress } from '#egress/egress.ts';
import { compilePlan } from '#plan/compile.ts';
import type { Probe } from '#plan/probe.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#storage/embedded/embedded-postgres.ts';
import { openPool } from '#storage/postgres/pool.ts';
import { look } from '../../src/probes/look.ts';
import type { ProbeResult } from '../../src/probes/result.ts';
import { clock, temporaryFolder } from '../../test/kit/postgres.ts';
import { type Doorway, openDoorway } from '../../test/kit/postgres-doorway.ts';
import { type FaultName, faults } from './faults.ts';
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
  const allow = parseEgressAllow('127.0.0.1');
  egress = createEgress({ allow: allow.ok ? allow.value : [] });
  const path = join(import.meta.dirname, 'plan.yaml');
  const compiled = compilePlan([{ path, text: await readFile(path, 'utf8') }]);
  expect(compiled.diagnostics).toEqual([]);
  probes = compiled.plan?.probes ?? [];
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
  const asking = probes.filter(({ check }) => check.kind === 'query');
  const results = await Promise.all(
    asking.map((probe) =>
      look(
        probe,
        { dueAt: clock.now(), location: 'here', timeoutMs: probe.timeoutMs },
        {
          dialler: egress,
          clock,
          now: () => clock.now(),
          signal: new AbortController().signal,
          secret: () => ({ state: 'known', value: `postgres://watcher:x@127.0.0.1:${port}/${doorway.database}` }),
          database: (name) => ({ name, url: { secret: 'ERP_DATABASE' } }),
        },
      ),
    ),
  );
  return new Map(results.map((result) => [result.probe, result]));
}

function failing(results: ReadonlyMap<string, ProbeResult>): readonly string[] {
  return [...results.values()].filter(({ outcome }) => outcome !== 'passed').map(({ probe }) => probe);
}

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
      const { foundBy, shown } = faults[name];
      expect(failing(results)).toEqual([foundBy]);
      const result = results.get(foundBy);
      expect(result).toMatchObject({ outcome: 'failed', reason: 'expectation-failed' });
      const rows = (result?.evidence ?? '').split('\n').slice(2);
      expect(rows.some((row) => row.split(/ *\| */).some((cell) => cell.startsWith(shown)))).toBe(true);
      expect(rows).toHaveLength(1);
    },
  );

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
