import { afterAll, beforeAll, expect, test } from 'vitest';
import { WatchbillError } from '#kernel/error-codes.ts';
import { ADMIN_TOKEN, PASSWORD, startAccess } from '../../../test/kit/access.ts';

let started: Awaited<ReturnType<typeof startAccess>>;
let owner: string;
/** What the stand-in of the keys does. */
let revoke: () => Promise<void> = async () => {};
let asked = 0;
beforeAll(async () => {
  const keys = {
    create: async () => ({ key: 'wb_ingest_x', id: 'k', plan: 'shop' }),
    list: async () => [],
    revoke: () => {
      asked += 1;
      return revoke();
    },
  };
  started = await startAccess({ others: { keys } });
  owner = await started.setUpOwner();
});
afterAll(() => started?.close());

interface Entry {
  readonly sequence: number;
  readonly action: string;
  readonly outcome: string;
  readonly [name: string]: unknown;
}
const page = async (query = '') => (await started.ask(`/audit${query}`, { bearer: ADMIN_TOKEN })).body;
const newest = async (count: number): Promise<Entry[]> => (await page(`?limit=${count}`)).entries;

test('a command stands there twice: before it acts, and how it ended', async () => {
  await started.ask('/plans/shop/keys/k1', { method: 'DELETE', cookie: owner });
  const [done, begun] = await newest(2);
  const both = { action: 'DELETE /plans/{plan}/keys/{id}', plan: 'shop', object: 'k1', actor: 'mia@shop.example' };
  expect(begun).toMatchObject({ ...both, outcome: 'begun', actorKind: 'session', address: 'unknown' });
  expect(done).toMatchObject({ ...both, outcome: 'done', requestId: begun?.requestId });
});

test('also when it was refused or failed, with the code', async () => {
  revoke = () => Promise.reject(new WatchbillError('not-found', 'There is no key.'));
  await started.ask('/plans/shop/keys/k2', { method: 'DELETE', cookie: owner });
  expect((await newest(1))[0]).toMatchObject({ object: 'k2', outcome: 'refused', code: 'not-found' });
  revoke = () => Promise.reject(new Error('a bug'));
  await started.ask('/plans/shop/keys/k3', { method: 'DELETE', cookie: owner });
  expect((await newest(1))[0]).toMatchObject({ object: 'k3', outcome: 'failed', code: 'internal-error' });
  revoke = async () => {};
});

test('sign-ins and failures stand there, and never what was typed', async () => {
  await started.ask('/sign-in', { body: { email: 'mia@shop.example', password: PASSWORD } });
  expect((await newest(1))[0]).toMatchObject({ action: 'POST /sign-in', outcome: 'done', object: 'mia@shop.example' });
  await started.ask('/sign-in', { body: { email: 'mia@shop.example', password: 'typed in the wrong box' } });
  expect((await newest(1))[0]).toMatchObject({
    outcome: 'refused',
    code: 'sign-in-failed',
    object: 'mia@shop.example',
  });
  await started.ask('/sign-in', { body: { email: 'my-password@shop.example', password: 'x' } });
  const [unknown] = await newest(1);
  expect(unknown).toMatchObject({ actorKind: 'nobody', outcome: 'refused', code: 'sign-in-failed' });
  expect(JSON.stringify(await page())).not.toContain('my-password');
});

test('a change of what somebody may do says before and after', async () => {
  await started.join('ben@shop.example', 'viewer');
  const members = (await started.ask('/members', { cookie: owner })).body;
  const ben = members.find(({ email }: { email: string }) => email === 'ben@shop.example');
  const body = { expectedVersion: 1, serverLevel: 'editor', planLevels: {}, disabled: false };
  await started.ask(`/members/${ben.id}`, { method: 'PUT', cookie: owner, body });
  expect((await newest(1))[0]).toMatchObject({
    object: 'ben@shop.example',
    before: { serverLevel: 'viewer' },
    after: { serverLevel: 'editor' },
  });
});

test('a token that was put where a name belongs is not kept', async () => {
  const token = `wb_api_${'a'.repeat(16)}_${'b'.repeat(32)}`;
  await started.ask(`/plans/shop/keys/${token}`, { method: 'DELETE', cookie: owner });
  expect((await newest(1))[0]?.['object']).toBe('wb_…');
});

test('the same refusal again and again is written once', async () => {
  const viewer = await started.join('cleo@shop.example', 'viewer');
  const before = (await newest(1))[0]?.sequence ?? 0;
  for (let n = 0; n < 5; n += 1) await started.ask('/members', { cookie: viewer });
  for (let n = 0; n < 5; n += 1) await started.ask(`/made-up-${n}`, { bearer: 'wrong' });
  await expect.poll(async () => (await newest(1))[0]?.sequence).toBe(before + 2);
  // They are written after the answers, so either may come first.
  const written = (await newest(2)).toSorted((left, right) => (String(left['code']) < String(right['code']) ? -1 : 1));
  expect(written).toMatchObject([
    { actorKind: 'nobody', outcome: 'refused', code: 'credential-invalid' },
    { actor: 'cleo@shop.example', action: 'GET /members', outcome: 'refused', code: 'forbidden' },
  ]);
});

test('is read page by page, each of which is verified', async () => {
  const whole = (await page('?limit=500')).entries.map(({ sequence }: Entry) => sequence);
  const read: number[] = [];
  for (let query = '?limit=3'; ; ) {
    const { entries, verification, more } = await page(query);
    expect(verification).toEqual({ intact: true, checked: entries.length });
    read.push(...entries.map(({ sequence }: Entry) => sequence));
    if (!more) break;
    query = `?limit=3&before=${entries.at(-1).sequence}`;
  }
  expect(read).toEqual(whole);
});

test('many at once make one chain', async () => {
  const before = (await newest(1))[0]?.sequence ?? 0;
  await Promise.all(
    Array.from({ length: 20 }, (_, n) => started.ask(`/plans/shop/keys/n${n}`, { method: 'DELETE', cookie: owner })),
  );
  expect((await newest(1))[0]?.sequence).toBe(before + 40);
  expect((await started.ask('/audit/verification', { bearer: ADMIN_TOKEN })).body).toEqual({
    intact: true,
    checked: before + 40,
  });
});

test('can only be added to', async () => {
  for (const statement of ['delete from auth.audit', "update auth.audit set actor = 'x'", 'truncate auth.audit']) {
    await expect(started.pool.query(statement)).rejects.toThrow('only added to');
  }
});

test.each([
  ['altered', "update auth.audit set actor = 'nobody' where sequence = 5"],
  ['taken out', 'delete from auth.audit where sequence = 5'],
  ['taken off the end', 'delete from auth.audit where sequence = (select max(sequence) from auth.audit)'],
  [
    'put in',
    'insert into auth.audit select 100000, at, actor_kind, actor, actor_id, action, plan, object, outcome, code, before, after, address, request_id, previous, hash from auth.audit where sequence = 5',
  ],
])('what somebody with the database has %s shows', async (_, statement) => {
  const client = await started.pool.connect();
  try {
    const { verifyWhole, verifyPage, listAudit } = await import('#storage/postgres/sign-in/audit.ts');
    await client.query('begin');
    await client.query('alter table auth.audit disable trigger all');
    await client.query(statement);
    // Both look through a pool: here it is this one transaction, which is rolled back.
    const within = {
      query: client.query.bind(client),
      connect: async () =>
        new Proxy(client, {
          get: (target, name) =>
            name === 'release'
              ? () => {}
              : name === 'query'
                ? (text: string, values: unknown[]) =>
                    /^(begin|rollback)/.test(text) ? Promise.resolve() : target.query(text, values)
                : Reflect.get(target, name),
        }),
    } as never;
    expect((await verifyWhole(within)).intact).toBe(false);
    expect((await verifyPage(within, await listAudit(within, { limit: 500 }), undefined)).intact).toBe(false);
  } finally {
    await client.query('rollback');
    client.release();
  }
});

test('a command is refused when it cannot be written down, except one that people must not wait for', async () => {
  await started.pool.query('alter table auth.audit rename to audit_away');
  try {
    const before = asked;
    const refused = await started.ask('/plans/shop/keys/k9', { method: 'DELETE', cookie: owner });
    expect(refused.status).toBe(500);
    expect(asked).toBe(before);
    const path = '/plans/shop/alerts/A-1/acknowledge';
    const acknowledged = await started.ask(path, { cookie: owner, body: { expectedVersion: 1 } });
    expect(acknowledged.status).toBe(200);
    expect(started.logged.join('\n')).toContain('an entry of the audit log could not be written');
  } finally {
    await started.pool.query('alter table auth.audit_away rename to audit');
  }
});
