import { readFileSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import type { LeasedNotification } from '#core/store.ts';
import { parseEgressAllow } from '#egress/allowance.ts';
import { createEgress, type Egress } from '#egress/egress.ts';
import { channelConformance, sampleNotification } from '../../../test/conformance/channel.ts';
import { hostileNotification, resolvedNotification } from '../../../test/kit/http-provider.ts';
import { type MailServerForTests, smtpError, startMailServer } from '../../../test/kit/mail-server.ts';
import type { ChannelContext } from '../channel.ts';
import { email } from './send.ts';

channelConformance(email, 'mail');

const read = (name: string): string => readFileSync(new URL(`../../egress/fixtures/${name}`, import.meta.url), 'utf8');
const certificate = { cert: read('hooks.example.crt.pem'), key: read('hooks.example.key.pem') };

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(options: Parameters<typeof startMailServer>[0] = {}) {
  const server: MailServerForTests = await startMailServer(options);
  closers.push(() => server.close());
  const allow = parseEgressAllow('hooks.example');
  if (!allow.ok) throw new Error(allow.failure.message);
  const egress: Egress = createEgress({
    allow: allow.value,
    resolve: async () => ['127.0.0.1'],
    ca: certificate.cert,
  });
  closers.push(() => egress.close());
  const settings = { host: 'hooks.example', port: server.port, security: 'none', from: 'watchbill@tea.example' };
  return {
    taken: server.taken,
    send: (notification: LeasedNotification = sampleNotification(), more: Partial<ChannelContext> = {}) =>
      email.send(notification, {
        transport: egress,
        mail: egress,
        now: 1_772_440_001_000,
        timeoutMs: 2_000,
        links: {
          alert: 'https://watch.example/plans/tea-shop/alerts/A-1',
          acknowledge: 'https://watch.example/a/token',
        },
        severityRank: 0,
        timezone: 'Europe/Berlin',
        to: 'mia@tea.example',
        putInbox: async () => {},
        ...more,
        settings: { ...settings, ...more.settings },
      }),
  };
}

it('is a mail that people can read and answer from their phone', async () => {
  const server = await start();
  expect(await server.send()).toEqual({ outcome: 'accepted', receipt: 'SMTP 250' });
  const [taken] = server.taken;
  expect(taken?.mail).toMatchObject({
    subject: 'urgent: errors [/orders] fires (A-1, Tea shop)',
    from: { name: 'Watchbill', address: 'watchbill@tea.example' },
    to: [{ address: 'mia@tea.example' }],
  });
  expect(taken?.mail.text?.trim().split('\n')).toEqual([
    'urgent: errors [/orders] fires (A-1, Tea shop)',
    '',
    'error_rate > 5%',
    '7.2% of 240 (limit 5%)',
    'Rule: errors',
    'Severity: urgent',
    'Group: /orders',
    'Since: 2026-03-02 09:26:40 Europe/Berlin',
    'Told again: every 1h while it lasts',
    '',
    'Acknowledge: https://watch.example/a/token',
    'Open the alert: https://watch.example/plans/tea-shop/alerts/A-1',
  ]);
  expect(taken?.mail.html).toContain('href="https://watch.example/a/token"');
  const headers = Object.fromEntries(taken?.mail.headers.map(({ key, value }) => [key, value]) ?? []);
  expect(headers).toMatchObject({
    'auto-submitted': 'auto-generated',
    'list-id': '<tea-shop.watchbill.tea.example>',
    importance: 'high',
  });
});

it('keeps its Message-ID over all attempts, and makes one thread of an alert', async () => {
  const server = await start();
  await server.send();
  await server.send(sampleNotification({ attempt: 2, mayRepeat: true }), { now: 1_772_449_000_000 });
  await server.send(resolvedNotification());
  const ids = server.taken.map(({ mail }) => mail.messageId);
  expect(ids[1]).toBe(ids[0]);
  expect(ids[2]).not.toBe(ids[0]);
  expect(ids[0]).toBe(`<${sampleNotification().id}@tea.example>`);
  const threads = new Set(server.taken.map(({ mail }) => `${mail.inReplyTo} ${mail.references}`));
  expect(threads).toEqual(
    new Set(['<tea-shop.A-1.1772440000000@tea.example> <tea-shop.A-1.1772440000000@tea.example>']),
  );
  expect(server.taken[2]?.mail.html).not.toContain('Acknowledge');
  expect(server.taken[2]?.mail.html).toContain('>Over<');
});

it('shows hostile texts as text', async () => {
  const server = await start();
  expect(await server.send(hostileNotification())).toMatchObject({ outcome: 'accepted' });
  const html = server.taken[0]?.mail.html ?? '';
  expect(html).toContain('&lt;!channel&gt; &lt;b&gt;&amp;amp;');
  expect(html).not.toMatch(/<b>|<!channel>/);
});

it('logs in over STARTTLS', async () => {
  const server = await start({
    ...certificate,
    onAuth: ({ username, password }, _session, callback) =>
      username === 'watch' && password === 'secret'
        ? callback(null, { user: username })
        : callback(new Error(`no login ${password}`)),
  });
  const login = { security: 'starttls', user: 'watch', password: 'secret' };
  expect(await server.send(sampleNotification(), { settings: login })).toMatchObject({ outcome: 'accepted' });
  expect(server.taken).toMatchObject([{ secure: true, user: 'watch' }]);
  const wrong = await server.send(sampleNotification(), { settings: { ...login, password: 'planted' } });
  expect(wrong).toMatchObject({ outcome: 'retry', because: 'provider-refused' });
  expect(JSON.stringify(wrong)).not.toContain('planted');
});

it.each([
  [450, 'retry'],
  [550, 'refused'],
] as const)('a recipient that is answered with %i: %s', async (code, outcome) => {
  const server = await start({ onRcptTo: (_address, _session, callback) => callback(smtpError(code, 'no')) });
  expect(await server.send()).toMatchObject({ outcome, problem: expect.stringContaining(`the recipient: ${code}`) });
});

it.each(['hang', 'cut'] as const)('may have arrived when the server does not say: %s', async (end) => {
  const server = await start({ afterData: () => end });
  expect(await server.send(sampleNotification(), { timeoutMs: 500 })).toMatchObject({
    outcome: 'retry',
    because: 'provider-unreachable',
    maySent: true,
  });
});

it.each([
  [{ security: 'maybe' }, 'security'],
  [{ port: 0 }, 'port'],
  [{ user: 'only' }, 'user'],
  [{ from: 'nobody' }, 'from'],
  [{ host: 'a b' }, 'host'],
])('refuses settings that lead nowhere: %j', async (settings, word) => {
  const server = await start();
  const attempt = await server.send(sampleNotification(), { settings });
  expect(attempt).toMatchObject({ outcome: 'refused', problem: expect.stringContaining(word) });
});
