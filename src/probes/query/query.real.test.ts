import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseEgressAllow } from '#egress/allowance.ts';
import { createEgress, type Egress } from '#egress/egress.ts';
import { limits } from '#kernel/limits.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#storage/embedded/embedded-postgres.ts';
import { openPool } from '#storage/postgres/pool.ts';
import { checkProbeKind, PROBE_SECRET } from '../../../test/conformance/probe.ts';
import { clock, temporaryFolder } from '../../../test/kit/postgres.ts';
import { type Doorway, openDoorway } from '../../../test/kit/postgres-doorway.ts';
import type { ProbeContext, Sighting } from '../kind.ts';
import { queryKind } from './run.ts';
import { runInSession } from './session.ts';

const PASSWORD = 'canary-of-the-database';

let home: Awaited<ReturnType<typeof temporaryFolder>>;
let postgres: EmbeddedPostgres;
let pool: pg.Pool;
let doorway: Doorway;
let egress: Egress;
let scratch: string;
const closers: (() => void)[] = [];

beforeAll(async () => {
  home = await temporaryFolder();
  scratch = await mkdtemp(join(tmpdir(), 'watchbill-query-'));
  postgres = await startEmbeddedPostgres({ dataFolder: home.folder, clock });
  pool = openPool({ address: postgres.address, applicationName: 'test' });
  await pool.query(`
    create role reader login;
    create role nobody nologin;
    create table sale (id int primary key, branch text, amount numeric);
    insert into sale select n, 'b' || n % 3, n * 1.5 from generate_series(1, 5000) n;
    create sequence number;
    create table secret_thing (id int);
    grant select on sale to reader;
    grant usage on sequence number to reader;
    create function takes_one() returns int language plpgsql as $$ begin delete from sale where id = 1; return 1; end $$;
    create function makes_writing() returns int language plpgsql as
      $$ begin perform set_config('transaction_read_only', 'off', true); delete from sale where id = 1; return 1; end $$;
    create function leaves() returns int language plpgsql as $$ begin commit; return 1; end $$;
    create procedure leave() language plpgsql as $$ begin commit; delete from sale; end $$;
  `);
  doorway = await openDoorway(postgres.address);
  const allow = parseEgressAllow('127.0.0.1');
  egress = createEgress({ allow: allow.ok ? allow.value : [] });
});
afterEach(() => {
  for (const close of closers.splice(0)) close();
});
afterAll(async () => {
  egress.close();
  await doorway.close();
  await pool.end();
  await postgres.stop();
  await home.remove();
  await rm(scratch, { recursive: true, force: true });
});

function contextOf(url: string, more: Partial<ProbeContext> = {}): ProbeContext {
  return {
    dialler: egress,
    clock,
    now: () => clock.now(),
    timeoutMs: 5_000,
    signal: new AbortController().signal,
    secret: (name) => (name === 'MAIN' ? { state: 'known', value: url } : { state: 'unset' }),
    database: (name) => ({ name, url: { secret: name.toUpperCase() } }),
    run: () => 'never-sent',
    ...more,
  };
}

function urlOf(user = doorway.user, port = doorway.port): string {
  return `postgres://${user}:${PASSWORD}@127.0.0.1:${port}/${doorway.database}`;
}

async function ask(sql: string, more: Partial<ProbeContext> = {}, url = urlOf()): Promise<Sighting> {
  const sighting = await queryKind.run({ kind: 'query', database: 'main', sql }, contextOf(url, more));
  expect(JSON.stringify(sighting)).not.toContain(PASSWORD);
  return sighting;
}

async function problemOf(sql: string, more: Partial<ProbeContext> = {}, url = urlOf()) {
  return (await ask(sql, more, url)).problem;
}

/** Past the check of the first word: what the server itself refuses. */
async function sent(sql: string): Promise<string | undefined> {
  const address = { host: '127.0.0.1', port: doorway.port, user: doorway.user, password: '' };
  const database = doorway.database;
  const answer = await runInSession({ ...address, database, tls: 'disable' }, sql, contextOf(''));
  return answer.rows.ok ? undefined : answer.rows.failure.reason;
}

/** Everything that a statement could have changed. */
async function contents(): Promise<unknown> {
  const { rows } = await pool.query(`
    select (select count(*) from sale) as sales, (select sum(amount) from sale) as amount,
      (select last_value || ':' || is_called from number) as number,
      (select string_agg(relname, ',' order by relname) from pg_class where relnamespace = 'public'::regnamespace) as relations,
      (select count(*) from pg_class where relpersistence = 't') as temporary,
      (select count(*) from pg_largeobject_metadata) as objects`);
  return rows[0];
}

describe('what is read', () => {
  it('rows, the value and the names of columns', async () => {
    const sighting = await ask('select branch, count(*) as sales from sale group by 1 order by 1');
    expect(sighting).toMatchObject({ fields: { rows: 3, value: 'b0', columns: 'branch, sales' } });
    expect(sighting.problem).toBeUndefined();
    expect(sighting.evidence).toBe(
      ['branch | sales', '-------+------', 'b0     | 1666', 'b1     | 1667', 'b2     | 1667'].join('\n'),
    );
    expect([sighting.read?.('rows'), sighting.read?.('value'), sighting.read?.('other')]).toEqual([3, 'b0', undefined]);
    expect(sighting.fields['time.connect']).toBeTypeOf('number');
  });

  it.each([
    ['select 7', 7],
    ['select 1.50::numeric', 1.5],
    ['select count(*) from sale', 5000],
    ["select 'seven'", 'seven'],
    ['select true', true],
    ['select null', undefined],
    ['select 1 where false', undefined],
    ["select 'NaN'::float8", 'NaN'],
    ['values (3), (4)', 3],
    ['show transaction_read_only', 'on'],
    ['select 1;', 1],
  ])('%s has the value %s', async (sql, value) => {
    const sighting = await ask(sql);
    expect(sighting.problem).toBeUndefined();
    expect(sighting.read?.('value')).toBe(value);
  });

  it('nothing of what is longer than a line', async () => {
    const sighting = await ask("select repeat('x', 5000) as a, E'two\\nlines' as b, null as c");
    expect(sighting.evidence?.split('\n').at(-1)).toBe(`${'x'.repeat(59)}… | two lines | null`);
    expect(String(sighting.fields['value']).length).toBe(limits.queryValueCharacters);
  });
});

describe('what cannot be done, even as a superuser', () => {
  it.each([
    ["insert into sale values (0, 'b0', 1)", 'statement-refused'],
    ['update sale set amount = 0', 'statement-refused'],
    ['with gone as (delete from sale returning 1) select count(*) from gone', 'statement-refused'],
    ['explain analyze delete from sale', 'statement-refused'],
    ['create temp table t (a int)', 'statement-refused'],
    ['select 1 as a into temp t', 'statement-refused'],
    ["select nextval('number')", 'statement-refused'],
    ["select setval('number', 9)", 'statement-refused'],
    ['select takes_one()', 'statement-refused'],
    ['select makes_writing()', 'statement-refused'],
    ['select leaves()', 'statement-refused'],
    ['call leave()', 'statement-refused'],
    ['set transaction read write', 'statement-refused'],
    ["select set_config('transaction_read_only', 'off', false)", 'statement-refused'],
    ["select lo_from_bytea(0, 'x')", 'statement-refused'],
    ["select lo_import('/etc/hostname')", 'statement-refused'],
    ['commit; drop table sale', 'query-invalid'],
    ['select 1; drop table sale', 'query-invalid'],
    ['select * from sale for update', 'statement-refused'],
  ])('%s', async (sql, reason) => {
    const before = await contents();
    const server = await sent(sql);
    expect(server).toBe(reason);
    expect((await problemOf(sql))?.reason).toMatch(/^(statement-refused|query-invalid)$/);
    expect(await contents()).toEqual(before);
  });

  it('a program, a file, a lock that stays or a way out of the transaction', async () => {
    const file = join(scratch, 'written');
    for (const sql of [
      `copy sale to program 'cat > ${file}'`,
      `copy sale to '${file}'`,
      "copy sale from program 'echo'",
      'copy sale to stdout',
      'lock table sale',
      'commit',
      'rollback',
      'do $$ begin delete from sale; end $$',
      "load 'plpgsql'",
      'notify a',
      'vacuum sale',
      'reset all',
    ]) {
      expect(await problemOf(sql)).toMatchObject({ outcome: 'failed', reason: 'statement-refused' });
    }
    expect(await problemOf('select pg_advisory_lock(7)')).toBeUndefined();
    await untilGone();
    const { rows } = await pool.query("select from pg_locks where locktype = 'advisory'");
    expect(rows).toEqual([]);
  });

  it('more than its role may', async () => {
    expect(await problemOf('select * from secret_thing', {}, urlOf('reader'))).toMatchObject({
      reason: 'permission-denied',
    });
    expect(await problemOf("select pg_read_file('/etc/hostname')", {}, urlOf('reader'))).toMatchObject({
      reason: 'permission-denied',
    });
    expect((await ask('select count(*) from sale', {}, urlOf('reader'))).fields['value']).toBe(5000);
  });
});

/** Until the server has no connection of a probe any more. */
async function untilGone(): Promise<void> {
  for (;;) {
    const { rows } = await pool.query("select from pg_stat_activity where application_name = 'watchbill probe'");
    if (rows.length === 0) return;
  }
}

describe('limits', () => {
  it('time, on the server too', async () => {
    expect(await problemOf('select pg_sleep(600)', { timeoutMs: 300 })).toMatchObject({
      outcome: 'failed',
      reason: 'timed-out',
    });
    await untilGone();
    expect(
      await problemOf("select set_config('statement_timeout', '0', true), pg_sleep(600)", { timeoutMs: 300 }),
    ).toMatchObject({ reason: 'timed-out' });
    await untilGone();
  });

  it('time spent before a lock', async () => {
    const blocker = await pool.connect();
    try {
      await blocker.query('begin; lock table sale');
      expect(await problemOf('select count(*) from sale', { timeoutMs: 300 })).toMatchObject({ reason: 'timed-out' });
      await untilGone();
    } finally {
      await blocker.query('rollback');
      blocker.release();
    }
  });

  it('rows: a thousand million cost no more than a thousand', async () => {
    const sighting = await ask('select n from generate_series(1, 1000) n');
    expect([sighting.problem, sighting.fields['rows']]).toEqual([undefined, 1_000]);
    // A set-returning function in FROM would be put on disk first; one in the list of columns is made row by row.
    const many = await ask('select generate_series(1, 1000000000) as n');
    expect(many.problem).toMatchObject({ outcome: 'failed', reason: 'too-many-rows' });
    expect(many.fields).toMatchObject({ rows: 1_000, value: 1 });
    expect(many.evidence).toContain('more than 980 others');
  });

  it('bytes, of many rows and of one value', async () => {
    for (const sql of ["select repeat('x', 10000) from sale limit 900", "select repeat('x', 20000000)"]) {
      expect(await problemOf(sql)).toMatchObject({ outcome: 'failed', reason: 'answer-too-large' });
    }
    await untilGone();
  });

  it('connections: many checks at once take a few, and all are answered', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => ask('select 1')));
    expect(answers.every(({ problem }) => problem === undefined)).toBe(true);
    // Some may be on their way out while the next ones come in.
    expect(doorway.most()).toBeLessThanOrEqual(8);
    const slow = Array.from({ length: 4 }, () => ask('select pg_sleep(600)', { timeoutMs: 2_000 }));
    expect(await problemOf('select 1', { timeoutMs: 200 })).toMatchObject({
      outcome: 'unmeasured',
      reason: 'started-late',
    });
    for (const { problem } of await Promise.all(slow)) expect(problem?.reason).toBe('timed-out');
  });
});

describe('failures are results', () => {
  it.each([
    ['select from', 'query-invalid'],
    ['select * from absent', 'query-invalid'],
    ["select 'canary'::int", 'query-invalid'],
    ['select 1 / 0', 'query-invalid'],
  ])('%s', async (sql, reason) => {
    expect(await problemOf(sql)).toMatchObject({ outcome: 'failed', reason });
  });

  it.each(['nobody', 'unheard-of'])('the user %s', async (user) => {
    expect(await problemOf('select 1', {}, urlOf(user))).toMatchObject({
      outcome: 'failed',
      reason: 'authentication-failed',
    });
  });

  it('a database that is not there, and a server that is not', async () => {
    expect(await problemOf('select 1', {}, urlOf().replace(/[^/]*$/, 'absent'))).toMatchObject({
      outcome: 'failed',
      reason: 'connection-failed',
    });
    const port = await listen(net.createServer());
    for (const close of closers.splice(0)) close();
    expect(await problemOf('select 1', {}, urlOf('a', port))).toMatchObject({
      outcome: 'failed',
      reason: 'connection-failed',
    });
  });

  it('one that accepts and never answers, one that hangs up, and one that speaks something else', async () => {
    const sockets: net.Socket[] = [];
    const silent = await listen(net.createServer((socket) => void sockets.push(socket)));
    expect(await problemOf('select 1', { timeoutMs: 200 }, urlOf('a', silent))).toMatchObject({
      outcome: 'failed',
      reason: 'timed-out',
    });
    for (const socket of sockets) socket.destroy();
    const short = await listen(net.createServer((socket) => void socket.end()));
    expect(await problemOf('select 1', {}, urlOf('a', short))).toMatchObject({ reason: 'connection-lost' });
    const other = await listen(
      net.createServer((socket) => void socket.on('error', () => {}).end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    );
    expect(await problemOf('select 1', { timeoutMs: 500 }, urlOf('a', other))).toMatchObject({ outcome: 'failed' });
  });

  it('one that speaks TLS, and whose certificate is trusted only where it need not be', async () => {
    const read = (name: string): string =>
      readFileSync(new URL(`../../egress/fixtures/hooks.example.${name}.pem`, import.meta.url), 'utf8');
    const secure = await openDoorway(postgres.address, { cert: read('crt'), key: read('key') });
    const url = `${urlOf(doorway.user, secure.port)}?sslmode=`;
    expect((await ask("select 7 where repeat('x', 10) <> ''", {}, `${url}require`)).fields['value']).toBe(7);
    expect(await problemOf("select repeat('x', 20000000)", {}, `${url}require`)).toMatchObject({
      reason: 'answer-too-large',
    });
    expect(await problemOf('select 1', {}, `${url}verify-full`)).toMatchObject({
      outcome: 'failed',
      reason: 'tls-failed',
    });
    await secure.close();
  });

  it('one that wants no TLS where it is required', async () => {
    expect(await problemOf('select 1', {}, `${urlOf()}?sslmode=require`)).toMatchObject({
      outcome: 'failed',
      reason: 'tls-failed',
    });
  });

  it('one that is killed in the middle of a query', async () => {
    const running = problemOf('select pg_sleep(600)');
    for (;;) {
      const { rowCount } = await pool.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(600)%' and application_name = 'watchbill probe'",
      );
      if (rowCount !== 0) break;
    }
    expect(await running).toMatchObject({ outcome: 'failed', reason: 'connection-lost' });
    const cut = problemOf('select pg_sleep(600)');
    await doorway.whenInside();
    doorway.cut();
    expect(await cut).toMatchObject({ outcome: 'failed', reason: 'connection-lost' });
    await pool.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'watchbill probe'",
    );
    expect(await problemOf('select 1')).toBeUndefined();
  });

  it('a prober that is stopped', async () => {
    const controller = new AbortController();
    const running = problemOf('select pg_sleep(600)', { signal: controller.signal });
    await doorway.whenInside();
    controller.abort();
    expect(await running).toMatchObject({ outcome: 'unmeasured', reason: 'stopped' });
  });

  it('an address that is not permitted, a secret that is missing, an address that is none', async () => {
    expect(await problemOf('select 1', {}, 'postgres://a:b@10.0.0.1/c')).toMatchObject({
      outcome: 'unmeasured',
      reason: 'address-refused',
    });
    expect(await problemOf('select 1', { secret: () => ({ state: 'unset' }) })).toMatchObject({
      outcome: 'unmeasured',
      reason: 'secret-missing',
    });
    expect(await problemOf('select 1', { database: () => undefined })).toMatchObject({
      outcome: 'unmeasured',
      reason: 'database-unknown',
    });
    expect(await problemOf('select 1', {}, `postgres://a:${PASSWORD}@h/d?host=/tmp`)).toMatchObject({
      outcome: 'unmeasured',
      reason: 'url-refused',
    });
  });

  it('what repeats the password', async () => {
    const sighting = await ask(`select '${PASSWORD}' as a`);
    expect(sighting.fields['value']).toBe('***');
    expect((await problemOf(`select '${PASSWORD}'::int`))?.message).toContain('***');
  });
});

async function listen(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

// What every kind keeps to. The database's name says where it is, since each trial has a place of its own.
checkProbeKind({
  kind: queryKind,
  check: (port) => ({ kind: 'query', database: `at-${port}`, sql: 'select 1' }),
  startWell: async () => ({ port: doorway.port, async stop() {} }),
  context: {
    database: (name) => ({ name, url: { secret: name } }),
    secret: (name) => ({
      state: 'known',
      value: `postgres://${doorway.user}:${PROBE_SECRET}@127.0.0.1:${name.replace('at-', '')}/${doorway.database}`,
    }),
  },
});
