import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RouteDeclaration } from '#contract/route.ts';
import { routes as declared } from '#contract/routes.ts';
import { generateIngestKey } from '#storage/postgres/ingest-keys.ts';
import { createSystemRandom } from '../../src/system-random.ts';
import { ADMIN_TOKEN, type Answered, standIns, startAccess } from '../../test/kit/access.ts';

/**
 * Every route, for everybody, with every kind of credential, on a plan of theirs, on somebody else's, and on one that is not there. What is
 * expected comes from the table below, which is written by hand and shares nothing with the implementation.
 */
const permissions: Readonly<Record<string, readonly string[]>> = {
  read: ['owner', 'admin', 'editor', 'responder', 'viewer'],
  own: ['owner', 'admin', 'editor', 'responder', 'viewer'],
  respond: ['owner', 'admin', 'editor', 'responder'],
  edit: ['owner', 'admin', 'editor'],
  administer: ['owner', 'admin'],
  audit: ['owner', 'admin'],
  govern: ['owner'],
};
const levels = ['owner', 'admin', 'editor', 'responder', 'viewer'] as const;
const plans = { own: 'shop', foreign: 'bakery', missing: 'nowhere' } as const;

interface Caller {
  readonly name: string;
  readonly credential:
    | 'session'
    | 'token'
    | 'admin token'
    | 'ingest key'
    | 'nothing'
    | 'invalid token'
    | 'ended session';
  /** On the whole server. */
  readonly server?: string;
  /** On the plan `shop` alone. */
  readonly plan?: string;
  readonly cookie?: string;
  readonly bearer?: string;
}

type Expected =
  | 'let through'
  | 'forbidden'
  | 'not-found'
  | 'credential-missing'
  | 'credential-invalid'
  | 'session-ended';

function expected(route: RouteDeclaration, caller: Caller, plan: keyof typeof plans): Expected {
  if (caller.credential === 'ingest key' || caller.credential === 'invalid token') return 'credential-invalid';
  if (route.scope === 'public') return 'let through';
  if (caller.credential === 'nothing') return 'credential-missing';
  if (caller.credential === 'ended session') return 'session-ended';
  if (route.scope === 'self') return 'let through';
  const allowed = permissions[route.permission] ?? [];
  if (route.scope === 'server') return allowed.includes(caller.server ?? '') ? 'let through' : 'forbidden';
  // On a plan: the level on the server counts everywhere, the one on the plan on that plan.
  const held = [caller.server, plan === 'own' ? caller.plan : undefined].filter((level) => level !== undefined);
  if (held.length === 0) return 'not-found';
  return held.some((level) => allowed.includes(level)) ? 'let through' : 'forbidden';
}

let asked = 0;
let started: Awaited<ReturnType<typeof startAccess>>;
const callers: Caller[] = [];
const routes: readonly RouteDeclaration[] = Object.values(declared);

beforeAll(async () => {
  let ms = 0;
  const real = await startAccess({
    // A clock that runs fast enough for no caller to use up their share.
    clock: { now: () => Date.now(), monotonicMs: () => (ms += 100), schedule: () => () => {}, after: () => () => {} },
    plans: [plans.own, plans.foreign],
  });
  const token = async (level: string, plan?: string): Promise<string> => {
    const made = await real.ask('/tokens', {
      bearer: ADMIN_TOKEN,
      body: { name: level, level, ...(plan && { plan }) },
    });
    return made.body.token;
  };
  callers.push({ name: 'admin token', credential: 'admin token', server: 'owner', bearer: ADMIN_TOKEN });
  for (const level of levels) {
    const cookie = level === 'owner' ? await real.setUpOwner() : await real.join(`${level}@shop.example`, level);
    callers.push({ name: `session of a server's ${level}`, credential: 'session', server: level, cookie });
    await real.pool.query('delete from auth.attempt');
    const onPlan = await real.join(`shop-${level}@shop.example`, level, plans.own);
    callers.push({ name: `session of the plan's ${level}`, credential: 'session', plan: level, cookie: onPlan });
    callers.push({
      name: `token of a server's ${level}`,
      credential: 'token',
      server: level,
      bearer: await token(level),
    });
    const bearer = await token(level, plans.own);
    callers.push({ name: `token of the plan's ${level}`, credential: 'token', plan: level, bearer });
  }
  const none = await real.join('none@shop.example', 'viewer', plans.own);
  await real.pool.query(
    "delete from auth.plan_level where member = (select id from auth.member where email = 'none@shop.example')",
  );
  callers.push({ name: 'session without any level', credential: 'session', cookie: none });
  callers.push({ name: 'nothing', credential: 'nothing' });
  const key = generateIngestKey(createSystemRandom());
  await real.pool.query(
    "insert into ingest_key (id, plan, name, scopes, hash, created_at) values ($1, 'shop', 'web', '{events:write}', encode(sha256($2::bytea), 'hex'), now())",
    [key.split('_')[2], key],
  );
  callers.push({ name: 'ingest key', credential: 'ingest key', bearer: key });
  callers.push({
    name: 'made-up token',
    credential: 'invalid token',
    bearer: `wb_api_${'a'.repeat(16)}_${'b'.repeat(32)}`,
  });
  callers.push({ name: 'made-up admin token', credential: 'invalid token', bearer: `${ADMIN_TOKEN}x` });
  const revoked = await token('owner');
  await real.ask(`/tokens/${revoked.split('_')[2]}`, { method: 'DELETE', bearer: ADMIN_TOKEN });
  callers.push({ name: 'revoked token', credential: 'invalid token', bearer: revoked });
  callers.push({ name: 'made-up session', credential: 'ended session', cookie: 'm'.repeat(32) });

  const services = standIns(() => {
    asked += 1;
  });
  // The same database and the same credentials, with nothing behind the routes.
  const matrix = real.restart({ services });
  started = { ...real, ask: matrix.ask };
}, 120_000);
afterAll(() => started?.close());

function call(route: RouteDeclaration, caller: Caller, plan: string): Promise<Answered> {
  const path = route.path.replace('{plan}', plan).replace(/\{\w+\}/g, 'abcdefghijklmnop');
  return started.ask(path, {
    method: route.method.toUpperCase(),
    cookie: caller.cookie,
    bearer: caller.bearer,
    ...(route.body === undefined ? {} : { body: {} }),
  });
}

/** What came of a request; whatever got as far as the input's shape or the services was let through. */
function outcome(answer: Answered): string {
  const code: string | undefined = answer.body?.error?.code;
  const refusals = ['forbidden', 'not-found', 'credential-missing', 'credential-invalid', 'session-ended'];
  return code !== undefined && refusals.includes(code) ? code : 'let through';
}

describe.each(routes.map((route) => ({ name: `${route.method.toUpperCase()} ${route.path}`, route })))(
  '$name',
  ({ route }) => {
    test(`permission ${route.permission}, scope ${route.scope}`, async () => {
      const wrong: string[] = [];
      for (const caller of callers) {
        for (const [whose, plan] of Object.entries(plans)) {
          if (route.scope !== 'plan' && whose !== 'own') continue;
          const before = asked;
          const answer = await call(route, caller, plan);
          const want = expected(route, caller, whose as keyof typeof plans);
          if (outcome(answer) !== want) wrong.push(`${caller.name} on ${whose}: ${outcome(answer)}, not ${want}`);
          if (want !== 'let through' && asked !== before) wrong.push(`${caller.name} on ${whose}: reached a service`);
          if (want !== 'let through' && answer.status < 400) wrong.push(`${caller.name} on ${whose}: ${answer.status}`);
        }
      }
      expect(wrong).toEqual([]);
    });
  },
);

const planRoutes = routes.filter(({ scope }) => scope === 'plan');
test.each(planRoutes.map((route) => ({ name: `${route.method.toUpperCase()} ${route.path}`, route })))(
  '$name: a foreign plan is answered like one that is not there, byte for byte',
  async ({ route }) => {
    for (const caller of callers.filter(({ server, credential }) => server === undefined && credential !== 'nothing')) {
      const [foreign, missing] = [await call(route, caller, plans.foreign), await call(route, caller, plans.missing)];
      const plain = (answer: Answered, plan: string) => ({
        status: answer.status,
        text: answer.text.replaceAll(plan, 'PLAN').replace(/"requestId":"[\w-]+"/, ''),
        headers: [...answer.headers].filter(([name]) => name !== 'x-request-id'),
      });
      expect(plain(foreign, plans.foreign)).toEqual(plain(missing, plans.missing));
    }
  },
);

test('there are levels, callers and routes of every kind', () => {
  expect(new Set(callers.map(({ credential }) => credential)).size).toBe(7);
  expect(new Set(routes.map(({ scope }) => scope))).toEqual(new Set(['plan', 'server', 'self', 'public']));
  for (const { permission, scope } of routes) {
    if (scope !== 'public') expect(Object.keys(permissions)).toContain(permission);
    expect(permission === 'public').toBe(scope === 'public');
  }
  for (const { path, scope } of routes) expect(path.includes('{plan}')).toBe(scope === 'plan');
});

test('refusals and commands of known callers stand in the audit log, whose chain is whole', async () => {
  const page = await started.restart().ask('/audit?limit=500', { bearer: ADMIN_TOKEN });
  expect(page.body.verification).toMatchObject({ intact: true, checked: 500 });
  const whole = await started.restart().ask('/audit/verification', { bearer: ADMIN_TOKEN });
  expect(whole.body.intact).toBe(true);
  const { rows } = await started.pool.query('select distinct outcome, code from auth.audit');
  expect(rows).toContainEqual({ outcome: 'refused', code: 'forbidden' });
  expect(rows).toContainEqual({ outcome: 'refused', code: 'not-found' });
  expect(rows).toContainEqual({ outcome: 'refused', code: 'credential-invalid' });
});
