import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits } from '#kernel/limits.ts';
import { describeStore } from '../../../test/conformance/store.ts';
import {
  alert as alertRow,
  commit,
  intent,
  judgement,
  line,
  settlement,
  silence,
} from '../../../test/conformance/store-samples.ts';
import { temporaryPostgres } from '../../../test/kit/postgres.ts';
import { createSystemRandom } from '../../system-random.ts';
import { type AlertQuery, findAlert, findSilence, listAlerts, listSilences, type SilenceQuery } from './alerts.ts';
import { factsToExport, listFacts, markExported } from './facts.ts';
import { listInbox } from './inbox.ts';
import {
  createIngestKey,
  hashIngestKey,
  listIngestKeys,
  revokeIngestKey,
  storeIngestKey,
  touchIngestKey,
} from './ingest-keys.ts';
import { createListUploads } from './list-uploads.ts';
import { openListener } from './listener.ts';
import { migratePostgres, postgresMigrations } from './migrate.ts';
import { type DeliveryQuery, listDeliveries, listNotifications } from './notifications.ts';
import { currentPlans, findPlanVersion, insertPlanVersion, planHistory } from './plans.ts';
import { createPostgresStore } from './store.ts';

type Postgres = Awaited<ReturnType<typeof temporaryPostgres>>;
let server: Postgres;
beforeAll(async () => {
  server = await temporaryPostgres();
});
afterAll(() => server.close());

const START = 1_772_438_400_000;

describeStore('PostgreSQL', async () => ({
  store: createPostgresStore(server.pool),
  close: async () => {},
  facts: async (plan) => {
    const rows = await listFacts(server.pool, { plan, limit: 1_000 });
    return rows.map(({ sequence, ...fact }) => ({ sequence, fact }));
  },
  inbox: async (plan, person) => (await listInbox(server.pool, { plan, person, limit: 10 })).map(({ id }) => id),
}));

describe('the schema', () => {
  it('is applied once', async () => {
    const known = await postgresMigrations();
    expect(await migratePostgres(server.pool, START)).toEqual({ version: known.length, applied: 0 });
  });

  it('of a newer program is refused', async () => {
    const known = await postgresMigrations();
    await expect(migratePostgres(server.pool, START, known.slice(0, -1))).rejects.toMatchObject({
      code: 'schema-too-new',
    });
  });

  it('altered after it was applied is refused', async () => {
    const known = await postgresMigrations();
    const altered = known.map((migration) => ({ ...migration, hash: 'other' }));
    await expect(migratePostgres(server.pool, START, altered)).rejects.toMatchObject({ code: 'schema-changed' });
  });

  it('is not half applied when a migration fails', async () => {
    const known = await postgresMigrations();
    const broken = {
      number: known.length + 1,
      name: 'broken',
      hash: 'x',
      sql: 'create table half (a int); select nope;',
    };
    await expect(migratePostgres(server.pool, START, [...known, broken])).rejects.toThrow();
    const found = await server.pool.query("select to_regclass('half') as half");
    expect(found.rows[0]).toEqual({ half: null });
    expect(await migratePostgres(server.pool, START)).toMatchObject({ applied: 0 });
  });

  it('is applied once when two programs start together', async () => {
    const known = await postgresMigrations();
    const next = { number: known.length + 1, name: 'next', hash: 'x', sql: 'create table next_one (a int);' };
    const both = await Promise.all([1, 2].map(() => migratePostgres(server.pool, START, [...known, next])));
    expect(both.map(({ applied }) => applied).sort()).toEqual([0, 1]);
    await server.pool.query('drop table next_one');
    await server.pool.query('delete from schema_migration where number = $1', [next.number]);
  });
});

describe('the order of messages', () => {
  it('is given to those that were queued before it was stored', async () => {
    const known = await postgresMigrations();
    const client = await server.pool.connect();
    try {
      await client.query('begin; create schema earlier; set local search_path = earlier');
      await client.query(known[0]?.sql ?? '');
      await client.query(
        "insert into plan_lease (plan, owner, epoch, until) values ('shop', 'a', 1, now()), ('bare', 'a', 1, now())",
      );
      const rows = [
        ['c', 0, 'resolved', 'pending'],
        ['b', 1, 'repeated', 'pending'],
        ['d', 0, 'fired', 'accepted'],
      ];
      for (const [id, cycle, step, state] of rows) {
        await client.query(
          `insert into notification (id, plan, episode, policy_version, cycle, step, recipient, channel, rule, severity, content,
             created_at, state) values ($1, 'shop', 'A-1', 1, $2, $3, 'mia', 'app', 'r', 'high', '{}', $4, $5)`,
          [id, cycle, step, step === 'resolved' ? '2026-03-02T09:00Z' : '2026-03-02T08:00Z', state],
        );
      }
      await client.query(known[1]?.sql ?? '');
      const ordered = await client.query('select id, position::int from notification order by position');
      expect(ordered.rows).toEqual([
        { id: 'd', position: 1 },
        { id: 'b', position: 2 },
        { id: 'c', position: 3 },
      ]);
      const next = await client.query('select plan, next_notification::int as next from plan_lease order by plan');
      expect(next.rows).toEqual([
        { plan: 'bare', next: 1 },
        { plan: 'shop', next: 4 },
      ]);
    } finally {
      await client.query('rollback');
      client.release();
    }
  });
});

describe('the store', () => {
  it('commits all of a failing commit or nothing', async () => {
    const store = createPostgresStore(server.pool);
    const epoch = (await store.acquireLease('atomic', 'core-1', START, 10_000)) ?? 0;
    await server.pool.query(`create function refuse() returns trigger language plpgsql as
      $$ begin raise exception 'injected'; end $$`);
    for (const table of ['aggregate', 'fact', 'notification', 'plan_version']) {
      await server.pool.query(`create trigger refuse before insert on ${table} execute function refuse()`);
      const attempt = store.commit({
        plan: 'atomic',
        epoch,
        at: START,
        changes: [{ kind: 'plan', key: 'plan', version: 1, nextAlert: 1, nextSilence: 1, watermark: START }],
        removals: [],
        facts: [{ at: START, kind: 'plan-applied', subject: 'plan', reason: 'applied', body: {} }],
        notifications: [],
        planVersion: { version: 1, files: [], appliedBy: 'mia' },
      });
      await expect(attempt).rejects.toThrow('injected');
      await server.pool.query(`drop trigger refuse on ${table}`);
      expect(await store.loadAggregates('atomic', 0)).toEqual([]);
      expect(await listFacts(server.pool, { plan: 'atomic', limit: 9 })).toEqual([]);
      expect(await findPlanVersion(server.pool, 'atomic', 1)).toBeUndefined();
    }
    const lease = await server.pool.query("select next_fact from plan_lease where plan = 'atomic'");
    expect(lease.rows[0]).toEqual({ next_fact: 1 });
  });

  it('refuses rows of a newer shape', async () => {
    const store = createPostgresStore(server.pool);
    await server.pool.query(
      `insert into aggregate (plan, kind, key, schema, state, open, updated_at)
       values ('newer', 'alert', 'A-1', 999, '{}', true, '2026-03-02Z')`,
    );
    await expect(store.loadAggregates('newer', 0)).rejects.toMatchObject({ code: 'schema-too-new' });
  });

  it('wakes a listener with a commit that has notifications', async () => {
    const store = createPostgresStore(server.pool);
    const woken = Promise.withResolvers<string>();
    const options = { address: server.postgres.address, applicationName: 'listener' };
    const listener = await openListener(options, woken.resolve, () => {});
    const epoch = (await store.acquireLease('waking', 'core-1', START, 10_000)) ?? 0;
    const empty = { plan: 'waking', epoch, at: START, changes: [], removals: [], facts: [], notifications: [] };
    await store.commit(empty);
    await store.commit({ ...empty, notifications: [notification('A-1')] });
    expect(await woken.promise).toBe('waking');
    await listener.close();
  });

  it('records every attempt', async () => {
    const store = createPostgresStore(server.pool);
    const plan = 'attempts';
    const epoch = (await store.acquireLease(plan, 'core-1', START, 10_000)) ?? 0;
    await store.commit({
      plan,
      epoch,
      at: START,
      changes: [],
      removals: [],
      facts: [],
      notifications: [notification('A-1')],
    });
    const claim = (now: number) => store.claimNotifications({ plan, epoch, now, leaseMs: 1_000, limit: 5 });
    await claim(START);
    const [second] = await claim(START + 1_000);
    if (second === undefined) throw new Error('Nothing claimed');
    await store.settleNotification({
      plan,
      id: second.id,
      fence: second.fence,
      at: START + 1_100,
      outcome: { state: 'delivered', receipt: 'r-1' },
      fact: { at: START, kind: 'delivery-accepted', subject: 'A-1', reason: 'provider-accepted', body: {} },
    });
    const [stored] = await listNotifications(server.pool, plan, 'A-1');
    expect(stored).toMatchObject({ state: 'delivered', receipt: 'r-1', settledAt: START + 1_100, mayRepeat: true });
    expect(stored?.attempts).toEqual([
      { attempt: 1, startedAt: START, endedAt: START + 1_000, outcome: 'unknown', problem: 'lease-expired' },
      { attempt: 2, startedAt: START + 1_000, endedAt: START + 1_100, outcome: 'delivered' },
    ]);
  });
});

describe('plans', () => {
  it('have versions, of which one is current', async () => {
    const version = { plan: 'shop', files: [{ path: 'plan.yaml', text: 'plan: shop' }], appliedBy: 'mia', at: START };
    expect(await insertPlanVersion(server.pool, { ...version, expectedVersion: 0 })).toBe(1);
    for (const expectedVersion of [0, 2]) {
      await expect(insertPlanVersion(server.pool, { ...version, expectedVersion })).rejects.toMatchObject({
        code: 'version-conflict',
      });
    }
    expect(await insertPlanVersion(server.pool, { ...version, expectedVersion: 1 })).toBe(2);
    const current = (await currentPlans(server.pool)).find(({ plan }) => plan === 'shop');
    expect(current).toEqual({ plan: 'shop', version: 2, files: version.files, appliedAt: START, appliedBy: 'mia' });
    expect((await planHistory(server.pool, 'shop')).map((row) => row.version)).toEqual([2, 1]);
  });
});

describe('ingest keys', () => {
  it('are stored as hashes only', async () => {
    const random = createSystemRandom();
    const { key, id } = await createIngestKey(server.pool, random, {
      plan: 'shop',
      name: 'web',
      scopes: ['events:write'],
      at: START,
      expiresAt: START + 5,
    });
    expect(key).toBe(`wb_ingest_${id}_${key.split('_')[3]}`);
    await touchIngestKey(server.pool, id, START + 2);
    await touchIngestKey(server.pool, id, START + 1);
    expect(await listIngestKeys(server.pool, 'shop')).toEqual([
      {
        id,
        plan: 'shop',
        name: 'web',
        scopes: ['events:write'],
        hash: hashIngestKey(key),
        createdAt: START,
        expiresAt: START + 5,
        lastUsedAt: START + 2,
      },
    ]);
    const everything = await server.pool.query('select to_json(k)::text as row from ingest_key k');
    expect(JSON.stringify(everything.rows)).not.toContain(key.split('_')[3]);
    expect(await revokeIngestKey(server.pool, id, START + 3)).toBe(true);
    expect(await revokeIngestKey(server.pool, id, START + 3)).toBe(false);
  });

  it('can be preset, and preset again', async () => {
    const key = `wb_ingest_${'a'.repeat(16)}_${'b'.repeat(32)}`;
    const wanted = { plan: 'shop', name: 'preset', scopes: ['events:write'], at: START };
    expect(await storeIngestKey(server.pool, key, wanted)).toBe('a'.repeat(16));
    expect(await storeIngestKey(server.pool, key, wanted)).toBe('a'.repeat(16));
    await expect(storeIngestKey(server.pool, key, { ...wanted, plan: 'other' })).rejects.toThrow('Another key');
    expect(await storeIngestKey(server.pool, 'a-key-made-elsewhere', wanted)).toMatch(/^preset-[0-9a-f]{16}$/);
    await expect(storeIngestKey(server.pool, 'secret', wanted)).rejects.toMatchObject({
      code: 'configuration-invalid',
    });
  });
});

describe('facts', () => {
  it('are exported from where the last export ended', async () => {
    const store = createPostgresStore(server.pool);
    const epoch = (await store.acquireLease('export', 'core-1', START, 10_000)) ?? 0;
    const facts = ['a', 'b', 'c'].map((subject) => ({
      at: START,
      kind: 'notified' as const,
      subject,
      reason: 'first-notification' as const,
      body: {},
    }));
    await store.commit({ plan: 'export', epoch, at: START, changes: [], removals: [], facts, notifications: [] });
    const subjects = async () => (await factsToExport(server.pool, 'export', 10)).map(({ subject }) => subject);
    expect(await subjects()).toEqual(['a', 'b', 'c']);
    await markExported(server.pool, 'export', 2);
    await markExported(server.pool, 'export', 1);
    expect(await subjects()).toEqual(['c']);
    const latest = await listFacts(server.pool, { plan: 'export', limit: 2, from: 'latest' });
    expect(latest.map(({ sequence }) => sequence)).toEqual([2, 3]);
    expect(await listFacts(server.pool, { plan: 'export', subject: 'b', limit: 2 })).toHaveLength(1);
  });
});

describe('alerts', () => {
  it('are listed by page, the newest first, by state, rule and severity, those of an older release too', async () => {
    const store = createPostgresStore(server.pool);
    const epoch = (await store.acquireLease('listing', 'core-1', START, 10_000)) ?? 0;
    const over = { state: 'resolved', resolvedAt: START + 9 } as const;
    const changes = [
      alertRow('A-1'),
      alertRow('A-2', over),
      alertRow('A-10', { ...over, rule: 'slow', severity: 'soon' }),
      alertRow('A-9', { rule: 'slow', dueAt: START + 5 }),
    ];
    await store.commit(commit('listing', epoch, { changes }));
    await server.pool.query(
      `update aggregate set schema = 1, state = (state::jsonb - 'version')::json where plan = 'listing' and key = 'A-1'`,
    );
    const keys = async (query: Partial<AlertQuery>) =>
      (await listAlerts(server.pool, { plan: 'listing', limit: 9, ...query })).map(({ key }) => key);
    expect(await keys({})).toEqual(['A-10', 'A-9', 'A-2', 'A-1']);
    expect(await keys({ limit: 2 })).toEqual(['A-10', 'A-9']);
    expect(await keys({ before: 9 })).toEqual(['A-2', 'A-1']);
    expect(await keys({ state: 'firing' })).toEqual(['A-9', 'A-1']);
    expect(await keys({ state: 'resolved', rule: 'slow' })).toEqual(['A-10']);
    expect(await keys({ severity: 'soon' })).toEqual(['A-10']);
    expect(await keys({ severity: 'high', before: 9 })).toEqual(['A-2', 'A-1']);
    expect(await findAlert(server.pool, 'listing', 'A-1')).toEqual(alertRow('A-1'));
    expect(await findAlert(server.pool, 'listing', 'A-3')).toBeUndefined();
    expect((await store.loadAggregates('listing', START)).find(({ key }) => key === 'A-1')).toEqual(alertRow('A-1'));
  });
});

describe('alerts of an earlier release', () => {
  it('are found by rule and number after the upgrade, whatever text they hold', async () => {
    const known = await postgresMigrations();
    const client = await server.pool.connect();
    try {
      await client.query('begin; create schema before_commands; set local search_path = before_commands');
      await client.query(known[0]?.sql ?? '');
      await client.query(known[1]?.sql ?? '');
      const { version: _version, ...alert } = alertRow('A-12', { rule: 'slow', severity: 'NUL \u0000' });
      const { nextSilence: _nextSilence, ...plan } = line;
      const { version: _other, ...plain } = alertRow('A-13', { rule: 'slow' });
      for (const row of [alert, plain, judgement('slow []'), plan]) {
        await client.query(
          `insert into aggregate (plan, kind, key, schema, state, open, updated_at)
           values ('shop', $1, $2, 1, $3, true, '2026-03-02T09:00Z')`,
          [row.kind, row.key, JSON.stringify(row)],
        );
      }
      await client.query(known[3]?.sql ?? '');
      await client.query(known[4]?.sql ?? '');
      const found = await client.query('select kind, rule, number, severity from aggregate order by kind, key');
      expect(found.rows).toEqual([
        { kind: 'alert', rule: 'slow', number: 12, severity: null },
        { kind: 'alert', rule: 'slow', number: 13, severity: 'high' },
        { kind: 'judgement', rule: null, number: null, severity: null },
        { kind: 'plan', rule: null, number: null, severity: null },
      ]);
    } finally {
      await client.query('rollback');
      client.release();
    }
  });
});

describe('silences', () => {
  it('are listed by page, the newest first', async () => {
    const store = createPostgresStore(server.pool);
    const epoch = (await store.acquireLease('quiet', 'core-1', START, 10_000)) ?? 0;
    const ended = { at: START + 5, because: 'silence-ended-by-hand', by: 'noah' } as const;
    const changes = [silence('S-1'), silence('S-2', { ended }), silence('S-3')];
    await store.commit(commit('quiet', epoch, { changes }));
    const keys = async (query: Partial<SilenceQuery>) =>
      (await listSilences(server.pool, { plan: 'quiet', limit: 9, ...query })).map(({ key }) => key);
    expect(await keys({})).toEqual(['S-3', 'S-2', 'S-1']);
    expect(await keys({ lasting: true, before: 3 })).toEqual(['S-1']);
    expect(await keys({ lasting: false })).toEqual(['S-2']);
    expect(await findSilence(server.pool, 'quiet', 'S-2')).toEqual(changes[1]);
  });
});

describe('the delivery log', () => {
  it('has every message with how it stands, the newest first', async () => {
    const store = createPostgresStore(server.pool);
    const epoch = (await store.acquireLease('log', 'core-1', START, 10_000)) ?? 0;
    const notifications = [
      intent('log', 'A-1'),
      intent('log', 'A-1', { recipient: 'noah', channel: 'mail' }),
      intent('log', 'A-2'),
    ];
    await store.commit(commit('log', epoch, { notifications }));
    const leased = await store.claimNotifications({ plan: 'log', epoch, now: START, leaseMs: 30_000, limit: 2 });
    const [first, second] = leased;
    if (first === undefined || second === undefined) throw new Error('Nothing claimed');
    await store.settleNotification(settlement(first, { state: 'accepted', receipt: 'r-1' }));
    const retryAt = START + 60_000;
    await store.settleNotification(settlement(second, { state: 'retry_at', retryAt, problem: 'HTTP 503' }));
    const log = (query: Partial<DeliveryQuery>) => listDeliveries(server.pool, { plan: 'log', limit: 9, ...query });
    expect(await log({})).toMatchObject([
      { position: 3, state: 'pending', attemptCount: 0, identity: { episode: 'A-2' } },
      { position: 2, state: 'retry_at', attemptCount: 1, retryAt, problem: 'HTTP 503' },
      { position: 1, state: 'accepted', attemptCount: 1, receipt: 'r-1', settledAt: START },
    ]);
    const places = async (query: Partial<DeliveryQuery>) => (await log(query)).map(({ position }) => position);
    expect(await places({ before: 3, limit: 1 })).toEqual([2]);
    expect(await places({ states: ['accepted', 'pending'] })).toEqual([3, 1]);
    expect(await places({ recipient: 'mia', alert: 'A-1' })).toEqual([1]);
    expect(await places({ channel: 'mail' })).toEqual([2]);
  });
});

describe('lists that were compared', () => {
  it('go when as many newer ones of their comparison are kept', async () => {
    const uploads = createListUploads(server.pool);
    const keep = (comparison: string, at: number) =>
      uploads.keep('lists', {
        ...{ comparison, at, by: 'anita', source: 'sales', key: 'invoice', fields: [], from: START, to: at },
        ...{ events: 1, withoutKey: 0, equal: 1, differenceCount: 3 },
        ...{ rowCount: 0, rows: '[]', differences: '[{"key":"a"},{"key":"\\u0000"},{"key":"c"}]' },
      });
    const other = await keep('other', START);
    const ids: string[] = [];
    for (let index = 0; index < limits.comparisonListsKept + 2; index += 1)
      ids.push(await keep('manual', START + index));
    // The clock was set back.
    ids.push(await keep('manual', START - 1));
    const found = await Promise.all([other, ...ids].map((id) => uploads.find('lists', id, 2)));
    expect(found[0]).toMatchObject({ differenceCount: 3, differences: [{ key: 'a' }, { key: '\0' }] });
    expect(found.map((list) => list !== undefined)).toEqual([
      true,
      ...ids.map((_, index) => index >= ids.length - limits.comparisonListsKept),
    ]);
  });
});

function notification(episode: string) {
  return {
    identity: { episode, policyVersion: 1, cycle: 0, step: 'fired' as const, recipient: 'mia', channel: 'app' },
    rule: 'r',
    severity: 'high',
    createdAt: START,
    content: {
      plan: 'p',
      planTitle: 'P',
      alert: episode,
      rule: 'r',
      group: '[]',
      severity: 'high',
      state: 'firing' as const,
      step: 'fired' as const,
      openedAt: START,
      condition: 'c',
      evidence: [],
      repeatMs: 1,
    },
  };
}
