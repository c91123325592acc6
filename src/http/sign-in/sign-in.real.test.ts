import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { limits } from '#kernel/limits.ts';
import { ADMIN_TOKEN, PASSWORD, startAccess } from '../../../test/kit/access.ts';

/** A clock that stands until a test sets it forward, so that no answer depends on how busy the machine is. */
const START = Date.now();
let aheadMs = 0;
const clock = {
  now: () => START + aheadMs,
  monotonicMs: () => aheadMs,
  schedule: () => () => {},
  after: () => () => {},
};
const pass = (ms: number): void => {
  aheadMs += ms;
};
const DAY_MS = 86_400_000;

let started: Awaited<ReturnType<typeof startAccess>>;
let owner: string;
beforeAll(async () => {
  started = await startAccess({ clock });
});
afterAll(() => started?.close());
beforeEach(async () => {
  // So that no limit that one test reached is felt in another.
  await started.pool.query('delete from auth.attempt');
});

const signIn = (email: string, password = PASSWORD, headers: Record<string, string> = {}) =>
  started.ask('/sign-in', { body: { email, password }, headers });

describe('the first owner', () => {
  const person = { name: 'Mia', email: 'Mia@Shop.example', password: PASSWORD };
  const setUp = (token: string, more: object = {}) => started.ask('/set-up', { body: { ...person, token, ...more } });

  test('is asked for as long as there is none', async () => {
    expect((await started.ask('/sign-in')).body).toEqual({ setUpNeeded: true });
    expect((await signIn('mia@shop.example')).body.error.code).toBe('sign-in-failed');
  });

  test('is not made by another token, nor by the link of an earlier start', async () => {
    const earlier = (await started.access.makeSetUpPath())?.split('=')[1] ?? '';
    const link = (await started.access.makeSetUpPath()) ?? '';
    expect(link).toMatch(/^\/set-up#token=[\w-]{32}$/);
    for (const token of [earlier, 'x'.repeat(32), ' ']) {
      expect((await setUp(token)).body.error).toMatchObject({ code: 'link-invalid' });
    }
    pass(limits.setUpLinkMs);
    expect((await setUp(link.split('=')[1] ?? '')).body.error.code).toBe('link-invalid');
  });

  test.each([
    ['too short', { password: 'eleven char' }, 'invalid-request', 'password'],
    ['too long', { password: 'x1'.repeat(65) }, 'invalid-request', 'password'],
    ['common', { password: 'Password1234!' }, 'password-refused', 'password'],
    ['the own address', { password: 'mia@shop.example1' }, 'password-refused', 'password'],
    ['no address', { email: 'mia' }, 'invalid-request', 'email'],
    ['no name', { name: '  ' }, 'invalid-request', 'name'],
    ['another field', { level: 'owner' }, 'invalid-request', ''],
  ])('is refused with what is %s', async (_, wrong, code, where) => {
    const token = (await started.access.makeSetUpPath())?.split('=')[1] ?? '';
    expect((await setUp(token, wrong)).body.error).toMatchObject({ code, where });
  });

  test('of two at once there is one', async () => {
    const token = (await started.access.makeSetUpPath())?.split('=')[1] ?? '';
    const both = await Promise.all([1, 2, 3, 4].map((n) => setUp(token, { email: `mia${n}@shop.example` })));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
    const made = both.find(({ status }) => status === 200);
    owner = made?.cookie ?? '';
    expect(made?.body).toMatchObject({ kind: 'session', name: 'Mia', serverLevel: 'owner', planLevels: {} });
    expect(made?.text).not.toContain(owner);
    expect((await started.pool.query('select from auth.member')).rowCount).toBe(1);
    await started.pool.query("update auth.member set email = 'mia@shop.example'");
    pass(limits.credentialCacheMs);
    expect((await started.ask('/sign-in')).body).toEqual({ setUpNeeded: false });
    expect(await started.access.makeSetUpPath()).toBeUndefined();
  });
});

describe('a session', () => {
  test('has a cookie that scripts and other sites do not get, and stands in the database as a hash', async () => {
    const answer = await signIn('MIA@shop.example');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('set-cookie')).toBe(
      `__Host-watchbill-session=${answer.cookie}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=2592000`,
    );
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.cookie?.length).toBeGreaterThanOrEqual(32);
    const { rows } = await started.pool.query('select token from auth.session');
    expect(rows.length).toBeGreaterThan(1);
    for (const row of rows) expect(row.token).toMatch(/^[0-9a-f]{64}$/);
    for (const table of ['session', 'member', 'account', 'link', 'attempt', 'audit']) {
      const dumped = JSON.stringify((await started.pool.query(`select * from auth.${table}`)).rows);
      expect(dumped).not.toContain(answer.cookie);
      expect(dumped).not.toContain(PASSWORD);
    }
    await expect(started.pool.query('update auth.session set token = $1', [answer.cookie])).rejects.toThrow(
      'session_token_check',
    );
  });

  test('is another one at each sign-in', async () => {
    const [first, second] = [await signIn('mia@shop.example'), await signIn('mia@shop.example')];
    expect(first.cookie).not.toBe(second.cookie);
  });

  test('says who somebody is', async () => {
    expect((await started.ask('/session', { cookie: owner })).body).toMatchObject({
      kind: 'session',
      name: 'Mia',
      email: 'mia@shop.example',
      serverLevel: 'owner',
      reauthenticationNeeded: false,
    });
    expect((await started.ask('/session', { bearer: ADMIN_TOKEN })).body).toEqual({
      ...{ kind: 'admin-token', name: 'admin token', serverLevel: 'owner', planLevels: {} },
      reauthenticationNeeded: false,
    });
  });

  test('ends with sign-out at once, and its cookie is taken away', async () => {
    const { cookie } = await signIn('mia@shop.example');
    const out = await started.ask('/sign-out', { method: 'POST', cookie });
    expect(out).toMatchObject({ status: 200, cookie: '' });
    const after = await started.ask('/session', { cookie });
    expect(after).toMatchObject({ status: 401, cookie: '' });
    expect(after.body.error.code).toBe('session-ended');
    expect((await started.ask('/session', { cookie: owner })).status).toBe(200);
  });

  test('that has ended does not keep anybody from signing in', async () => {
    const answer = await started.ask('/sign-in', {
      cookie: 'an-ended-one-of-long-ago',
      body: { email: 'mia@shop.example', password: PASSWORD },
    });
    expect(answer.status).toBe(200);
  });

  test('ends when it was not used for a week, is kept alive by use, and ends after thirty days for good', async () => {
    const idle = (await signIn('mia@shop.example')).cookie;
    const used = (await signIn('mia@shop.example')).cookie;
    for (let day = 0; day < 7; day += 1) {
      pass(DAY_MS);
      expect((await started.ask('/session', { cookie: used })).status, `day ${day}`).toBe(200);
    }
    expect((await started.ask('/session', { cookie: idle })).body.error.code).toBe('session-ended');
    for (let day = 7; day < 29; day += 1) {
      pass(DAY_MS);
      expect((await started.ask('/session', { cookie: used })).status, `day ${day}`).toBe(200);
    }
    pass(DAY_MS);
    expect((await started.ask('/session', { cookie: used })).body.error.code).toBe('session-ended');
    owner = (await signIn('mia@shop.example')).cookie ?? '';
  });

  test('is listed with from where, and can be ended from another', async () => {
    const here = await signIn('mia@shop.example', PASSWORD, { 'user-agent': 'Here/1' });
    const there = await signIn('mia@shop.example', PASSWORD, { 'user-agent': 'There/1' });
    const listed = await started.ask('/sessions', { cookie: here.cookie });
    expect(listed.body).toContainEqual(expect.objectContaining({ current: true, userAgent: 'Here/1' }));
    const other = listed.body.find(({ userAgent }: { userAgent: string }) => userAgent === 'There/1');
    expect(other).toMatchObject({ current: false, address: expect.any(String), lastSeenAt: expect.any(String) });
    expect(listed.text).not.toContain(there.cookie);
    const ended = await started.ask(`/sessions/${other.id}`, { method: 'DELETE', cookie: here.cookie });
    expect(ended.status).toBe(200);
    expect((await started.ask('/session', { cookie: there.cookie })).status).toBe(401);
    const again = await started.ask(`/sessions/${other.id}`, { method: 'DELETE', cookie: here.cookie });
    expect(again.body.error.code).toBe('not-found');
  });

  test('of somebody else cannot be ended', async () => {
    const guest = await started.join('guest@shop.example', 'viewer');
    const mine = await started.ask('/sessions', { cookie: owner });
    const answer = await started.ask(`/sessions/${mine.body[0].id}`, { method: 'DELETE', cookie: guest });
    expect(answer.body.error.code).toBe('not-found');
  });

  test('of before asks for the password again before what only owners do', async () => {
    const { cookie } = await signIn('mia@shop.example');
    const invite = (with_: string | undefined) =>
      started.ask('/invitations', { cookie: with_, body: { email: 'second@shop.example', level: 'owner' } });
    expect((await invite(cookie)).status).toBe(200);
    pass(limits.ownerSignInMs + 1_000);
    expect((await started.ask('/session', { cookie })).body.reauthenticationNeeded).toBe(true);
    expect((await invite(cookie)).body.error.code).toBe('reauthentication-needed');
    const wrong = await started.ask('/session/password', { cookie, body: { password: 'not this one at all' } });
    expect(wrong.body.error.code).toBe('sign-in-failed');
    const confirmed = await started.ask('/session/password', { cookie, body: { password: PASSWORD } });
    expect(confirmed.body.reauthenticationNeeded).toBe(false);
    expect((await invite(confirmed.cookie)).status).toBe(200);
    // The session of before has ended: the new one is in its place.
    expect((await started.ask('/session', { cookie })).status).toBe(401);
  });
});

describe('passwords', () => {
  test('are taken as they are, up to 128 characters and in any script', async () => {
    let current = PASSWORD;
    let cookie = (await signIn('mia@shop.example')).cookie;
    const long = ` ${'Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich. '.repeat(2).slice(0, 126)} `;
    for (const wanted of [long, '潮が運ぶものはなにかしら月', PASSWORD]) {
      const changed = await started.ask('/password', {
        cookie,
        body: { currentPassword: current, newPassword: wanted },
      });
      expect(changed.status, changed.text).toBe(200);
      expect((await signIn('mia@shop.example', wanted)).status).toBe(200);
      expect((await signIn('mia@shop.example', wanted.trim().slice(0, -1))).status).toBe(401);
      [cookie, current] = [changed.cookie, wanted];
    }
    owner = cookie ?? '';
  });

  test('that change end every other session, and make a new one of this', async () => {
    const [one, two] = [(await signIn('mia@shop.example')).cookie, (await signIn('mia@shop.example')).cookie];
    const body = { currentPassword: PASSWORD, newPassword: PASSWORD };
    const changed = await started.ask('/password', { cookie: one, body });
    expect(changed.cookie).not.toBe(one);
    for (const cookie of [one, two, owner]) expect((await started.ask('/session', { cookie })).status).toBe(401);
    owner = changed.cookie ?? '';
    expect((await started.ask('/session', { cookie: owner })).status).toBe(200);
  });

  test('are not changed without the current one, nor by a token', async () => {
    const body = { currentPassword: 'something else entirely', newPassword: PASSWORD };
    expect((await started.ask('/password', { cookie: owner, body })).body.error.code).toBe('sign-in-failed');
    expect((await started.ask('/password', { bearer: ADMIN_TOKEN, body })).body.error.code).toBe('forbidden');
  });

  test('wrong, or of nobody: the same answer in the same time', async () => {
    const timed = async (email: string) => {
      const startedMs = performance.now();
      const answer = await signIn(email, 'not the right one at all');
      return { ms: performance.now() - startedMs, error: { ...answer.body.error, requestId: '' }, answer };
    };
    const known: number[] = [];
    const unknown: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      await started.pool.query('delete from auth.attempt');
      const [right, nobody] = [await timed('mia@shop.example'), await timed('nobody@shop.example')];
      expect(nobody.error).toEqual(right.error);
      known.push(right.ms);
      unknown.push(nobody.ms);
    }
    const middle = (values: number[]): number => values.sort((a, b) => a - b)[2] ?? 0;
    // Both hash once, which takes most of it; without that one would be ten times as quick.
    expect(middle(unknown) / middle(known)).toBeGreaterThan(0.4);
    expect(middle(unknown) / middle(known)).toBeLessThan(2.5);
  });
});

describe('a reset link', () => {
  const linkFor = async (email: string): Promise<string> => {
    const members = await started.ask('/members', { bearer: ADMIN_TOKEN });
    const { id } = members.body.find((member: { email: string }) => member.email === email);
    const link = await started.ask(`/members/${id}/reset-link`, { method: 'POST', bearer: ADMIN_TOKEN });
    return String(link.body.path).replace('/reset-password#token=', '');
  };

  test('sets a new password once, ends every session and opens a closed account', async () => {
    const before = (await signIn('guest@shop.example')).cookie;
    for (let wrong = 0; wrong < limits.signInFailures; wrong += 1)
      await signIn('guest@shop.example', 'wrong, so wrong');
    expect((await signIn('guest@shop.example')).status).toBe(429);
    const token = await linkFor('guest@shop.example');
    const common = await started.ask('/password-reset', { body: { token, password: 'qwertyuiop123' } });
    expect(common.body.error.code).toBe('password-refused');
    const body = { token, password: 'another tide altogether' };
    const both = await Promise.all([1, 2].map(() => started.ask('/password-reset', { body })));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 403]);
    expect((await started.ask('/session', { cookie: before })).status).toBe(401);
    expect((await signIn('guest@shop.example', 'another tide altogether')).status).toBe(200);
    expect((await signIn('guest@shop.example')).status).toBe(401);
  });

  test('is void after an hour, and once another was made', async () => {
    const [first, second] = [await linkFor('guest@shop.example'), await linkFor('guest@shop.example')];
    const use = (token: string) => started.ask('/password-reset', { body: { token, password: PASSWORD } });
    expect((await use(first)).body.error.code).toBe('link-invalid');
    pass(limits.passwordResetMs);
    expect((await use(second)).body.error.code).toBe('link-invalid');
  });
});

describe('trying too often', () => {
  test('closes an account for longer each time, also one that does not exist, and across a restart', async () => {
    for (const email of ['guest@shop.example', 'nobody@shop.example']) {
      for (let wrong = 0; wrong < limits.signInFailures; wrong += 1) {
        expect((await signIn(email, 'wrong, so wrong')).status).toBe(401);
      }
      const closed = await signIn(email, 'another tide altogether');
      expect(closed.status).toBe(429);
      expect(Number(closed.headers.get('retry-after'))).toBe(limits.signInLockMs / 1_000);
      pass(limits.signInLockMs);
      expect((await signIn(email, 'wrong, so wrong')).status).toBe(401);
      const restarted = await started.restart().ask('/sign-in', { body: { email, password: PASSWORD } });
      expect(Number(restarted.headers.get('retry-after'))).toBe((2 * limits.signInLockMs) / 1_000);
    }
  });

  test('closes no account for whoever is signed in, and theirs is closed by their own mistakes alone', async () => {
    const { cookie } = await signIn('mia@shop.example');
    for (let wrong = 0; wrong < limits.signInFailures; wrong += 1) await signIn('mia@shop.example', 'wrong, so wrong');
    expect((await signIn('mia@shop.example')).status).toBe(429);
    const confirm = (password: string, by: string | undefined) =>
      started.ask('/session/password', { cookie: by, body: { password } });
    const confirmed = await confirm(PASSWORD, cookie);
    expect(confirmed.status).toBe(200);
    for (let wrong = 0; wrong < limits.signInFailures; wrong += 1) {
      expect((await confirm('wrong, so wrong', confirmed.cookie)).status).toBe(401);
    }
    expect((await confirm(PASSWORD, confirmed.cookie)).status).toBe(429);
  });

  test('many at once are no more than many in a row', async () => {
    const many = await Promise.all(Array.from({ length: 12 }, () => signIn('guest@shop.example', 'wrong, so wrong')));
    expect(many.filter(({ status }) => status === 401)).toHaveLength(limits.signInFailures);
  });

  test('from one address closes it for sign-ins, and for links', async () => {
    for (let n = 0; n < limits.signInsPerAddress; n += 1) await signIn(`n${n}@shop.example`, 'x');
    const closed = await signIn('mia@shop.example');
    expect(closed.body.error.code).toBe('too-many-requests');
    pass(limits.signInWindowMs);
    expect((await signIn('mia@shop.example')).status).toBe(200);
    const tryLink = () => started.ask('/invitations/open', { body: { token: 'not-one-of-ours' } });
    for (let n = 0; n < limits.linkUsesPerAddress; n += 1) expect((await tryLink()).status).toBe(403);
    expect((await tryLink()).status).toBe(429);
  });
});

test('one caller has so many requests and no more, whatever others do', async () => {
  const { cookie } = await signIn('mia@shop.example');
  const statuses = new Map<number, number>();
  for (let n = 0; n <= limits.apiRequestsBurst; n += 1) {
    const { status, headers } = await started.ask('/session', { cookie });
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (status === 429) expect(headers.get('retry-after')).toBe('1');
  }
  expect([...statuses]).toEqual([
    [200, limits.apiRequestsBurst],
    [429, 1],
  ]);
  expect((await started.ask('/session', { bearer: ADMIN_TOKEN })).status).toBe(200);
  pass(1_000);
  expect((await started.ask('/session', { cookie })).status).toBe(200);
});

describe('where a browser sends a command from', () => {
  const status = async (headers: Record<string, string>, cookie: string | undefined = owner) => {
    const { body } = await started.ask('/sign-out', { method: 'POST', ...(cookie ? { cookie } : {}), headers });
    return body.error?.code ?? 'done';
  };

  test.each([
    [{ origin: 'http://evil.example' }],
    [{ origin: 'null' }],
    [{ origin: 'http://localhost:8080' }],
    [{ origin: 'http://localhost.evil.example', 'sec-fetch-site': 'cross-site' }],
  ])('%j is refused', async (headers) => {
    expect(await status(headers)).toBe('origin-refused');
    const begun = await started.ask('/sign-in', { body: { email: 'mia@shop.example', password: PASSWORD }, headers });
    expect(begun.body.error.code).toBe('origin-refused');
  });

  test('a page of ours may', async () => {
    for (const headers of [
      { origin: 'http://localhost' },
      { origin: 'https://localhost', 'sec-fetch-site': 'same-origin' },
    ]) {
      const { cookie } = await signIn('mia@shop.example');
      expect(await status(headers, cookie)).toBe('done');
    }
  });

  test('a session that could not be kept is not begun', async () => {
    const answer = await started.ask('/sign-in', {
      body: { email: 'mia@shop.example', password: PASSWORD },
      headers: { host: 'watch.example', origin: 'http://watch.example' },
    });
    expect(answer.body.error).toMatchObject({ code: 'https-needed', where: 'Origin' });
  });
});
