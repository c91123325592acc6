import { afterEach, expect, it } from 'vitest';
import { channelConformance } from '../../../test/conformance/channel.ts';
import {
  type HttpProvider,
  hostileNotification,
  type ProviderReply,
  type SeenRequest,
  startHttpProvider,
} from '../../../test/kit/http-provider.ts';
import { discord } from './send.ts';

channelConformance(discord, 'http');

let provider: HttpProvider | undefined;
afterEach(() => provider?.close());

function answerAsDiscord({ body, query }: SeenRequest): ProviderReply {
  const [embed] = body.embeds;
  const parts = [embed.title, embed.description, embed.footer.text] as string[];
  const limits = [256, 4_096, 2_048];
  const tooLong = parts.some((part, index) => part.length === 0 || part.length > (limits[index] ?? 0));
  if (tooLong || parts.join('').length > 6_000)
    return { status: 400, body: '{"code":50035,"message":"Invalid Form Body"}' };
  if (query.get('wait') !== 'true') return { status: 204 };
  return { status: 200, body: '{"id":"1234567890","type":0}' };
}

async function start(reply: (request: SeenRequest) => ProviderReply = answerAsDiscord): Promise<HttpProvider> {
  provider = await startHttpProvider(reply);
  return provider;
}

it('waits for the message that Discord made of it, also in a thread', async () => {
  const server = await start();
  const attempt = await server.send(discord, { url: `${server.url}/api/webhooks/1/secret?thread_id=7` });
  expect(attempt).toMatchObject({ outcome: 'accepted' });
  const [request] = server.seen;
  expect(request?.path).toBe('/api/webhooks/1/secret');
  expect(Object.fromEntries(request?.query ?? [])).toEqual({ thread_id: '7', wait: 'true' });
  expect(request?.body).toMatchObject({ username: 'Watchbill', allowed_mentions: { parse: [] } });
  const [embed] = request?.body.embeds ?? [];
  expect(embed.title).toBe('urgent\\: errors \\[/orders\\] fires \\(A\\-1, Tea shop\\)');
  expect(embed.description).toContain('error\\_rate \\> 5%\n7.2% of 240 \\(limit 5%\\)');
  expect(embed.description).toContain('[Open the alert](https://watch.example/plans/tea-shop/alerts/A-1)');
});

it('cuts what is too long, and makes no link of a label', async () => {
  const server = await start();
  expect(await server.send(discord, { url: server.url }, {}, hostileNotification())).toMatchObject({
    outcome: 'accepted',
  });
  expect(server.seen[0]?.body.embeds[0].description).not.toContain('](https://evil');
});

it('takes an answer without a message for a failure', async () => {
  const server = await start(() => ({ status: 204 }));
  expect(await server.send(discord, { url: server.url })).toMatchObject({ outcome: 'retry' });
});

it.each([
  [{ body: '{"message":"You are being rate limited.","retry_after":1.337,"global":false}' }, 1_337],
  [{ headers: { 'X-RateLimit-Reset-After': '2.5' }, body: 'no json' }, 2_500],
  [{ headers: { 'Retry-After': '4' }, body: '{"retry_after":1}' }, 4_000],
] as const)('waits as long as Discord says: %j', async (reply, afterMs) => {
  const server = await start(() => ({ status: 429, ...reply }));
  expect(await server.send(discord, { url: server.url })).toMatchObject({ outcome: 'retry', afterMs });
});
