import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RouteDeclaration } from '#contract/route.ts';
import { routes } from '#contract/routes.ts';
import { SESSION_COOKIE } from '#http/sign-in/cookie.ts';
import { openClickHouse } from '#storage/clickhouse/client.ts';
import { openPool } from '#storage/postgres/pool.ts';
import type { ServerProcess } from '../crash/server-process.ts';
import { cleanUp, emptyFolder, makeServer, sendEvents, until, watchbill } from './program.ts';
import { failuresOf, SHOP_PLAN } from './shop.ts';

/**
 * Secrets are planted wherever one is given or made, every route is driven with good and bad input, and then they are looked for in everything
 * that leaves the server or stays behind: answers, what it prints, both databases, the files of the data folder.
 */
const planted = new Map<string, string>();
/** A secret that nobody would write by chance, remembered by what it is. */
function plant(what: string, secret: string): string {
  planted.set(what, secret);
  return secret;
}

const PASSWORD = plant('password of the owner', 'canary-hedge owner tide 7731');
const NEXT_PASSWORD = plant('password after a change', 'canary-hedge next tide 7732');
const WRONG_PASSWORD = plant('wrong password', 'canary-hedge wrong tide 7733');
const MEMBER_PASSWORD = plant('password of a member', 'canary-hedge member tide 7734');
const RESET_PASSWORD = plant('password after a reset', 'canary-hedge reset tide 7735');
const INGEST_KEY = plant('preset ingest key', `wb_ingest_${'c'.repeat(16)}_${'canary'.repeat(5)}xy`);
const MADE_UP_TOKEN = plant('made-up token', `wb_api_${'d'.repeat(16)}_${'canary'.repeat(5)}zw`);
const CHANNEL_SECRET = plant(
  'secret of a channel',
  `whsec_${Buffer.from('canary-channel-secret-24').toString('base64')}`,
);
const CHANNEL_PATH = plant('secret address of a channel', 'canary-hook-5b1f77');

const HOOK_TOKEN = plant('token of a webhook', 'canary-hook-token-3e8a');
const HOOK_SIGNING = plant('signing secret of a webhook', 'whsec_canary-hook-signing-77c0');
const WEBHOOKS = `webhooks:
  forms:  { kind: json, token: secret FORMS_TOKEN }
  stripe: { secret: secret STRIPE_SIGNING }
`;

interface Answer {
  readonly from: string;
  readonly status: number;
  readonly text: string;
  readonly headers: string;
  // biome-ignore lint/suspicious/noExplicitAny: each step knows what it asked for.
  readonly body: any;
  readonly cookie: string | undefined;
}
const answers: Answer[] = [];
let server: ServerProcess;
let dataFolder: string;
let adminToken: string;

interface Asking {
  readonly method?: string;
  readonly body?: string | undefined;
  readonly cookie?: string | undefined;
  readonly bearer?: string;
}

async function ask(path: string, asking: Asking = {}): Promise<Answer> {
  const method = asking.method ?? (asking.body === undefined ? 'GET' : 'POST');
  const response = await fetch(`${server.url}/api${path}`, {
    method,
    headers: {
      ...(asking.bearer === undefined ? {} : { authorization: `Bearer ${asking.bearer}` }),
      ...(asking.cookie === undefined ? {} : { cookie: `${SESSION_COOKIE}=${asking.cookie}`, origin: server.url }),
      ...(asking.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(asking.body === undefined ? {} : { body: asking.body }),
  });
  // A stream goes on for ever: its beginning has all that it says on its own.
  const text = response.headers.get('content-type')?.startsWith('application/json')
    ? await response.text()
    : await beginningOf(response);
  const cookie = new RegExp(`${SESSION_COOKIE}=([^;]+);`).exec(response.headers.get('set-cookie') ?? '')?.[1];
  const headers = JSON.stringify([...response.headers].filter(([name]) => name !== 'set-cookie'));
  const answer = { from: `${method} ${path}`, status: response.status, text, headers, body: parse(text), cookie };
  if (cookie !== undefined) plant(`session ${planted.size}`, cookie);
  answers.push(answer);
  return answer;
}

async function beginningOf(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const first = await reader?.read();
  await reader?.cancel();
  return new TextDecoder().decode(first?.value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const json = (value: unknown): string => JSON.stringify(value);

/** An answer that hands a secret over, once and on purpose; what it hands over must be nowhere else. */
function handedOver(answer: Answer, what: string, secret: string): string {
  if (answer.status !== 200) throw new Error(`${what}: ${answer.text}`);
  answers.splice(answers.indexOf(answer), 1);
  return plant(what, secret);
}

beforeAll(async () => {
  const folder = await emptyFolder();
  dataFolder = join(folder, 'data');
  const plan = join(folder, 'plan.yaml');
  // Nobody listens at the target either.
  await writeFile(
    plan,
    `${SHOP_PLAN}scrapes:\n  api: { target: "http://127.0.0.1:9/metrics", every: 1s, token: secret SCRAPE_TOKEN }\n${WEBHOOKS}`,
  );
  const environment = {
    WATCHBILL_INGEST_KEY: INGEST_KEY,
    WATCHBILL_EGRESS_ALLOW: '127.0.0.1:9',
    // Nobody listens there: failures are where an address is most likely to be said.
    SHOP_WEBHOOK_URL: `http://127.0.0.1:9/${CHANNEL_PATH}`,
    SHOP_WEBHOOK_SECRET: CHANNEL_SECRET,
    SCRAPE_TOKEN: plant('token of a scrape', 'canary-scrape-token-6c2d'),
    FORMS_TOKEN: HOOK_TOKEN,
    STRIPE_SIGNING: HOOK_SIGNING,
    BETTER_AUTH_SECRET: plant('secret of the library in the environment', 'canary-better-auth-secret-9b1c'),
    BETTER_AUTH_TELEMETRY: '1',
  };
  server = await makeServer({ dataFolder, plan, environment });
  server.start();
  await server.untilReady();
  adminToken = plant('admin token', (await readFile(join(dataFolder, 'admin-token'), 'utf8')).trim());
  plant('auth secret', (await readFile(join(dataFolder, 'auth-secret'), 'utf8')).trim());
  await drive();
});
afterAll(cleanUp);

async function drive(): Promise<void> {
  const link = await until('the set-up link', () => /\/set-up#token=([\w-]+)/.exec(server.printed)?.[1]);
  plant('set-up token', link);
  const owner = { name: 'Mia', email: 'mia@shop.example', password: PASSWORD };
  await ask('/set-up', { body: json({ ...owner, token: 'x', password: PASSWORD }) });
  await ask('/set-up', { body: json({ ...owner, token: link, password: 'short' }) });
  const first = await ask('/set-up', { body: json({ ...owner, token: link }) });
  await ask('/set-up', { body: json({ ...owner, token: link }) });
  await ask('/sign-in', { body: json({ email: 'mia@shop.example', password: WRONG_PASSWORD }) });
  await ask('/sign-in', { body: json({ email: WRONG_PASSWORD, password: WRONG_PASSWORD }) });
  await ask('/sign-in', {
    body: json({ email: `${WRONG_PASSWORD.replaceAll(' ', '-')}@shop.example`, password: 'x' }),
  });
  plant('wrong password as an address', WRONG_PASSWORD.replaceAll(' ', '-'));
  const changed = await ask('/password', {
    cookie: first.cookie,
    body: json({ currentPassword: PASSWORD, newPassword: NEXT_PASSWORD }),
  });
  const { cookie } = await ask('/session/password', {
    cookie: changed.cookie,
    body: json({ password: NEXT_PASSWORD }),
  });

  const invite = await ask('/invitations', { cookie, body: json({ email: 'ben@shop.example', level: 'admin' }) });
  const invitation = handedOver(invite, 'invitation token', String(invite.body?.path).split('=')[1] ?? '');
  await ask('/invitations/open', { body: json({ token: invitation }) });
  await ask('/invitations/accept', { body: json({ token: invitation, name: 'Ben', password: MEMBER_PASSWORD }) });
  await ask('/invitations/accept', { body: json({ token: invitation, name: 'Ben', password: MEMBER_PASSWORD }) });
  const members = await ask('/members', { cookie });
  const ben = members.body.find(({ email }: { email: string }) => email === 'ben@shop.example');
  const reset = await ask(`/members/${ben.id}/reset-link`, { method: 'POST', cookie });
  const resetToken = handedOver(reset, 'reset token', String(reset.body?.path).split('=')[1] ?? '');
  await ask('/password-reset', { body: json({ token: resetToken, password: RESET_PASSWORD }) });
  const linked = await watchbill(['user', 'link', 'ben@shop.example', '--data', dataFolder]);
  plant('reset token of the command line', /#token=([\w-]+)/.exec(linked.output)?.[1] ?? '');

  const token = await ask('/tokens', { cookie, body: json({ name: 'ci', level: 'admin' }) });
  const bearer = handedOver(token, 'API token', String(token.body?.token));
  const key = await ask('/plans/shop/keys', { bearer, body: json({ name: 'web' }) });
  const made = handedOver(key, 'ingest key', String(key.body?.key));
  await sendEvents(server, failuresOf('north', 5), made);
  // With what is right, with what is wrong, and where another one belongs.
  const posted = [
    await post('forms', { authorization: `Bearer ${HOOK_TOKEN}` }),
    await post('forms', { authorization: `Bearer ${HOOK_SIGNING}` }),
    await post('stripe', { 'stripe-signature': `t=1,v1=${HOOK_SIGNING}` }),
    await post('stripe', { authorization: `Bearer ${HOOK_TOKEN}` }),
  ];
  if (posted.join() !== '200,401,401,401') throw new Error(`the webhooks answered ${posted.join()}`);
  await until('a failed delivery', async () => {
    const { rows } = await inPostgres((pool) =>
      pool.query('select from notification_attempt where problem is not null'),
    );
    return rows.length > 0 ? true : undefined;
  });

  // Everything that there is, by everybody, with nothing, with what is wrong, and with secrets where they do not belong.
  const secrets = [WRONG_PASSWORD, MADE_UP_TOKEN, INGEST_KEY, bearer, made];
  for (const route of Object.values(routes) as readonly RouteDeclaration[]) {
    for (const caller of [
      {},
      { cookie },
      { bearer },
      { bearer: adminToken },
      { bearer: made },
      { bearer: MADE_UP_TOKEN },
    ]) {
      for (const body of bodiesFor(route, secrets)) {
        if (route.path === '/sign-out' && 'cookie' in caller) continue;
        await ask(pathOf(route), { ...caller, method: route.method.toUpperCase(), body });
      }
    }
  }
}

/** Posts to a webhook; what it answers is looked at like every answer. */
async function post(name: string, headers: Readonly<Record<string, string>>): Promise<number> {
  const response = await fetch(`${server.intakeUrl}/v1/webhooks/shop/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: json({ id: 1, field: 'harmless' }),
  });
  const shown = JSON.stringify([...response.headers]);
  const { status } = response;
  const text = await response.text();
  answers.push({ from: `webhook ${name}`, status, text, headers: shown, body: parse(text), cookie: undefined });
  return status;
}

function pathOf(route: RouteDeclaration): string {
  return route.path
    .replace('{plan}', 'shop')
    .replace('{alert}', 'A-1')
    .replace(/\{\w+\}/g, 'nothing');
}

/** What a route is sent, besides what it wants: the wrong fields, the wrong types, no JSON; each with a secret in it. */
function bodiesFor(route: RouteDeclaration, secrets: readonly string[]): readonly (string | undefined)[] {
  if (route.body === undefined) return [undefined];
  const [one = '', two = '', ...rest] = secrets;
  const fields = { password: one, token: two, currentPassword: one, newPassword: [one], name: rest };
  return [json(fields), json(secrets), `{"password": "${one}", `, json({ password: { [one.length]: two } })];
}

async function inPostgres<Value>(use: (pool: ReturnType<typeof openPool>) => Promise<Value>): Promise<Value> {
  const { stores } = JSON.parse(await readFile(join(dataFolder, 'server.json'), 'utf8'));
  const pool = openPool({ address: stores.postgres, applicationName: 'watchbill test' });
  try {
    return await use(pool);
  } finally {
    await pool.end();
  }
}

/** Names of what is found, and where; never the secret, which would then stand in the test's own output. */
function findIn(places: readonly (readonly [string, string])[], except: readonly string[] = []): readonly string[] {
  return places.flatMap(([place, text]) =>
    [...planted]
      .filter(
        ([what, secret]) =>
          !except.includes(what) && (text.includes(secret) || text.includes(encodeURIComponent(secret))),
      )
      .map(([what]) => `${what} in ${place}`),
  );
}

test('every kind of secret was planted, and every route answered', () => {
  expect([...planted.values()].every((secret) => secret.length >= 16)).toBe(true);
  expect(planted.size).toBeGreaterThan(20);
  const foreseen = [200, 400, 401, 403, 404, 409, 429];
  expect(answers.filter(({ status }) => !foreseen.includes(status))).toEqual([]);
  expect(answers.length).toBeGreaterThan(Object.keys(routes).length * 6);
});

test('none is in an answer', () => {
  expect(findIn(answers.map(({ from, text, headers }) => [from, text + headers]))).toEqual([]);
});

test('none is in what the server prints, but for the set-up link', () => {
  expect(findIn([['what it prints', server.printed]], ['set-up token'])).toEqual([]);
  expect(server.printed.split(planted.get('set-up token') ?? '?')).toHaveLength(2);
});

test('none is in the databases: audit log, facts, messages and all', async () => {
  const places = await inPostgres(async (pool) => {
    const { rows } = await pool.query<{ name: string }>(
      `select oid::regclass::text as name from pg_class
       where relkind = 'r' and relnamespace in ('public'::regnamespace, 'auth'::regnamespace)`,
    );
    const dumped: [string, string][] = [];
    for (const { name } of rows) dumped.push([name, JSON.stringify((await pool.query(`select * from ${name}`)).rows)]);
    return dumped;
  });
  const audited = places.find(([name]) => name === 'auth.audit')?.[1] ?? '';
  expect(audited).toContain('credential-invalid');
  const { stores } = JSON.parse(await readFile(join(dataFolder, 'server.json'), 'utf8'));
  const telemetry = openClickHouse(stores.clickhouse);
  const events = await telemetry.query({ query: 'select * from events', format: 'JSONEachRow' });
  expect(findIn([...places, ['events', await events.text()]])).toEqual([]);
  await telemetry.close();
});

test('none is in a file, but for those that only the owner of the folder can read', async () => {
  const files = await readdir(dataFolder, { recursive: true, withFileTypes: true });
  const own = new Set(['admin-token', 'auth-secret', 'server.json']);
  const places: [string, string][] = [];
  for (const file of files.filter((entry) => entry.isFile())) {
    const path = join(file.parentPath, file.name);
    const name = relative(dataFolder, path);
    if (own.has(name)) expect(((await stat(path)).mode & 0o777).toString(8), name).toBe('600');
    else places.push([name, await readFile(path, 'latin1').catch(() => '')]);
  }
  expect(findIn(places)).toEqual([]);
  // The store has its own user and its own password, and knows nothing of people.
  expect(places.length).toBeGreaterThan(5);
});
