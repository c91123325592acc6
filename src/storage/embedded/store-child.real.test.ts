import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { type ClickHouseSettings, TupleParam } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clock } from '../../../test/kit/postgres.ts';
import { temporaryTelemetry } from '../../../test/kit/telemetry.ts';
import { openClickHouse } from '../clickhouse/client.ts';
import { insertEvents, insertReadings } from '../clickhouse/events.ts';
import { clickHouseMigrations, migrateClickHouse, setRetention } from '../clickhouse/migrate.ts';
import { startStoreChild } from './store-child-process.ts';

type Telemetry = Awaited<ReturnType<typeof temporaryTelemetry>>;
let store: Telemetry;
beforeAll(async () => {
  store = await temporaryTelemetry();
});
afterAll(() => store.close());

const START = Math.floor(Date.now() / 1_000) * 1_000;

async function rows<Row>(query: string, query_params: Record<string, unknown> = {}): Promise<Row[]> {
  const answer = await store.client.query({ query, query_params, format: 'JSONEachRow' });
  return answer.json<Row>();
}

async function count(where: string, parameters: Record<string, unknown> = {}): Promise<number> {
  const [row] = await rows<{ n: number }>(`select count() as n from events where ${where}`, parameters);
  return Number(row?.n);
}

function events(plan: string, length: number, attributes: Record<string, string | number | boolean> = {}) {
  return Array.from({ length }, (_, index) => ({
    plan,
    receivedAt: START + 5,
    event: { name: 'requests', time: START + index, id: `${plan}-${index}`, attributes },
  }));
}

describe('segments', () => {
  it('are stored once under their token, whole', async () => {
    const segment = events('once', 3_000);
    await insertEvents(store.client, 'segment-1', segment);
    await insertEvents(store.client, 'segment-1', segment);
    expect(await count("plan = 'once'")).toBe(3_000);
    await insertEvents(store.client, 'segment-2', segment);
    expect(await count("plan = 'once'")).toBe(6_000);
    const parts = await rows('select distinct _part from events where plan = {plan:String}', { plan: 'once' });
    expect(parts).toHaveLength(2);
  });

  it('that end in two days are stored once too', async () => {
    const segment = events('days', 10).map((row, index) => ({
      ...row,
      event: { ...row.event, time: START - index * 43_200_000 },
    }));
    await insertEvents(store.client, 'days-1', segment);
    await insertEvents(store.client, 'days-1', segment);
    expect(await count("plan = 'days'")).toBe(10);
  });

  it('keep every attribute under its type', async () => {
    const attributes = { status: 500, route: '/orders', paid: true, text: 'ü \u0000 \ud800 "\\\n\n', small: -1.5e-9 };
    const [row] = events('typed', 1, attributes);
    if (row === undefined) throw new Error('No row');
    const event = { ...row.event, time: START + 7, user: 'u-1', durationMs: 1.25, value: 9 };
    await insertEvents(store.client, 'typed-1', [{ ...row, event }]);
    const [stored] = await rows<Record<string, unknown>>(
      'select *, toUnixTimestamp64Milli(ts) as at from events where plan = {plan:String}',
      { plan: 'typed' },
    );
    expect(stored).toMatchObject({
      at: START + 7,
      event_id: 'typed-0',
      user: 'u-1',
      status: '500',
      route: '/orders',
      outcome: '',
      duration_ms: 1.25,
      value: 9,
      strings: { route: '/orders', text: 'ü \u0000 \ufffd "\\\n\n' },
      numbers: { status: 500, small: -1.5e-9 },
      booleans: { paid: true },
    });
  });

  it('hold text that looks like SQL as text', async () => {
    const evil = 'a\n\nDROP TABLE watchbill.events;\n\nSELECT 1';
    await insertEvents(store.client, 'evil-1', events('evil', 2, { text: evil }));
    await store.client.insert({
      table: 'events',
      values: [{ plan: 'evil', name: evil, ts: START, segment: evil }],
      format: 'JSONEachRow',
    });
    const response = await fetch(`${store.child.url}/?database=watchbill`, {
      method: 'POST',
      headers: { 'X-ClickHouse-User': 'watchbill', 'X-ClickHouse-Key': 'test' },
      body: `INSERT INTO events (plan, name) FORMAT JSONEachRow\n{"plan":"evil","name":"x"}\n\nDROP TABLE events`,
    });
    expect(response.ok).toBe(false);
    expect(await count("plan = 'evil' and strings['text'] = {text:String}", { text: evil })).toBe(2);
    expect(await count("plan = 'evil' and name = {text:String}", { text: evil })).toBe(1);
  });

  it('with a broken row are refused whole', async () => {
    const values = [{ plan: 'broken', name: 'a', ts: 'not a time' }];
    await expect(store.client.insert({ table: 'events', values, format: 'JSONEachRow' })).rejects.toMatchObject({
      code: expect.stringMatching(/\d+/),
    });
    expect(await count("plan = 'broken'")).toBe(0);
  });

  it('come compressed as well', async () => {
    const zipped = openClickHouse(store.child);
    const { createClient } = await import('@clickhouse/client');
    const client = createClient({
      url: store.child.url,
      username: 'watchbill',
      password: 'test',
      database: 'watchbill',
      compression: { request: true, response: true },
    });
    await client.insert({ table: 'events', values: [{ plan: 'zip', name: 'a', ts: START }], format: 'JSONEachRow' });
    const answer = await client.query({ query: "select name from events where plan = 'zip'", format: 'JSONEachRow' });
    expect(await answer.json()).toEqual([{ name: 'a' }]);
    await client.close();
    await zipped.close();
  });
});

describe('readings', () => {
  it('are kept with their state', async () => {
    const base = { plan: 'shop', signal: 'error_rate', group: '[]' };
    const set = [
      { ...base, reading: { state: 'value', value: 0.25, sampleSize: 40, at: START } },
      { ...base, reading: { state: 'no data', reason: 'no-events', sampleSize: 0, at: START + 1 } },
      { ...base, reading: { state: 'too few', value: 1, sampleSize: 3, needed: 20, at: START + 2 } },
    ] as const;
    await insertReadings(store.client, 'readings-1', set);
    await insertReadings(store.client, 'readings-1', set);
    expect(await rows('select state, reason, value, sample_size from readings order by at')).toEqual([
      { state: 'value', reason: '', value: 0.25, sample_size: 40 },
      { state: 'no data', reason: 'no-events', value: null, sample_size: 0 },
      { state: 'too few', reason: '', value: 1, sample_size: 3 },
    ]);
  });
});

/** Each is only ever itself: a name that nothing has, or the one row that was stored with it. */
const INJECTIONS: readonly string[] = [
  ...[
    "'",
    "''",
    "\\'",
    '\\',
    '\\\\',
    '"',
    '`',
    ';',
    '--',
    '/*',
    '*/',
    '#',
    '{',
    '}',
    '{p:String}',
    '%',
    '_',
    '?',
    '$1',
    '$$',
  ],
  ...[
    "' OR '1'='1",
    "' OR 1=1 --",
    "'; DROP TABLE events; --",
    "\\'; DROP TABLE events; --",
    "') OR 1=1 --",
    "' UNION SELECT 1 --",
  ],
  ...[
    "unhex('41')",
    "');unhex('",
    "', 'String') OR CAST('1",
    'NULL',
    '\\N',
    'null',
    'true',
    '1',
    '-1',
    '1e400',
    'nan',
    'inf',
  ],
  ...[
    '\n\nDROP TABLE events\n\n',
    '\r\n',
    '\t',
    '\u0000',
    '\u0000DROP',
    '\u2028',
    '\u00a0',
    '\ufeff',
    '\u200b',
    'ʼ',
    '＇',
    '’',
  ],
  ...[
    "$x$ ' $x$",
    "x' FORMAT Null",
    "x' INTO OUTFILE '/tmp/x'",
    "x' SETTINGS readonly=0 --",
    "file('/etc/passwd')",
    "[1,2,'a']",
  ],
  ...["{'a':1}", "(1,'a')", 'a\\', "a\\' OR 1=1 --", '\\x27', '\\u0027', '%27', '&apos;', '\\b\\f\\r\\n\\t\\0'],
];

describe('parameters', () => {
  beforeAll(async () => {
    const stored = INJECTIONS.map((text, index) => ({
      plan: 'inject',
      receivedAt: START,
      event: { name: 'x', time: START, id: `inject-${index}`, attributes: { text } },
    }));
    await insertEvents(store.client, 'inject-1', stored);
  });

  it('are at least fifty injections', () => {
    expect(new Set(INJECTIONS).size).toBeGreaterThanOrEqual(50);
  });

  it.each(INJECTIONS)('%j finds itself and nothing else', async (text) => {
    const found = await rows<{ text: string }>(
      "select strings['text'] as text from events where plan = 'inject' and strings['text'] = {text:String}",
      { text },
    );
    expect(found).toEqual([{ text }]);
    const among = await rows<{ text: string }>(
      "select strings['text'] as text from events where plan = 'inject' and has({list:Array(String)}, strings['text'])",
      { list: [text, 'nothing has this'] },
    );
    expect(among).toEqual([{ text }]);
  });

  it.each([
    ['UInt128', '340282366920938463463374607431768211455', '340282366920938463463374607431768211455'],
    ['Int64', -5, '-5'],
    ['Float64', 1.5, '1.5'],
    ['Bool', true, 'true'],
    ['Nullable(String)', null, null],
    ['LowCardinality(String)', "it's", "it's"],
    ["DateTime64(3, 'UTC')", new Date(1_772_438_400_123), '2026-03-02 08:00:00.123'],
    ["Nullable(DateTime64(3, 'UTC'))", new Date(1_772_438_400_000), '2026-03-02 08:00:00.000'],
    ['DateTime', '2026-03-02 08:00:00', '2026-03-02 08:00:00'],
    ['Array(UInt64)', [1, 2], '[1,2]'],
    ['Array(Nullable(String))', ["a'b", null], "['a\\'b',NULL]"],
    ['Tuple(UInt8, String)', new TupleParam([1, 'x']), "(1,'x')"],
  ])('%s comes through', async (type, value, expected) => {
    const [row] = await rows<{ v: string | null }>(`select toString({v:${type}}) as v`, { v: value });
    expect(row?.v).toBe(expected);
  });

  it('that are wrong are refused by name', async () => {
    await expect(rows('select {v:UInt8}', { v: '1 or 1' })).rejects.toMatchObject({ code: '457' });
    await expect(rows('select {v:UInt8}')).rejects.toMatchObject({ code: '456' });
    await expect(rows('select 1; select 2')).rejects.toMatchObject({ code: '62' });
  });
});

describe('the protocol', () => {
  it('refuses who has not the password', async () => {
    const send = (headers: Record<string, string>) => fetch(`${store.child.url}/?query=select+1`, { headers });
    expect((await send({})).status).toBe(403);
    const wrong = await send({ 'X-ClickHouse-User': 'watchbill', 'X-ClickHouse-Key': 'tesu' });
    expect(wrong.headers.get('x-clickhouse-exception-code')).toBe('516');
    const basic = `Basic ${Buffer.from('watchbill:test').toString('base64')}`;
    expect(await (await send({ Authorization: basic })).text()).toBe('1\n');
    expect(await (await fetch(`${store.child.url}/ping`)).text()).toBe('Ok.\n');
  });

  it('says what went wrong as ClickHouse does', async () => {
    await expect(rows('select nope')).rejects.toMatchObject({ code: '47', type: 'UNKNOWN_IDENTIFIER' });
    await expect(rows('select 1 where')).rejects.toMatchObject({ code: '62' });
    const settings = { query: 'select 1', clickhouse_settings: { nonsense: 1 } as never };
    await expect(store.client.query(settings)).rejects.toMatchObject({ code: '115' });
  });

  it('keeps settings to their query', async () => {
    const query = "select getSetting('max_block_size') as n";
    const once = await store.client.query({
      query,
      format: 'JSONEachRow',
      clickhouse_settings: { max_block_size: '77' },
    });
    expect(await once.json()).toEqual([{ n: 77 }]);
    const all = await Promise.all(Array.from({ length: 8 }, () => rows<{ n: number }>(query)));
    expect(all.flat().every(({ n }) => Number(n) === 65_409)).toBe(true);
  });

  it('gives a summary', async () => {
    const result = await store.client.command({
      query: 'create table if not exists scratch (a UInt8) engine = Memory',
    });
    expect(result.summary).toHaveProperty('elapsed_ns');
    await store.client.command({ query: 'insert into scratch values (1), (2)' });
    await store.client.command({ query: 'insert into scratch select 3' });
    expect(await rows('select sum(a) as n from scratch')).toEqual([{ n: 6 }]);
    await store.client.command({ query: 'alter table scratch add column b String' }).catch(() => {});
    await store.client.command({ query: 'drop table scratch' });
  });

  it('bounds time and memory of a query, whatever it asks for', async () => {
    const memory = { max_memory_usage: '999999999999' };
    const endless = 'select count() from numbers(1000000000000) where sipHash64(number) = 1';
    const ask = (query: string, settings: ClickHouseSettings) =>
      store.client.query({ query, format: 'JSONEachRow', clickhouse_settings: settings });
    await expect(ask(endless, { ...memory, max_execution_time: 1 })).rejects.toMatchObject({ code: '159' });
    const large = 'select length(a) as n from (select groupArray(toString(number)) as a from numbers(10000000000))';
    await expect(ask(large, memory)).rejects.toMatchObject({ code: '241' });
    await expect(rows(large)).rejects.toMatchObject({ code: '241' });
    await expect(rows('select 1 settings max_execution_time = 0')).rejects.toMatchObject({ code: '452' });
  });

  it('gives a query one processor, and a second at most where it is asked for', async () => {
    const threads = async (settings: ClickHouseSettings): Promise<number> => {
      const query = "select toUInt8(toString(getSetting('max_threads'))) as n";
      const answer = await store.client.query({ query, format: 'JSONEachRow', clickhouse_settings: settings });
      return (await answer.json<{ n: number }>())[0]?.n ?? 0;
    };
    expect(await threads({})).toBe(1);
    expect(await threads({ max_threads: 2 })).toBe(2);
    expect(await threads({ max_threads: 64 })).toBe(2);
    expect(await threads({})).toBe(1);
  });

  it('answers beside eight slow queries, and loads', async () => {
    const done: string[] = [];
    const enough = new AbortController();
    const slow = Array.from({ length: 8 }, () =>
      store.client
        .command({
          query: 'select count() from numbers(1000000000000) where sipHash64(number) = 1',
          clickhouse_settings: { max_execution_time: 20, timeout_overflow_mode: 'break' },
          abort_signal: enough.signal,
        })
        .then(
          () => done.push('slow'),
          () => {},
        ),
    );
    await rows('select 1');
    done.push('one row');
    await insertEvents(store.client, 'beside-1', events('beside', 2_000));
    done.push('segment');
    expect(await count("plan = 'beside'")).toBe(2_000);
    done.push('count');
    expect(done).toEqual(['one row', 'segment', 'count']);
    enough.abort();
    await Promise.all(slow);
  });

  it('refuses what is too much at once', async () => {
    const parallel = openClickHouse({ ...store.child, url: `${store.child.url}/?max_open_connections=200` });
    const slow = Array.from({ length: 160 }, () =>
      parallel
        .query({ query: 'select sleep(0.03)', format: 'JSONEachRow' })
        .then((answer) => answer.text())
        .then(
          () => 'ok',
          (problem: { readonly code?: string }) => problem.code,
        ),
    );
    expect(new Set(await Promise.all(slow))).toEqual(new Set(['ok', '202']));
    await parallel.close();
  });
});

describe('migrations', () => {
  it('are applied once, and refuse other data', async () => {
    const known = await clickHouseMigrations();
    expect(await migrateClickHouse(store.client, START)).toEqual({ version: known.length, applied: 0 });
    const altered = known.map((migration) => ({ ...migration, hash: 'other' }));
    await expect(migrateClickHouse(store.client, START, altered)).rejects.toMatchObject({ code: 'schema-changed' });
    await expect(migrateClickHouse(store.client, START, [])).rejects.toMatchObject({ code: 'schema-too-new' });
  });

  it('change the retention when it differs', async () => {
    const day = 86_400_000;
    await setRetention(store.client, { eventsMs: 7 * day, readingsMs: 10 * day });
    const tables = await rows<{ name: string; text: string }>(
      'select name, create_table_query as text from system.tables where database = currentDatabase()',
    );
    const daysOf = (table: string): string | undefined =>
      /toIntervalDay\((\d+)\)/.exec(tables.find(({ name }) => name === table)?.text ?? '')?.[1];
    expect(daysOf('events')).toBe('7');
    // Runs stay, and what says where events are to be read instead goes before these do.
    expect(['check_runs', 'check_hours', 'check_hours_late'].map(daysOf)).toEqual(['400', '6', '6']);
  });
});

describe('the process', () => {
  it('holds nothing of ours', async () => {
    const environment = await readFile(`/proc/${store.child.pid}/environ`, 'utf8').catch(() => undefined);
    if (environment !== undefined) {
      expect(
        environment
          .split('\0')
          .map((entry) => entry.split('=')[0])
          .sort(),
      ).toEqual(
        ['', 'LC_ALL', 'NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE', 'TZ', 'UV_THREADPOOL_SIZE'].sort(),
      );
    }
    expect(await readFile(`/proc/${store.child.pid}/cmdline`, 'utf8')).not.toContain('test\0');
  });

  it.runIf(process.platform === 'linux' && process.getuid?.() === 0)('is not root', async () => {
    const status = await readFile(`/proc/${store.child.pid}/status`, 'utf8');
    expect(/^Uid:\t(\d+)\t(\d+)\t(\d+)/m.exec(status)?.slice(1)).not.toContain('0');
    expect(/^CapEff:\t0+$/m.test(status)).toBe(true);
  });

  it('keeps what it acknowledged when it is killed', async () => {
    const ended = Promise.withResolvers<void>();
    store.child.onExit(ended.resolve);
    await insertEvents(store.client, 'killed-1', events('killed', 100));
    process.kill(store.child.pid, 'SIGKILL');
    await ended.promise;
    const port = Number(new URL(store.child.url).port);
    const again = await startStoreChild({ dataFolder: store.folder, clock, password: 'test', port });
    expect(again.url).toBe(store.child.url);
    Object.assign(store, { child: again });
    expect(await count("plan = 'killed'")).toBe(100);
    await insertEvents(store.client, 'killed-1', events('killed', 100));
    expect(await count("plan = 'killed'")).toBe(100);
  });

  it('refuses a second engine on the same data', async () => {
    const second = startStoreChild({ dataFolder: store.folder, clock, password: 'x' });
    await expect(second).rejects.toMatchObject({ code: 'store-failed' });
    expect(await count('1')).toBeGreaterThan(0);
  });

  it('listens on loopback only', async () => {
    const listening = Promise.withResolvers<string>();
    const socket = connect(Number(new URL(store.child.url).port), '127.0.0.1', () => listening.resolve('open'));
    expect(await listening.promise).toBe('open');
    socket.destroy();
    const tables = await readFile('/proc/net/tcp', 'utf8').catch(() => '');
    const port = Number(new URL(store.child.url).port).toString(16).toUpperCase().padStart(4, '0');
    expect(tables).not.toContain(`00000000:${port}`);
  });
});
