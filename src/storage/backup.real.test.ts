import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOUR_MS } from '#kernel/instant.ts';
import { alert, silence } from '../../test/conformance/store-samples.ts';
import { temporaryPostgres } from '../../test/kit/postgres.ts';
import { temporaryTelemetry } from '../../test/kit/telemetry.ts';
import { backUp, restore, type Stores } from './backup.ts';
import { rollUpCheckRuns } from './clickhouse/check-runs.ts';
import { rollUpCheckSlices } from './clickhouse/check-slices.ts';
import { insertEvents, insertReadings } from './clickhouse/events.ts';
import { rollUpReadings } from './clickhouse/roll-up.ts';
import { insertSamples, insertSeries } from './clickhouse/samples.ts';
import { insertPlanVersion } from './postgres/plans.ts';
import { appendAudit, verifyWhole } from './postgres/sign-in/audit.ts';
import { createPostgresStore } from './postgres/store.ts';

type Instance = Stores & { readonly folder: string; readonly close: () => Promise<void> };

async function instance(): Promise<Instance> {
  const postgres = await temporaryPostgres();
  const telemetry = await temporaryTelemetry();
  return {
    pool: postgres.pool,
    clickhouse: telemetry.client,
    folder: postgres.folder,
    close: async () => {
      await postgres.close();
      await telemetry.close();
    },
  };
}

const START = Math.floor(Date.now() / 1_000) * 1_000;
let source: Instance;
let target: Instance;
beforeAll(async () => {
  source = await instance();
  target = await instance();
});
afterAll(async () => {
  await source.close();
  await target.close();
});

const HARD = 'NUL \u0000, half \ud800, "quotes" \\ \\u0000 {a,NULL}, \n\r\t ünï 🫖';

/** Something in every table, with text that is hard to carry. */
async function fill({ pool, clickhouse }: Stores): Promise<void> {
  const files = [{ path: 'plan.yaml', text: 'plan: shop\n# "ünï" \\' }];
  await insertPlanVersion(pool, { plan: 'shop', expectedVersion: 0, files, appliedBy: 'mia', at: START });
  const store = createPostgresStore(pool);
  const epoch = (await store.acquireLease('shop', 'core-1', START, 10_000)) ?? 0;
  await store.commit({
    plan: 'shop',
    epoch,
    at: START + 1,
    changes: [
      { kind: 'plan', key: 'plan', version: 1, nextAlert: 1, nextSilence: 1, watermark: START },
      alert('A-1', { rule: HARD.replace('\u0000', '') }),
      silence('S-1', { reason: HARD }),
    ],
    removals: [],
    facts: [
      { at: START, kind: 'notified', subject: 'A-1', reason: 'first-notification', body: { text: HARD, n: 0.1 } },
    ],
    notifications: [
      {
        identity: { episode: 'A-1', policyVersion: 1, cycle: 0, step: 'fired', recipient: 'mia', channel: 'app' },
        rule: 'r',
        severity: 'high',
        createdAt: START,
        content: {
          plan: 'shop',
          planTitle: HARD,
          alert: 'A-1',
          rule: 'r',
          group: '[]',
          severity: 'high',
          state: 'firing',
          step: 'fired',
          openedAt: START,
          condition: 'c',
          evidence: [],
          repeatMs: 1,
        },
      },
    ],
  });
  await store.claimNotifications({ plan: 'shop', epoch, now: START, leaseMs: 5, limit: 1 });
  await store.releaseLease('shop', 'core-1', epoch);
  await store.putInbox({ id: 'm', plan: 'shop', person: 'mia', at: START, title: 'T', text: HARD, alert: 'A-1' });
  await pool.query("insert into fact_export values ('shop', 1)");
  await pool.query(
    `insert into ingest_key (id, plan, name, scopes, hash, created_at)
     values ('k', 'shop', 'web', array['a', 'b,"c"', 'NULL'], 'h', '2026-03-02 08:00:00.123456Z')`,
  );
  // What later schemas added, where this program has them.
  const later = {
    error_group: `('shop', 'f-1', '2026-03-02Z', '2026-03-02 08:00:00.000001Z')`,
    error_look: `('shop', '2026-03-02Z')`,
    list_upload: `('shop', 'u-1', 'manual', '2026-03-02Z', 'anita', 'sales', 'invoice', '["total"]', '2026-03-01Z', '2026-03-02Z', 1, 2, 0, 0, 2, '[[2, "=1+1", ["\\u0000"]]]', '[]')`,
  };
  for (const [table, values] of Object.entries(later)) {
    const { rows } = await pool.query('select to_regclass($1) is not null as there', [table]);
    if (rows[0]?.there === true) await pool.query(`insert into ${table} values ${values}`);
  }
  // Lists that are too large to be carried many at a time, among small ones.
  await pool.query(
    `insert into list_upload select 'lists', n::text, 'manual', '2026-03-02Z', 'anita', 'sales', 'invoice', '[]', '2026-03-01Z', '2026-03-02Z',
       1, 2, 0, 0, 2, to_json(repeat('"ü', case when n % 3 = 0 then 1 else 400000 end)), '[]' from generate_series(1, 18) n`,
  );
  await pool.query(
    `insert into fact (plan, sequence, at, kind, subject, reason, body)
     select 'many', n, '2026-03-02Z', 'notified', 's', 'applied', '{}' from generate_series(1, 1234) n`,
  );
  await fillSignIn(pool);
  const attributes = { status: 500, paid: true, text: HARD };
  const events = Array.from({ length: 2_500 }, (_, index) => ({
    plan: 'shop',
    receivedAt: START,
    event: { name: 'requests', time: START - index * 100_000, id: `e-${index}`, attributes, value: index / 7 },
  }));
  await insertEvents(clickhouse, 's-1', events);
  const readings = Array.from({ length: 200 }, (_, index) => ({
    plan: 'shop',
    signal: 'errors "ünï" \\',
    group: '[]',
    reading: { state: 'value', value: index / 7, sampleSize: index, at: START - 3_600_000 + index * 10_000 } as const,
  }));
  await insertReadings(clickhouse, 'r-1', readings);
  await rollUpReadings(clickhouse, START - 3_600_000 + 1_500_000);
  // Two looks in one hour, the second of which is heard of when the runs of that hour are written already.
  for (const [index, hours] of [5, 4].entries()) {
    const checkedAt = START - 5 * HOUR_MS;
    const attributes = { probe: 'api', location: 'here', outcome: 'passed' };
    const event = { name: 'check', time: checkedAt, id: `c-${index}`, attributes };
    await insertEvents(clickhouse, `c-${index}`, [{ plan: 'shop', receivedAt: START, event }]);
    await rollUpCheckRuns(clickhouse, START - (hours - 2) * HOUR_MS);
  }
  await rollUpCheckSlices(clickhouse, START);
  const series = { plan: 'shop', describedAt: START, idHigh: 7, idLow: 9, name: 'node_load1', kind: 'gauge' };
  await insertSeries(clickhouse, 'd-1', [{ ...series, labels: [['instance', 'a "quoted" one']] }]);
  const count = 1_000;
  await insertSamples(clickhouse, 'p-1', [
    {
      plan: 'shop',
      count,
      ids: Uint32Array.from({ length: 2 * count }, (_, index) => (index % 2 === 0 ? 9 : 7)),
      firstTime: START - 1_000_000,
      offsets: Int32Array.from({ length: count }, (_, index) => index * 1_000),
      values: Float64Array.from({ length: count }, (_, index) => (index === 3 ? Number.NaN : index / 7)),
    },
  ]);
}

/** A row of each table of sign-in, and a chain of audit entries. */
async function fillSignIn(pool: Stores['pool']): Promise<void> {
  const at = "'2026-03-02 08:00:00.123456Z'";
  const hash = 'a'.repeat(64);
  await pool.query(`
    insert into auth.member (id, name, email, server_level, created_at, updated_at) values ('m', 'Mia', 'mia@shop.example', 'owner', ${at}, ${at});
    insert into auth.plan_level values ('m', 'shop', 'editor');
    insert into auth.session (id, user_id, token, expires_at, created_at, updated_at) values ('s', 'm', '${hash}', ${at}, ${at}, ${at});
    insert into auth.account (id, account_id, provider_id, user_id, password, created_at, updated_at) values ('a', 'm', 'credential', 'm', 'x:y', ${at}, ${at});
    insert into auth.link (id, hash, kind, member, plan_levels, made_by, created_at, expires_at) values ('l', '${hash}', 'password-reset', 'm', '{}', 'Mia', ${at}, ${at});
    insert into auth.api_token (id, hash, name, level, made_by, created_at) values ('t', '${hash}', 'ci', 'viewer', 'Mia', ${at});
    insert into auth.attempt values ('k', 1, ${at}, null);`);
  const entry = { at: START, actorKind: 'session', actor: 'Mia', action: 'POST /x', address: '::1', requestId: 'r' };
  for (const object of ['one', HARD]) await appendAudit(pool, { ...entry, object, outcome: 'done', after: { HARD } });
}

/** The same pool, which notes how many bytes the longest page was that a query asked for or gave. */
function noting(pool: pg.Pool, longest: { bytes: number }): pg.Pool {
  const note = (page: unknown): void => {
    longest.bytes = Math.max(longest.bytes, JSON.stringify(page ?? '').length);
  };
  const within = <Of extends object>(of: Of, key: PropertyKey): unknown => {
    const value: unknown = Reflect.get(of, key, of);
    return typeof value === 'function' ? value.bind(of) : value;
  };
  const noted = (client: pg.PoolClient): pg.PoolClient =>
    new Proxy(client, {
      get: (of, key) =>
        key !== 'query'
          ? within(of, key)
          : async (text: string, values?: unknown[]) => {
              note(values);
              const answer = await of.query(text, values);
              note(answer.rows);
              return answer;
            },
    });
  return new Proxy(pool, {
    get: (of, key) => (key === 'connect' ? async () => noted(await of.connect()) : within(of, key)),
  });
}

/** The tables of the telemetry store that hold data. */
async function tablesOf({ clickhouse }: Stores): Promise<readonly string[]> {
  const answer = await clickhouse.query({
    query: `select name from system.tables where database = currentDatabase() and engine like '%MergeTree'
      and name != 'schema_migration' order by name`,
    format: 'JSONEachRow',
  });
  return (await answer.json<{ name: string }>()).map(({ name }) => name);
}

/** Everything that both stores hold, as text. */
async function everything({ pool, clickhouse }: Stores): Promise<Record<string, unknown>> {
  const tables = await pool.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c
     where relkind = 'r' and relnamespace in ('public'::regnamespace, 'auth'::regnamespace) order by 1`,
  );
  const found: Record<string, unknown> = {};
  for (const { name } of tables.rows.filter((table) => table.name !== 'schema_migration')) {
    found[name] = (await pool.query(`select t::text as row from ${name} t order by 1`)).rows;
  }
  const telemetry = await clickhouse.query({
    query:
      "select name from system.tables where database = currentDatabase() and name != 'schema_migration' order by name",
    format: 'JSONEachRow',
  });
  for (const { name } of await telemetry.json<{ name: string }>()) {
    const answer = await clickhouse.query({ query: `select * from ${name} order by tuple(*)`, format: 'JSONEachRow' });
    found[`telemetry ${name}`] = await answer.text();
  }
  return found;
}

describe('backup and restore', () => {
  it('give back every row of both stores, bit for bit', async () => {
    await fill(source);
    const folder = join(source.folder, 'backup');
    const longest = { bytes: 0 };
    const from = { ...source, pool: noting(source.pool, longest) };
    const manifest = await backUp(from, { folder, program: '0.1.0', now: START });
    const tables = new Map(manifest.postgres.tables.map(({ table, rows }) => [table, rows]));
    for (const [table, rows] of tables) expect([table, rows]).not.toEqual([table, 0]);
    // Every table that there is, by the catalogue: one that comes with a later version is carried as well.
    const telemetryTables = await tablesOf(source);
    expect(telemetryTables).toEqual(expect.arrayContaining(['events', 'readings', 'samples', 'series']));
    const telemetry = new Set(manifest.clickhouse.tables.map(({ table }) => table));
    expect([...telemetry].sort()).toEqual(telemetryTables);
    expect(tables.get('fact')).toBe(1_235);
    expect(await readdir(folder)).toHaveLength(1 + manifest.postgres.tables.length + manifest.clickhouse.tables.length);
    await restore({ ...target, pool: noting(target.pool, longest) }, folder, START);
    // A page has 8 MiB; marks are escaped once more each time that they are written, and all lists together have 19 MB without that.
    expect(longest.bytes).toBeLessThan(14_000_000);
    const [before, after] = [await everything(source), await everything(target)];
    expect(after).toEqual(before);
    expect(JSON.stringify(before)).toContain('08:00:00.123456');
    expect(Object.keys(before)).toContain('auth.member');
    expect(await verifyWhole(target.pool)).toEqual({ intact: true, checked: 2 });
    await source.pool.query("delete from list_upload where plan = 'lists'");
  });

  it('rolls up once what was rolled up while the backup was written', async () => {
    const later = await instance();
    try {
      // The tables are not read at one instant: what is rolled up may be newer than the note of how far that is.
      const rolled = await rollUpReadings(source.clickhouse, START);
      const ahead = join(source.folder, 'ahead');
      await source.clickhouse.command({
        query: 'alter table readings_rolled_up delete where up_to = toDateTime({to:UInt32})',
        query_params: { to: rolled / 1_000 },
        clickhouse_settings: { mutations_sync: '1' },
      });
      await backUp(source, { folder: ahead, program: '0.1.0', now: START });
      await restore(later, ahead, START);
      expect(await rollUpReadings(later.clickhouse, START)).toBe(rolled);
      for (const table of ['telemetry readings_5m', 'telemetry readings_1m']) {
        expect((await everything(later))[table]).toEqual((await everything(source))[table]);
      }
    } finally {
      await later.close();
    }
  });

  it('goes into an empty instance only, and overwrites no backup', async () => {
    const folder = join(source.folder, 'backup');
    await expect(restore(target, folder, START)).rejects.toMatchObject({ code: 'restore-not-empty' });
    const again = backUp(source, { folder, program: '0.1.0', now: START });
    await expect(again).rejects.toMatchObject({ code: 'file-exists' });
    expect(await readdir(source.folder)).not.toContain('backup.partial');
  });

  it('goes on numbering facts and epochs where the source was', async () => {
    const store = createPostgresStore(target.pool);
    expect(await store.acquireLease('shop', 'core-2', START, 10_000)).toBe(2);
    const commit = { plan: 'shop', epoch: 2, at: START, changes: [], removals: [], notifications: [] };
    const facts = [{ at: START, kind: 'notified', subject: 'x', reason: 'applied', body: {} }] as const;
    expect(await store.commit({ ...commit, facts })).toEqual({ state: 'committed', firstFact: 2 });
  });

  it('refuses a damaged file, and one of a newer program', async () => {
    const folder = join(source.folder, 'backup');
    const path = join(folder, 'manifest.json');
    const manifest = await readFile(path, 'utf8');
    const newer = JSON.parse(manifest);
    newer.postgres.migrations.push({ number: 999, name: '0999-later', hash: 'x' });
    await writeFile(path, JSON.stringify(newer));
    await expect(restore(target, folder, START)).rejects.toMatchObject({ code: 'schema-too-new' });
    await writeFile(path, '{}');
    await expect(restore(target, folder, START)).rejects.toMatchObject({ code: 'backup-invalid' });
    await writeFile(path, manifest);
    await appendFile(join(folder, 'postgres-fact.ndjson'), ' ');
    await expect(restore(target, folder, START)).rejects.toThrow('postgres-fact.ndjson is missing or damaged');
  });
});
