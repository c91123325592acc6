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
import { slack } from './send.ts';

channelConformance(slack, 'http');

let provider: HttpProvider | undefined;
afterEach(() => provider?.close());

/** Refuses what Block Kit's reference forbids, in Slack's own words. */
function answerAsSlack({ body }: SeenRequest): ProviderReply {
  const [attachment] = body.attachments;
  for (const block of attachment.blocks) {
    const text: string = block.text?.text ?? block.elements?.[0]?.text?.text ?? block.elements?.[0]?.text ?? '';
    const limit = block.type === 'actions' ? 75 : 3_000;
    if (text.length === 0 || text.length > limit) return { status: 400, body: 'invalid_blocks' };
    for (const { url = 'https://x' } of block.elements ?? []) {
      if (url.length > 3_000) return { status: 400, body: 'invalid_blocks' };
    }
  }
  if (typeof body.text !== 'string' || body.text.length > 40_000) return { status: 400, body: 'invalid_payload' };
  return { status: 200, body: 'ok' };
}

async function start(reply: (request: SeenRequest) => ProviderReply = answerAsSlack): Promise<HttpProvider> {
  provider = await startHttpProvider(reply);
  return provider;
}

it('posts what Slack takes: a line, the figures beside a colour, and buttons', async () => {
  const server = await start();
  const url = `${server.url}/services/T0/B0/secret`;
  expect(await server.send(slack, { url })).toEqual({ outcome: 'accepted', receipt: 'HTTP 200' });
  const [request] = server.seen;
  expect(request).toMatchObject({ path: '/services/T0/B0/secret', headers: { 'content-type': 'application/json' } });
  expect(request?.body.text).toBe('urgent: errors [/orders] fires (A-1, Tea shop)');
  const [section, actions] = request?.body.attachments[0].blocks ?? [];
  expect(section.text.text.split('\n')).toEqual([
    'error_rate &gt; 5%',
    '7.2% of 240 (limit 5%)',
    'Rule: errors',
    'Severity: urgent',
    'Group: /orders',
    'Since: 2026-03-02 09:26:40 Europe/Berlin',
    'Told again: every 1h while it lasts',
  ]);
  expect(actions.elements).toMatchObject([
    { type: 'button', text: { text: 'Acknowledge' }, url: 'https://watch.example/a/token', style: 'primary' },
    { text: { text: 'Open the alert' }, url: 'https://watch.example/plans/tea-shop/alerts/A-1' },
  ]);
});

it('has no button to acknowledge what is over', async () => {
  const server = await start();
  await server.send(slack, { url: server.url }, {}, resolvedNotification());
  expect(server.seen[0]?.body.text).toContain('is over');
  expect(JSON.stringify(server.seen[0]?.body)).not.toContain('Acknowledge');
  expect(JSON.stringify(server.seen[0]?.body)).toContain('Lasted: 10m');
});

it('cuts what is too long, and lets no text mention anybody', async () => {
  const server = await start();
  expect(await server.send(slack, { url: server.url }, {}, hostileNotification())).toMatchObject({
    outcome: 'accepted',
  });
  const text = JSON.stringify(server.seen[0]?.body);
  expect(text).not.toContain('<!channel>');
  expect(text).toContain('&lt;!channel&gt;');
});

it.each(['invalid_token', 'no_service', '{"ok":false,"error":"invalid_auth"}', '<html>a portal</html>', ''])(
  'takes a 200 that says %s for a failure',
  async (body) => {
    const server = await start(() => ({ status: 200, body }));
    expect(await server.send(slack, { url: server.url })).toMatchObject({
      outcome: 'retry',
      because: 'provider-refused',
    });
  },
);

it('waits as long as Slack says when it is too much', async () => {
  const server = await start(() => ({ status: 429, headers: { 'Retry-After': '30' }, body: 'rate_limited' }));
  expect(await server.send(slack, { url: server.url })).toMatchObject({
    outcome: 'retry',
    afterMs: 30_000,
    maySent: false,
  });
});
