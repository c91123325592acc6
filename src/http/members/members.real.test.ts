import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ADMIN_TOKEN, PASSWORD, startAccess } from '../../../test/kit/access.ts';

let started: Awaited<ReturnType<typeof startAccess>>;
let owner: string;
let admin: string;
beforeAll(async () => {
  started = await startAccess();
  owner = await started.setUpOwner();
  admin = await started.join('ada@shop.example', 'admin');
});
afterAll(() => started?.close());
beforeEach(async () => {
  await started.pool.query('delete from auth.attempt');
});

interface Member {
  readonly id: string;
  readonly email: string;
  readonly version: number;
  readonly planLevels: Record<string, string>;
  readonly disabled: boolean;
  readonly serverLevel?: string;
}

async function member(email: string): Promise<Member> {
  const { body } = await started.ask('/members', { bearer: ADMIN_TOKEN });
  return body.find((candidate: Member) => candidate.email === email);
}

/** Changes somebody, from how they stand now. */
async function change(by: string, email: string, wanted: object) {
  const { id, version, serverLevel, planLevels, disabled } = await member(email);
  const body = { expectedVersion: version, serverLevel, planLevels, disabled, ...wanted };
  return started.ask(`/members/${id}`, { method: 'PUT', cookie: by, body });
}

describe('an invitation', () => {
  const invite = (email: string, level: string, by = admin, plan?: string) =>
    started.ask('/invitations', { cookie: by, body: { email, level, ...(plan && { plan }) } });
  const accept = (path: string, name = 'Ben') =>
    started.ask('/invitations/accept', { body: { token: path.split('=')[1], name, password: PASSWORD } });

  test('makes a member with its level, once', async () => {
    const { body: link } = await invite('Ben@shop.example', 'editor', admin, 'shop');
    expect(link).toMatchObject({ email: 'ben@shop.example', url: `http://localhost${link.path}` });
    const opened = await started.ask('/invitations/open', { body: { token: link.path.split('=')[1] } });
    expect(opened.body).toMatchObject({
      email: 'ben@shop.example',
      level: 'editor',
      plan: 'shop',
      invitedBy: 'ada@shop.example',
    });
    const both = await Promise.all([accept(link.path), accept(link.path)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 403]);
    const made = both.find(({ status }) => status === 200);
    expect(made?.body).toMatchObject({ email: 'ben@shop.example', planLevels: { shop: 'editor' } });
    expect(made?.body).not.toHaveProperty('serverLevel');
    expect((await started.ask('/sign-in', { body: { email: 'ben@shop.example', password: PASSWORD } })).status).toBe(
      200,
    );
    expect((await invite('ben@shop.example', 'viewer')).body.error.code).toBe('already-done');
  });

  test('is listed without its link, and can be taken back', async () => {
    const { body: link } = await invite('cleo@shop.example', 'viewer');
    const listed = await started.ask('/invitations', { cookie: admin });
    expect(listed.body).toMatchObject([{ id: link.id, email: 'cleo@shop.example', level: 'viewer' }]);
    expect(listed.text).not.toContain(link.path.split('=')[1]);
    expect((await started.ask(`/invitations/${link.id}`, { method: 'DELETE', cookie: admin })).status).toBe(200);
    expect((await accept(link.path)).body.error.code).toBe('link-invalid');
  });

  test('voids the one before to the same address', async () => {
    const [{ body: first }, { body: second }] = [
      await invite('dora@shop.example', 'viewer'),
      await invite('dora@shop.example', 'editor'),
    ];
    expect((await accept(first.path)).body.error.code).toBe('link-invalid');
    // Nobody can take somebody else's name; the link stays good.
    for (const name of ['ben', ' BEN ', 'Admin  token', 'token ci']) {
      expect((await accept(second.path, name)).body.error).toMatchObject({ code: 'invalid-request', where: 'name' });
    }
    expect((await accept(second.path, 'Dora')).body).toMatchObject({ serverLevel: 'editor' });
  });

  test('runs out after three days', async () => {
    const { body: link } = await invite('eve@shop.example', 'viewer');
    await started.pool.query("update auth.link set expires_at = now() where email = 'eve@shop.example'");
    expect((await accept(link.path)).body.error.code).toBe('link-invalid');
  });

  test('of an owner is for owners, and of a plan for one that there is', async () => {
    expect((await invite('eve@shop.example', 'owner')).body.error.code).toBe('forbidden');
    expect((await invite('eve@shop.example', 'owner', owner)).status).toBe(200);
    expect((await invite('eve@shop.example', 'owner', admin, 'shop')).body.error.code).toBe('forbidden');
    expect((await invite('eve@shop.example', 'viewer', admin, 'nowhere')).body.error.code).toBe('not-found');
    const [pending] = (await started.ask('/invitations', { cookie: owner })).body;
    const withdrawn = await started.ask(`/invitations/${pending.id}`, { method: 'DELETE', cookie: admin });
    expect(withdrawn.body.error.code).toBe('forbidden');
  });
});

describe('a link that was passed on', () => {
  const invite = (by: string, email: string, level = 'viewer') =>
    started.ask('/invitations', { cookie: by, body: { email, level } });
  const open = (path: string) => started.ask('/invitations/open', { body: { token: path.split('=')[1] } });
  const resetLink = async (email: string, by = admin) =>
    (await started.ask(`/members/${(await member(email)).id}/reset-link`, { method: 'POST', cookie: by })).body.path;
  const reset = (path: string) =>
    started.ask('/password-reset', { body: { token: path.split('=')[1], password: 'another tide comes' } });

  test('does not make an owner of the admin who made it for somebody who has become one', async () => {
    await started.join('kim@shop.example', 'editor');
    const path = await resetLink('kim@shop.example');
    expect((await change(owner, 'kim@shop.example', { serverLevel: 'owner' })).status).toBe(200);
    expect((await reset(path)).body.error.code).toBe('link-invalid');
    expect((await change(owner, 'kim@shop.example', { serverLevel: 'viewer' })).status).toBe(200);
  });

  test('sets no password of somebody who is disabled, nor when they have changed it themselves', async () => {
    const cookie = await started.join('lea@shop.example', 'viewer');
    const first = await resetLink('lea@shop.example');
    const body = { currentPassword: PASSWORD, newPassword: 'the tide turns again' };
    expect((await started.ask('/password', { cookie, body })).status).toBe(200);
    expect((await reset(first)).body.error.code).toBe('link-invalid');
    const second = await resetLink('lea@shop.example');
    expect((await change(admin, 'lea@shop.example', { disabled: true })).status).toBe(200);
    expect((await reset(second)).body.error.code).toBe('link-invalid');
  });

  test.each([
    ['disabled', { disabled: true }],
    ['no admin any more', { serverLevel: 'editor' }],
    ['removed', undefined],
  ])('invites nobody when whoever made it is %s', async (_, wanted) => {
    const email = `${wanted === undefined ? 'removed' : Object.keys(wanted)[0]}@shop.example`.toLowerCase();
    const cookie = await started.join(email, 'admin');
    const { token } = (await started.ask('/tokens', { cookie, body: { name: 'ci', level: 'admin' } })).body;
    const mine = (await invite(cookie, `by-${email}`, 'admin')).body.path;
    const byToken = await started.ask('/invitations', {
      bearer: token,
      body: { email: `token-${email}`, level: 'admin' },
    });
    const other = (await invite(admin, `other-${email}`)).body.path;
    expect((await open(mine)).status).toBe(200);
    if (wanted !== undefined) expect((await change(owner, email, wanted)).status).toBe(200);
    else await started.ask(`/members/${(await member(email)).id}`, { method: 'DELETE', cookie: owner });
    expect((await open(mine)).body.error?.code).toBe('link-invalid');
    expect((await open(byToken.body.path)).body.error?.code).toBe('link-invalid');
    expect((await open(other)).status).toBe(200);
  });
});

test('a name that looks like that of another, or like nothing, is none', async () => {
  const { body } = await started.ask('/invitations', {
    bearer: ADMIN_TOKEN,
    body: { email: 'zoe@shop.example', level: 'viewer' },
  });
  const accept = (name: string) =>
    started.ask('/invitations/accept', { body: { token: body.path.split('=')[1], name, password: PASSWORD } });
  for (const name of [
    'Mi\u200ba',
    '\u2060Mia',
    'M\u00adia',
    '\u200b\u200b',
    'admin\u200b token',
    '\u202eaiM',
    'Mia\ufe0f',
    '\u3164',
  ]) {
    expect((await accept(name)).body.error, JSON.stringify(name)).toMatchObject({
      code: 'invalid-request',
      where: 'name',
    });
  }
  // Joiners are letters' business in some languages.
  expect((await accept('\u0645\u06cc\u200c\u0646\u0627')).status).toBe(200);
});

describe('a level', () => {
  test('that changes counts at once', async () => {
    const cookie = await started.join('finn@shop.example', 'viewer');
    const canList = async () => (await started.ask('/members', { cookie })).status;
    expect(await canList()).toBe(403);
    expect((await change(admin, 'finn@shop.example', { serverLevel: 'admin' })).body).toMatchObject({
      serverLevel: 'admin',
    });
    expect(await canList()).toBe(200);
    expect(
      (await change(admin, 'finn@shop.example', { serverLevel: undefined, planLevels: { shop: 'viewer' } })).status,
    ).toBe(200);
    expect(await canList()).toBe(403);
    expect((await started.ask('/plans/shop/facts', { cookie })).status).toBe(200);
    expect((await started.ask('/plans/bakery/facts', { cookie })).status).toBe(404);
  });

  test('changed twice from one version is changed once', async () => {
    const { id, version } = await member('finn@shop.example');
    const body = { expectedVersion: version, planLevels: {}, disabled: false };
    const both = await Promise.all(
      [1, 2].map(() => started.ask(`/members/${id}`, { method: 'PUT', cookie: admin, body })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  test('of owners is a matter of owners', async () => {
    expect((await change(admin, 'ada@shop.example', { serverLevel: 'owner' })).body.error.code).toBe('forbidden');
    expect((await change(admin, 'mia@shop.example', { serverLevel: 'viewer' })).body.error.code).toBe('forbidden');
    const { id } = await member('mia@shop.example');
    const asked = [
      await started.ask(`/members/${id}`, { method: 'DELETE', cookie: admin }),
      await started.ask(`/members/${id}/reset-link`, { method: 'POST', cookie: admin }),
    ];
    for (const { body } of asked) expect(body.error.code).toBe('forbidden');
  });

  test('never leaves the server without an owner, also when two leave at once', async () => {
    expect((await change(owner, 'mia@shop.example', { disabled: true })).body.error.code).toBe('last-owner');
    expect((await change(owner, 'mia@shop.example', { serverLevel: 'admin' })).body.error.code).toBe('last-owner');
    const { id } = await member('mia@shop.example');
    const removed = await started.ask(`/members/${id}`, { method: 'DELETE', cookie: owner });
    expect(removed.body.error.code).toBe('last-owner');
    const second = await started.join('gus@shop.example', 'owner');
    const both = await Promise.all([
      change(owner, 'gus@shop.example', { serverLevel: 'admin' }),
      change(second, 'mia@shop.example', { serverLevel: 'admin' }),
    ]);
    const owners = [await member('mia@shop.example'), await member('gus@shop.example')].filter(
      ({ serverLevel }) => serverLevel === 'owner',
    );
    expect(owners).toHaveLength(1);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    await started.pool.query("update auth.member set server_level = 'owner'  where email = 'mia@shop.example'");
    owner = (await started.ask('/sign-in', { body: { email: 'mia@shop.example', password: PASSWORD } })).cookie ?? '';
  });
});

describe('who is disabled or removed', () => {
  test('is out at once, with sessions and tokens, and in again only by signing in', async () => {
    const cookie = await started.join('hal@shop.example', 'admin');
    const made = await started.ask('/tokens', { cookie, body: { name: 'ci', level: 'viewer' } });
    const bearer = made.body.token;
    expect((await started.ask('/session', { bearer })).body).toMatchObject({ kind: 'token', serverLevel: 'viewer' });
    expect((await change(admin, 'hal@shop.example', { disabled: true })).body.disabled).toBe(true);
    expect((await started.ask('/session', { cookie })).status).toBe(401);
    expect((await started.ask('/session', { bearer })).status).toBe(401);
    const signIn = () => started.ask('/sign-in', { body: { email: 'hal@shop.example', password: PASSWORD } });
    expect((await signIn()).body.error.code).toBe('sign-in-failed');
    expect((await change(admin, 'hal@shop.example', { disabled: false })).status).toBe(200);
    expect((await started.ask('/session', { cookie })).status).toBe(401);
    expect((await started.ask('/session', { bearer })).status).toBe(200);
    expect((await signIn()).status).toBe(200);
    const { id } = await member('hal@shop.example');
    expect((await started.ask(`/members/${id}`, { method: 'DELETE', cookie: admin })).status).toBe(200);
    expect((await signIn()).body.error.code).toBe('sign-in-failed');
    expect((await started.ask('/session', { bearer })).status).toBe(401);
    expect((await started.ask(`/members/${id}`, { method: 'DELETE', cookie: admin })).status).toBe(404);
  });
});

describe('a token', () => {
  const create = (by: string, body: object) =>
    started.ask('/tokens', { cookie: by, body: { name: 'ci', level: 'viewer', ...body } });

  test('is shown once and stands in the database as a hash', async () => {
    const { body, status } = await create(admin, { plan: 'shop', level: 'editor' });
    expect(status).toBe(200);
    expect(body.token).toMatch(/^wb_api_[a-z2-7]{16}_[a-z2-7]{32}$/);
    const stored = await started.pool.query('select * from auth.api_token where id = $1', [body.id]);
    expect(JSON.stringify(stored.rows)).not.toContain(body.token.split('_')[3]);
    const listed = await started.ask('/tokens', { cookie: admin });
    expect(listed.text).not.toContain(body.token.split('_')[3]);
    expect(listed.body).toContainEqual(
      expect.objectContaining({ id: body.id, level: 'editor', plan: 'shop', madeBy: 'ada@shop.example' }),
    );
    const session = await started.ask('/session', { bearer: body.token });
    expect(session.body).toMatchObject({ kind: 'token', planLevels: { shop: 'editor' } });
    expect((await started.ask('/plans/bakery/facts', { bearer: body.token })).status).toBe(404);
    const seen = (await started.ask('/tokens', { cookie: admin })).body.find(({ id }: Member) => id === body.id);
    expect(seen.lastUsedAt).toEqual(expect.any(String));
  });

  test('with another secret, or none of ours, is refused', async () => {
    const { body } = await create(admin, {});
    for (const bearer of [
      `${body.token.slice(0, -1)}${body.token.endsWith('a') ? 'b' : 'a'}`,
      body.token.slice(0, -1),
      `${body.token}a`,
    ]) {
      expect((await started.ask('/session', { bearer })).body.error.code).toBe('credential-invalid');
    }
  });

  test('never may more than whoever made it, also later and by a token that it made', async () => {
    expect((await create(admin, { level: 'owner' })).body.error.code).toBe('forbidden');
    const cookie = await started.join('ivy@shop.example', 'admin');
    const { token } = (await create(cookie, { level: 'admin' })).body;
    const second = await started.ask('/tokens', { bearer: token, body: { name: 'more', level: 'admin' } });
    const levels = async () => [
      (await started.ask('/session', { bearer: token })).body.serverLevel,
      (await started.ask('/session', { bearer: second.body.token })).body.serverLevel,
    ];
    expect(await levels()).toEqual(['admin', 'admin']);
    await change(owner, 'ivy@shop.example', { serverLevel: 'viewer' });
    expect(await levels()).toEqual(['viewer', 'viewer']);
    await change(owner, 'ivy@shop.example', { serverLevel: undefined, planLevels: { shop: 'viewer' } });
    expect((await started.ask('/session', { bearer: token })).status).toBe(401);
  });

  test('makes none that outlives it', async () => {
    const { body: short } = await create(admin, { level: 'admin', expiresInMs: 60_000 });
    const more = (expiresInMs?: number) =>
      started.ask('/tokens', { bearer: short.token, body: { name: 'more', level: 'viewer', expiresInMs } });
    for (const wrong of [await more(), await more(120_000)]) {
      expect(wrong.body.error).toMatchObject({ code: 'forbidden', where: 'expiresInMs' });
    }
    expect((await more(1_000)).status).toBe(200);
  });

  test('runs out, and is refused at once when it is revoked', async () => {
    const { body: short } = await create(admin, { expiresInMs: 1 });
    expect((await started.ask('/session', { bearer: short.token })).status).toBe(401);
    const { body } = await create(admin, {});
    expect((await started.ask('/session', { bearer: body.token })).status).toBe(200);
    expect((await started.ask(`/tokens/${body.id}`, { method: 'DELETE', cookie: admin })).status).toBe(200);
    expect((await started.ask('/session', { bearer: body.token })).status).toBe(401);
    expect((await started.ask(`/tokens/${body.id}`, { method: 'DELETE', cookie: admin })).status).toBe(404);
    const whole = await started.ask(`/tokens/${body.token}`, { method: 'DELETE', cookie: admin });
    expect(whole.body.error.code).toBe('invalid-request');
  });

  test('that another process revoked is refused within seconds', async () => {
    const { body } = await create(admin, {});
    expect((await started.ask('/session', { bearer: body.token })).status).toBe(200);
    const other = started.restart();
    await other.ask(`/tokens/${body.id}`, { method: 'DELETE', bearer: ADMIN_TOKEN });
    const startedMs = performance.now();
    await expect
      .poll(async () => (await started.ask('/session', { bearer: body.token })).status, {
        timeout: 5_000,
        interval: 100,
      })
      .toBe(401);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });
});
