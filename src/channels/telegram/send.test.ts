import { afterEach, expect, it } from 'vitest';
import { channelConformance } from '../../../test/conformance/channel.ts';
import {
  type HttpProvider,
  hostileNotification,
  type ProviderReply,
  resolvedNotification,
  type SeenRequest,
  startHttpProvider,
} from '../../../test/kit/http-provider.ts';
import { telegram } from './send.ts';

channelConformance(telegram, 'http');

let provider: HttpProvider | undefined;
afterEach(() => provider?.close());

const problem = (status: number, description: string, more = {}): ProviderReply => ({
  status,
  body: JSON.stringify({ ok: false, error_code: status, description, ...more }),
});

function answerAsTelegram({ path, body }: SeenRequest): ProviderReply {
  if (path !== '/bot123:secret/sendMessage') return problem(404, 'Not Found');
  if (!/^-?\d+$|^@/.test(String(body.chat_id))) return problem(400, 'Bad Request: chat not found');
  const rest = (body.text as string).replace(/<\/?b>/g, '').replace(/&(?:amp|lt|gt|quot|#39);/g, '.');
  if (/[<>&]/.test(rest)) return problem(400, "Bad Request: can't parse entities");
  if (rest.length > 4_096) return problem(400, 'Bad Request: message is too long');
  for (const [{ url }] of body.reply_markup?.inline_keyboard ?? []) {
    if (/localhost/.test(url)) return problem(400, 'Bad Request: inline keyboard button URL is invalid');
  }
  return { status: 200, body: '{"ok":true,"result":{"message_id":5}}' };
}

async function start(reply: (request: SeenRequest) => ProviderReply = answerAsTelegram): Promise<HttpProvider> {
  provider = await startHttpProvider(reply);
  return provider;
}

const settings = (server: HttpProvider) => ({ token: '123:secret', url: `${server.url}/` });

it('sends to the person, or to the chat of the binding', async () => {
  const server = await start();
  expect(await server.send(telegram, settings(server), { to: '42' })).toMatchObject({ outcome: 'accepted' });
  expect(await server.send(telegram, { ...settings(server), chat: '-100' })).toMatchObject({ outcome: 'accepted' });
  expect(server.seen.map(({ body }) => body.chat_id)).toEqual(['42', '-100']);
  expect(server.seen[0]?.body).toMatchObject({
    parse_mode: 'HTML',
    link_preview_options: { is_disabled: true },
    reply_markup: {
      inline_keyboard: [
        [{ text: 'Acknowledge', url: 'https://watch.example/a/token' }],
        [{ text: 'Open the alert', url: 'https://watch.example/plans/tea-shop/alerts/A-1' }],
      ],
    },
  });
  expect(server.seen[0]?.body.text).toMatch(/^<b>urgent: errors \[\/orders\] fires \(A-1, Tea shop\)<\/b>\n/);
});

it.each(['http://localhost:4700/a', 'http://127.0.0.1:4700/a', 'http://[::1]:4700/a', 'http://watch.local/a'])(
  'writes a link out that Telegram would refuse as a button: %s',
  async (alert) => {
    const server = await start();
    const attempt = await server.send(telegram, settings(server), { to: '42', links: { alert } });
    expect(attempt).toMatchObject({ outcome: 'accepted' });
    expect(server.seen[0]?.body).not.toHaveProperty('reply_markup');
    expect(server.seen[0]?.body.text).toContain(`Open the alert: ${alert}`);
  },
);

it('cuts what is too long between the references, and is quiet about ends', async () => {
  const server = await start();
  expect(await server.send(telegram, settings(server), { to: '42' }, hostileNotification())).toMatchObject({
    outcome: 'accepted',
  });
  await server.send(telegram, settings(server), { to: '42' }, resolvedNotification());
  expect(server.seen.map(({ body }) => body.disable_notification)).toEqual([undefined, true]);
});

it('waits as long as the answer says', async () => {
  const server = await start(() =>
    problem(429, 'Too Many Requests: retry after 14', { parameters: { retry_after: 14 } }),
  );
  expect(await server.send(telegram, settings(server), { to: '42' })).toMatchObject({
    outcome: 'retry',
    afterMs: 14_000,
  });
});

it.each(['', 'mia', '12 34', '@', '../getMe', '1?chat_id=2'])('sends nothing to what is no chat: %j', async (to) => {
  const server = await start();
  expect(await server.send(telegram, settings(server), { to })).toMatchObject({ outcome: 'refused' });
  expect(await server.send(telegram, { ...settings(server), token: `1/..${to}` }, { to: '1' })).toMatchObject({
    outcome: 'refused',
  });
  expect(server.seen).toEqual([]);
});
