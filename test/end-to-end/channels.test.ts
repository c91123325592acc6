import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort, type ServerProcess } from '../crash/server-process.ts';
import { type MailServerForTests, startMailServer } from '../kit/mail-server.ts';
import { cleanUp, emptyFolder, getApi, INGEST_KEY, makeServer, onCleanUp, sendEvents, until } from './program.ts';
import { failuresOf } from './shop.ts';

const PLANTED = 'UGxhbnRlZC1wbGFudGVkLXBsYW50ZWQ';

/** Every channel at once; three of them lead to nowhere good. */
const PLAN = `plan: shop
title: Shop
timezone: Europe/Berlin
launch: 2026-01-01 00:00
people:
  mia: { email: mia@shop.example, telegram: 42, ntfy: secret MIA_TOPIC, order: [email, telegram, ntfy, app] }
channels:
  email:    { host: 127.0.0.1, port: secret MAIL_PORT, security: none, from: watchbill@shop.example }
  slack:    { url: secret SLACK_URL }
  refusing: { kind: discord, url: secret REFUSING_URL }
  hanging:  { kind: slack, url: secret HANGING_URL }
  dead:     { kind: teams, url: secret DEAD_URL }
  discord:  { url: secret DISCORD_URL }
  teams:    { url: secret TEAMS_URL }
  telegram: { token: secret TELEGRAM_TOKEN, url: secret PROVIDER_URL }
  ntfy:     { token: secret NTFY_TOKEN, url: secret PROVIDER_URL }
sources: { payments: events "payment" }
signals: { failures: "count(payments where outcome = \\"failed\\" by shop) over 5s" }
severities:
  urgent:
    notify: [discord:refusing, slack:hanging, teams:dead, mia, slack:#shop, discord:ops, teams:ops, telegram:-1001, ntfy:ops]
rules:
  shop-failing: { when: failures > 3, until: failures < 1, severity: urgent }
`;

interface Post {
  readonly path: string;
  readonly body: string;
}

let mails: MailServerForTests;
let server: ServerProcess;
let dataFolder: string;
const posts: Post[] = [];

/** One server for all providers, by path. The one that refuses repeats all that it was sent. */
function answer(path: string, body: string): { readonly status: number; readonly text: string } | 'hang' {
  if (path.startsWith('/slack/')) return { status: 200, text: 'ok' };
  if (path.startsWith('/hanging/')) return 'hang';
  if (path.startsWith('/refusing/')) return { status: 401, text: `${path} ${body}` };
  if (path.startsWith('/discord/')) return { status: 200, text: '{"id":"1"}' };
  if (path.startsWith('/teams/')) return { status: 202, text: '' };
  if (path.startsWith('/bot')) return { status: 200, text: '{"ok":true}' };
  return { status: 200, text: '{"id":"x"}' };
}

beforeAll(async () => {
  const folder = await emptyFolder();
  dataFolder = join(folder, 'data');
  const plan = join(folder, 'plan.yaml');
  await writeFile(plan, PLAN);
  mails = await startMailServer();
  onCleanUp(() => mails.close());
  const providers = http.createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const post = { path: request.url ?? '', body: Buffer.concat(parts).toString() };
    const reply = answer(post.path, post.body);
    posts.push(post);
    if (reply !== 'hang') response.writeHead(reply.status).end(reply.text);
  });
  providers.listen(0, '127.0.0.1');
  await once(providers, 'listening');
  onCleanUp(async () => {
    providers.closeAllConnections();
    providers.close();
  });
  const url = `http://127.0.0.1:${(providers.address() as AddressInfo).port}`;
  server = await makeServer({
    dataFolder,
    plan,
    environment: {
      WATCHBILL_INGEST_KEY: INGEST_KEY,
      WATCHBILL_EGRESS_ALLOW: '127.0.0.1',
      MAIL_PORT: String(mails.port),
      MIA_TOPIC: `mia-${PLANTED}`,
      SLACK_URL: `${url}/slack/${PLANTED}`,
      REFUSING_URL: `${url}/refusing/${PLANTED}`,
      HANGING_URL: `${url}/hanging/${PLANTED}`,
      DEAD_URL: `http://127.0.0.1:${await freePort()}/${PLANTED}?sig=${PLANTED}`,
      DISCORD_URL: `${url}/discord/${PLANTED}`,
      TEAMS_URL: `${url}/teams/x?sig=${PLANTED}`,
      TELEGRAM_TOKEN: `123:${PLANTED}`,
      NTFY_TOKEN: PLANTED,
      PROVIDER_URL: url,
    },
  });
  server.start();
  await server.untilReady();
});
afterAll(cleanUp);

/** Who was told something, as `channel recipient`, sorted. */
function told(words: string): readonly string[] {
  const kinds = posts
    .filter(({ body }) => body.includes(words))
    .map(({ path, body }) => {
      const { chat_id: chat, topic } = JSON.parse(body) as { chat_id?: string; topic?: string };
      const kind = path.startsWith('/bot') ? 'telegram' : path === '/' ? 'ntfy' : (path.split('/')[1] ?? '');
      return [kind, chat ?? topic].filter(Boolean).join(' ');
    })
    .filter((kind) => kind !== 'refusing' && kind !== 'hanging');
  const byMail = mails.taken.filter(({ mail }) => mail.subject?.includes(words)).map(({ to }) => `email ${to.join()}`);
  return [...kinds, ...byMail].toSorted();
}

const everybody = [
  'discord',
  'email mia@shop.example',
  'ntfy mia-',
  'ntfy ops',
  'slack',
  'teams',
  'telegram -1001',
  'telegram 42',
];
const withoutPlanted = (names: readonly string[]) => names.map((name) => name.replace(PLANTED, ''));

test('everybody is told by every channel, whatever the three do that lead nowhere', async () => {
  const startedMs = performance.now();
  await sendEvents(server, failuresOf('a', 5));
  await until('eight messages', () => (told('fires').length >= everybody.length ? true : undefined));
  expect(performance.now() - startedMs).toBeLessThan(8_000);
  expect(withoutPlanted(told('fires'))).toEqual(everybody);
  expect(posts.some(({ path }) => path.startsWith('/hanging/'))).toBe(true);
});

test('the end is told to the same, and the mails are one thread', async () => {
  await until('eight ends', () => (told('is over').length >= everybody.length ? true : undefined));
  expect(withoutPlanted(told('is over'))).toEqual(everybody);
  const [first, second] = mails.taken.map(({ mail }) => mail);
  expect(second?.references).toBe(first?.references);
  expect(second?.messageId).not.toBe(first?.messageId);
  expect(first?.text).toMatch(/Acknowledge: http.*\/a\//);
  expect(second?.text).not.toContain('Acknowledge');
});

test('a channel is tried out by the API, and says what is wrong with it', async () => {
  const token = (await readFile(join(dataFolder, 'admin-token'), 'utf8')).trim();
  const post = async (channel: string, body: object) => {
    const response = await fetch(`${server.url}/api/plans/shop/channels/${channel}/test`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return (await response.json()) as Record<string, unknown>;
  };
  expect(await post('email', { recipient: 'mia' })).toMatchObject({ accepted: true, receipt: 'SMTP 250' });
  expect(mails.taken.at(-1)?.mail.subject).toBe('Test: Shop reaches mia');
  expect(await post('refusing', {})).toEqual({
    accepted: false,
    reason: 'provider-refused',
    recipient: 'discord:refusing',
    problem: 'Answered 401.',
  });
  expect(await post('dead', {})).toMatchObject({ accepted: false, reason: 'provider-unreachable' });
  const channels = await getApi<readonly Record<string, unknown>[]>(server, dataFolder, '/api/plans/shop/channels');
  expect(channels.find(({ channel }) => channel === 'refusing')).toMatchObject({
    ready: true,
    lastFailed: { problem: 'Answered 401.' },
    lastTest: { accepted: false, by: expect.any(String) },
  });
});

test('no answer, fact or line of the log holds a secret of a channel', async () => {
  const paths = [
    '/api/status',
    ...['facts?limit=1000', 'channels', 'explain/A-1', 'overview', 'inbox', 'deliveries'].map(
      (path) => `/api/plans/shop/${path}`,
    ),
  ];
  const answers = await Promise.all(paths.map((path) => getApi<unknown>(server, dataFolder, path)));
  expect(JSON.stringify(answers)).toContain('Answered 401.');
  expect(JSON.stringify(answers)).not.toContain(PLANTED);
  expect(server.output).not.toContain(PLANTED);
});
